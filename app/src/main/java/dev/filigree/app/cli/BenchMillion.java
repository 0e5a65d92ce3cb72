package dev.filigree.app.cli;

import dev.filigree.app.million.Ladder;
import dev.filigree.app.million.MillionReport;
import dev.filigree.app.million.Rung;
import dev.filigree.base.Parallel;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.report.Json;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code filigree bench million}: truly sparse networks of up to a million and more neurons. */
@Command(name = "million", sortOptions = false, description = {
        "Train networks that are never dense, of up to 1.8 million hidden neurons, with sparse evolutionary training: seconds of an epoch and bytes of a",
        "connection beside published figures, and accuracy on real images. Row 4 takes some minutes and about 3 GB."},
        footer = {"", "Examples:", "  filigree bench million --quick", "  filigree bench million --rows 1,2 --json"})
final class BenchMillion implements Runnable {

    @ParentCommand
    private Bench bench;

    @Option(names = "--quick", description = "Rows 1 and 2 unless --rows says other, one warm epoch each, and one epoch of images.")
    private boolean quick;

    @Option(names = "--rows", split = ",", paramLabel = "N", description = "Rows to run, of 1 to 4 (default: all).")
    private List<Integer> rows;

    @Override
    public void run() {
        Filigree filigree = bench.filigree();
        List<Rung> rungs = Rung.numbered(rows != null ? rows : quick ? List.of(1, 2) : List.of(1, 2, 3, 4));
        try (Parallel parallel = new Parallel(filigree.threads())) {
            Compute compute = new Compute(Kernels.best(), parallel);
            Ladder ladder = new Ladder(compute, filigree.seed(), quick, filigree.progress());
            MillionReport report = new MillionReport(rungs.stream().map(ladder::climb).toList(),
                    MillionReport.images(compute, filigree.seed(), quick, filigree.progress()));
            Console console = filigree.console();
            console.out().println(filigree.json() ? Json.pretty(report.json()) : report.text(console.columns()));
        }
    }
}
