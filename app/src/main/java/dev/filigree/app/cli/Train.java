package dev.filigree.app.cli;

import dev.filigree.app.RunLock;
import dev.filigree.app.data.KnownData;
import dev.filigree.app.data.TextCut;
import dev.filigree.app.train.Defaults;
import dev.filigree.app.train.StoredText;
import dev.filigree.app.train.TrainFolder;
import dev.filigree.app.train.TrainOutcome;
import dev.filigree.app.train.TrainRun;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.base.UserError;
import dev.filigree.report.Json;
import dev.filigree.train.Curve;
import dev.filigree.train.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code filigree train}: a network from scratch, sparse from its first step or becoming so. */
@Command(name = "train", sortOptions = false, subcommands = TrainSparseEncoder.class, description = "Train a network from scratch, sparse from its first step, beside its dense twin.",
        footer = {"", "Examples:", "  filigree train --model lenet-300-100 --data fashion-mnist --method rigl --sparsity 95%%",
            "  filigree train --model 'mlp(hidden=1024-1024)' --method static --sparsity 98%% --epochs 5", "  filigree train --resume lenet-300-100-rigl-95",
            "  filigree train --model llama --data brown --method static --sparsity 75%%", "  filigree train --from llama-static-75 --data wikitext-2 --method dense"})
final class Train implements Runnable {

    /** Pieces of the vocabulary of a small language model. */
    private static final String PIECES = "4096";

    @ParentCommand
    private Filigree filigree;

    @Option(names = "--model", paramLabel = "NAME", description = "What to train: see filigree methods network (default: what suits the data: lenet-300-100, resnet, decoder or gcn).")
    private String model;

    @Option(names = "--data", paramLabel = "NAME", defaultValue = "fashion-mnist", description = "A known name or a path: see filigree data (default: ${DEFAULT-VALUE}).")
    private String data;

    @Option(names = "--method", paramLabel = "NAME", defaultValue = "rigl", description = "How it is sparse: dense, static, rigl, gmp, tickets, ste(pattern=2:4) ...; all of them: filigree methods regime (default: ${DEFAULT-VALUE}).")
    private String method;

    @Option(names = "--sparsity", paramLabel = "SHARE", defaultValue = "", description = "Share of zeros at the end (default: 90%%, or what the method's pattern leaves).")
    private String sparsity;

    @Option(names = "--allocation", paramLabel = "NAME", defaultValue = "", description = "How survivors are spread over layers: erk, uniform (default: the method's own).")
    private String allocation;

    @Option(names = "--keep-dense", split = ",", paramLabel = "NAME", description = "Weights that stay dense, by a part of their name.")
    private List<String> keepDense = List.of();

    @Option(names = "--epochs", paramLabel = "N", description = "Looks at every training example (default: what suits the data, 10 for lenet-300-100).")
    private Double epochs;

    @Option(names = "--batch", paramLabel = "N", description = "Examples a step (default: what suits the data, 128 for images).")
    private Integer batch;

    @Option(names = "--optimizer", paramLabel = "NAME", description = "sgd or adam, with settings (default: what suits the data, sgd(momentum=0.9,decay=0.0005) for images).")
    private String optimizer;

    @Option(names = "--rate", paramLabel = "RATE", description = "Peak learning rate (default: what suits the data, 0.1 for images).")
    private Double rate;

    @Option(names = "--rates", paramLabel = "NAME", defaultValue = "cosine", description = "How the rate moves (default: ${DEFAULT-VALUE}).")
    private String rates;

    @Option(names = "--smoothing", paramLabel = "SHARE", defaultValue = "0", description = "Label smoothing (default: ${DEFAULT-VALUE}).")
    private double smoothing;

    @Option(names = "--clip", paramLabel = "NORM", defaultValue = "10", description = "Longest gradient; longer ones are scaled down (default: ${DEFAULT-VALUE}).")
    private double clip;

    @Option(names = "--vocabulary", paramLabel = "N", description = "How a text is cut: characters, or the size of a vocabulary of byte pairs that is learned from it (default: 4096 for a model that generate can open, such as llama, else characters).")
    private String vocabulary;

    @Option(names = "--from", paramLabel = "MODEL", description = "Train a language model further: a folder of an earlier run or whatever generate takes. With --method dense all its weights live; else those that the method keeps.")
    private String from;

    @Option(names = "--activity", paramLabel = "A/B/..", defaultValue = "", description = "Pull the units inside of a transformer's feed-forward nets to zero with a force that rises in stages to these strengths (ProSparse), such as 0.0001/0.001/0.01; a model of --from gets ReLU.")
    private String activity;

    @Option(names = "--resume", paramLabel = "DIR", description = "Go on with the interrupted run in this folder, bit for bit.")
    private Path resume;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder for the run (default: MODEL-METHOD-SPARSITY).")
    private Path out;

    Filigree filigree() {
        return filigree;
    }

    @Override
    public void run() {
        Console console = filigree.console();
        TrainSettings resumed = resume == null ? null : new TrainFolder(resume).settings();
        String origin = resumed == null ? Objects.requireNonNullElse(from, "") : resumed.from();
        String words = resumed == null ? words(origin) : resumed.vocabulary();
        Problem problem = KnownData.open(resumed == null ? data : resumed.data(), origin.isEmpty() ? TextCut.named(words) : StoredText.cut(origin));
        TrainSettings settings = resumed == null ? asked(Defaults.of(problem), words, origin) : resumed;
        TrainFolder folder = new TrainFolder(resume != null ? resume : out != null ? out : Path.of(name(settings)));
        try (RunLock _ = RunLock.take(folder.path())) {
            if (resume == null && folder.begun()) {
                throw new UserError(folder.path() + ": holds a run" + (folder.ended() ? "; give another --out, or remove the folder"
                        : " that has not ended; go on with: filigree train --resume " + folder.path() + " (or give another --out)"));
            }
            Consumer<Curve.Point> told = filigree.json() ? p -> console.out().println(Json.line(Map.of("event", "epoch", "point", p))) : p -> { };
            try (Farewell _ = new Farewell(() -> console.err().println(System.lineSeparator() + "filigree: interrupted; go on with: filigree train --resume " + folder.path()))) {
                TrainOutcome outcome = new TrainRun(settings, folder, filigree.threads(), filigree.progress(), told).run(problem, resume != null);
                console.out().println(filigree.json() ? Json.line(Map.of("event", "end", "outcome", outcome)) : outcome.text(console.columns()));
            }
        }
    }

    /** How a text is cut, as it would be typed; empty for characters and for what a model brings along. */
    private String words(String origin) {
        if (!origin.isEmpty()) {
            if (model != null || vocabulary != null) {
                throw new UserError("--from: " + origin + " brings its model and its vocabulary along; leave out --model and --vocabulary");
            }
            return "";
        }
        return vocabulary != null ? vocabulary : model != null && StoredText.isKept(model) ? PIECES : "";
    }

    private TrainSettings asked(Defaults preset, String words, String origin) {
        TrainSettings s = new TrainSettings(origin.isEmpty() ? or(model, preset.model()) : Path.of(origin).getFileName().toString(), data, method, sparsity, allocation, keepDense, or(epochs, preset.epochs()),
                or(batch, preset.batch()), or(optimizer, preset.optimizer()), or(rate, preset.rate()), rates, smoothing, clip, filigree.seed(), words, origin, activity);
        s.check();
        return s;
    }

    private static <T> T or(T given, T preset) {
        return given == null ? preset : given;
    }

    private static String name(TrainSettings s) {
        return (s.model() + "-" + s.method() + (s.words().get("sparsity").equals("0%") ? "" : "-" + s.words().get("sparsity").replace("%", ""))).replaceAll("[^A-Za-z0-9.-]+", "-");
    }
}
