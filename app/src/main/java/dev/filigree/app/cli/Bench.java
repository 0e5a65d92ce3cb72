package dev.filigree.app.cli;

import dev.filigree.app.KernelCheck;
import dev.filigree.app.sparsify.Rivals;
import dev.filigree.app.sparsify.SavedModel;
import dev.filigree.app.sparsify.Source;
import dev.filigree.app.sparsify.SparsifyRun;
import dev.filigree.app.sparsify.Speed;
import dev.filigree.base.UserError;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.model.Site;
import dev.filigree.report.Column;
import dev.filigree.report.Json;
import dev.filigree.report.Progress;
import dev.filigree.report.Table;
import dev.filigree.tensor.Tiled;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code filigree bench}: a sparse model, its dense twin and ONNX Runtime, in alternating rounds. */
@Command(name = "bench",
        description = {"Time a sparse model, its dense twin and ONNX Runtime at several batch sizes and lengths; or, with 'kernels', single products;",
                "or, with 'decode', tokens of a language model; or, with 'million', training of very wide sparse networks;",
                "or, with 'retrieve', searching sparse vectors."},
        subcommands = {BenchKernels.class, BenchDecode.class, BenchMillion.class, BenchRetrieve.class},
        footer = {"", "Examples:", "  filigree bench minilm-80-unstructured", "  filigree bench minilm-80-unstructured --batches 1,32 --lengths 64 --json",
                "  filigree bench kernels --quick", "  filigree bench decode --quick", "  filigree bench million --quick",
                "  filigree bench retrieve --quick"})
final class Bench implements Runnable {

    @ParentCommand
    private Filigree filigree;

    @Spec
    private CommandSpec spec;

    /** Not required, for the subcommand takes its place. */
    @Parameters(paramLabel = "DIR", arity = "0..1", description = "A folder that sparsify wrote (one called 'kernels', 'decode', 'million' or 'retrieve' is given as ./kernels).")
    private Path folder;

    @Option(names = "--batches", split = ",", paramLabel = "N", defaultValue = "1,8,32", description = "Sequences at once (default: ${DEFAULT-VALUE}).")
    private List<Integer> batches;

    @Option(names = "--lengths", split = ",", paramLabel = "N", defaultValue = "16,64,128", description = "Tokens in each sequence (default: ${DEFAULT-VALUE}).")
    private List<Integer> lengths;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Timed rounds of each contender at each shape (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "0.5", description = "Length of a round (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Override
    public void run() {
        if (folder == null) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'DIR'");
        }
        Console console = filigree.console();
        Progress progress = new Progress(console.err(), console.live(), console.columns());
        try (SentenceEncoder sparse = SentenceEncoder.open(folder, filigree.threads()); SentenceEncoder dense = SentenceEncoder.open(folder, filigree.threads())) {
            for (Site s : dense.model().sites()) {
                dense.model().param(s).set(Tiled.pack(dense.arena(), dense.model().param(s).forward()));
            }
            List<int[]> shapes = shapes(sparse.config().maxPositions());
            KernelCheck.of(sparse.compute().kernels()).warnings().forEach(w -> progress.say("WARNING: " + w));
            Speed speed = new Speed(rounds, seconds).ours(SparsifyRun.DENSE, dense.session(), sparse.config().vocab())
                    .ours(SparsifyRun.SPARSE, sparse.session(), sparse.config().vocab());
            try (Rivals rivals = rivals()) {
                rivals.join(speed);
                try (Progress.Stage stage = progress.stage("bench", speed.total(shapes.size()))) {
                    print(speed.run(shapes, (done, what) -> stage.at(done, what)), speed.absent());
                }
            }
        }
    }

    Filigree filigree() {
        return filigree;
    }

    private Rivals rivals() {
        String origin = SavedModel.origin(folder);
        if (origin == null) {
            return Rivals.none("the folder does not say which model it was made from");
        }
        try (Source source = Source.open(origin, "")) {
            return Rivals.start(source, filigree.threads());
        } catch (UserError e) {
            return Rivals.none(e.getMessage());
        }
    }

    private List<int[]> shapes(int longest) {
        if (rounds < 1 || !(seconds > 0 && seconds <= 60)) {
            throw new UserError("bench: found --rounds " + rounds + " --seconds " + seconds + ", expected at least 1 round of at most 60 seconds");
        }
        List<int[]> shapes = new ArrayList<>();
        for (int batch : batches) {
            for (int length : lengths) {
                if (batch < 1 || batch > 4096 || length < 1 || length > longest) {
                    throw new UserError("bench: found batch " + batch + " x length " + length + ", expected a batch of 1 to 4096 and a length of 1 to " + longest);
                }
                shapes.add(new int[] {batch, length});
            }
        }
        return shapes;
    }

    private void print(List<Speed.Result> results, Map<String, String> absent) {
        Console console = filigree.console();
        if (filigree.json()) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("threads", filigree.threads());
            all.put("results", results);
            all.put("absent", absent);
            console.out().println(Json.line(all));
            return;
        }
        Map<String, Double> dense = new LinkedHashMap<>();
        results.stream().filter(r -> r.name().equals(SparsifyRun.DENSE)).forEach(r -> dense.put(r.batch() + "x" + r.length(), r.median()));
        Table t = new Table("Sequences a second, " + filigree.threads() + " threads", Column.count("batch"), Column.count("tokens"), Column.text("contender"),
                Column.number("median", 1), Column.ratio("over our dense"), Column.percent("spread", 0));
        for (Speed.Result r : results) {
            t.row(r.batch(), r.length(), r.name(), r.median(), r.median() / dense.get(r.batch() + "x" + r.length()), r.spread());
        }
        console.out().println(t.text(console.columns()));
        absent.forEach((name, why) -> console.out().println(name + ": not measured: " + why));
    }
}
