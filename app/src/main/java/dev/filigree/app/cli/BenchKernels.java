package dev.filigree.app.cli;

import dev.filigree.app.kernels.KernelJson;
import dev.filigree.app.kernels.KernelPage;
import dev.filigree.app.kernels.KernelRun;
import dev.filigree.app.kernels.KernelTables;
import dev.filigree.app.kernels.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code filigree bench kernels}: our kernels beside native libraries, and what they were to reach. */
@Command(name = "kernels", description = {
        "Time our kernels beside MKL, OpenBLAS, ONNX Runtime and libtorch on this machine, each library alone in its process, in alternating rounds.",
        "The libraries are fetched through your Maven the first time (about 360 MB). Nothing else should run meanwhile."},
        footer = {"", "Examples:", "  filigree bench kernels --quick", "  filigree bench kernels --only dense,unstructured --threads 2 --out kernels-bench"})
final class BenchKernels implements Callable<Integer> {

    @ParentCommand
    private Bench bench;

    @Option(names = "--quick", description = "Fewer shapes and rounds: about a minute instead of a quarter of an hour.")
    private boolean quick;

    @Option(names = "--only", split = ",", paramLabel = "NAME", description = "Families to measure, by name: ${COMPLETION-CANDIDATES} (default: all).",
            completionCandidates = KernelRun.Names.class)
    private List<String> only = List.of();

    @Option(names = "--out", paramLabel = "DIR", defaultValue = "kernels-bench",
            description = "Folder for kernels.html and kernels.json (default: ${DEFAULT-VALUE}).")
    private Path out;

    /** 1 when a contestant computed something else than the definition says. */
    @Override
    public Integer call() {
        Filigree filigree = bench.filigree();
        Console console = filigree.console();
        KernelPage.folder(out); // before a quarter of an hour is spent
        Outcome o = KernelRun.run(quick, only, filigree.threads(), filigree.progress());
        if (filigree.json()) {
            console.out().print(KernelJson.of(o));
        } else {
            KernelTables.families(o).forEach(t -> console.out().println(t.text()));
            console.out().print(KernelTables.summary(o).text());
            KernelTables.bounds(o).forEach(console.out()::println);
            o.absent().forEach((name, why) -> console.out().println(name + ": not measured: " + why));
        }
        KernelPage.write(out, o);
        console.err().println("written: " + out.resolve(KernelPage.HTML) + ", " + out.resolve(KernelPage.JSON));
        o.mismatches().forEach(m -> console.err().println("filigree: " + m));
        return o.mismatches().isEmpty() ? 0 : Main.FAULT;
    }
}
