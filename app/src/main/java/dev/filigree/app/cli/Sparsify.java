package dev.filigree.app.cli;

import dev.filigree.app.KnownLanguageModel;
import dev.filigree.app.RunLock;
import dev.filigree.app.sparsify.Outcome;
import dev.filigree.app.sparsify.RunState;
import dev.filigree.app.sparsify.Settings;
import dev.filigree.app.sparsify.SparsifyRun;
import dev.filigree.app.sparsify.StructureRun;
import dev.filigree.base.UserError;
import dev.filigree.report.Json;
import dev.filigree.report.Progress;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree sparsify}: the main job. */
@Command(name = "sparsify", sortOptions = false,
        description = "Prune a pretrained sentence encoder, sparse encoder or language model, recover it from its own dense self, save it sparse and print the truth.",
        footer = {"", "Examples:", "  filigree sparsify minilm", "  filigree sparsify minilm --sparsity 90%% --pattern 4x1 --recover 10m --store int8",
            "  filigree sparsify my-encoder/ --text domain.txt --pairs scored.tsv",
            "  filigree sparsify encoder --corpus cran.all.1400 --queries cran.qry --qrels cranqrel --pattern 4x1 --recover 3m",
            "  filigree sparsify stories260k --sparsity 50%% --method sparsegpt --recover 1m",
            "  filigree sparsify stories260k --structure 'slicegpt(round=8)' --sparsity 25%% --recover 1m",
            "  filigree sparsify stories260k --structure cfsp+least-squares --recover 0"})
final class Sparsify implements Runnable {

    /** To calibrate with, unless asked otherwise. */
    private static final int SENTENCES = 1000;
    private static final int WINDOWS = 128;
    private static final int DOCUMENTS = 256;

    @ParentCommand
    private Filigree filigree;

    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "minilm, bge-small, e5-small, a Hugging Face folder or an .onnx file; or a language model: stories260k, such a folder or a llama2.c checkpoint; or a folder of train sparse-encoder.")
    private String model;

    @Option(names = "--sparsity", paramLabel = "SHARE", defaultValue = "", description = "Share of the prunable weights to remove (default: 80%%, or the pattern's own).")
    private String sparsity;

    @Option(names = "--pattern", paramLabel = "NAME", defaultValue = "unstructured", description = "Which shapes may be zero: unstructured, 4x1, 2:4 ... (default: ${DEFAULT-VALUE}).")
    private String pattern;

    @Option(names = "--structure", paramLabel = "NAME", defaultValue = "", description = "Take a part of a language model out for good instead: slicegpt, cfsp, drop-layers ... (see filigree methods structure; --sparsity is the share of features, channels or layers, default 25%%; pattern and method play no part). Behind the name of one that takes feed-forward channels, +least-squares fits what reads them anew.")
    private String structure;

    @Option(names = "--allocation", paramLabel = "NAME", defaultValue = "uniform", description = "How the zeros are spread: uniform, erk, global, error, damage (default: ${DEFAULT-VALUE}).")
    private String allocation;

    @Option(names = "--method", paramLabel = "NAME", defaultValue = "sparsegpt+faithful+least-squares", description = "How survivors are chosen, with layer-wise repairs after +: sparsegpt, wanda+dsnot ... (default: ${DEFAULT-VALUE}).")
    private String method;

    @Option(names = "--recover", paramLabel = "BUDGET", defaultValue = "5m", description = "Distillation after pruning: a time (5m), steps (2000steps) or 0 (default: ${DEFAULT-VALUE}).")
    private String recover;

    @Option(names = "--schedule", paramLabel = "NAME", defaultValue = "held", description = "How sparsity grows during recovery: held, reprune, gradual (default: ${DEFAULT-VALUE}).")
    private String schedule;

    @Option(names = "--teach", paramLabel = "WHAT", defaultValue = "both", description = "What recovery learns from the dense model: blocks (the output of each), result (the vector) or both (default: ${DEFAULT-VALUE}).")
    private String teach;

    @Option(names = "--store", paramLabel = "TYPE", defaultValue = "fp32", description = "Type of stored values: fp32, bf16, int8, or int4 for groups of --pattern 1x16 (default: ${DEFAULT-VALUE}).")
    private String store;

    @Option(names = "--text", paramLabel = "FILE", defaultValue = "", description = "Sentences of your domain for calibration and recovery, one a line (default: bundled); for a language model a running text, the end of which judges it (default: what it tells itself).")
    private String text;

    @Option(names = "--pairs", paramLabel = "FILE", defaultValue = "", description = "Scored pairs: score, tab, sentence, tab, sentence (default: STS-B dev).")
    private String pairs;

    @Option(names = "--corpus", paramLabel = "PATH", defaultValue = "", description = "For an encoder that train sparse-encoder made: documents for calibration and recovery, as index takes them.")
    private String corpus;

    @Option(names = "--queries", paramLabel = "FILE", defaultValue = "", description = "Queries to judge such an encoder by.")
    private String queries;

    @Option(names = "--qrels", paramLabel = "FILE", defaultValue = "", description = "Their judgements.")
    private String qrels;

    @Option(names = "--pooling", paramLabel = "HOW", defaultValue = "", description = "mean or cls (default: what the model's files record).")
    private String pooling;

    @Option(names = "--calibration", paramLabel = "N", description = "Sentences to calibrate with (default: 1000), windows of text (default: 128) or documents (default: 256).")
    private Integer calibration;

    @Option(names = "--calibration-memory", paramLabel = "BYTES", defaultValue = "1g", description = "Most activations that calibration holds in memory; the rest lies in a temporary file (default: ${DEFAULT-VALUE}).")
    private String memory;

    @Option(names = "--resume", paramLabel = "DIR", description = "Go on with the interrupted run in this folder, with its settings.")
    private Path resume;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder for the result (default: MODEL-SPARSITY-PATTERN).")
    private Path out;

    @Override
    public void run() {
        Console console = filigree.console();
        Path folder = resume != null ? resume : out != null ? out : Path.of(defaultName(settings()));
        if (resume != null && !RunState.unfinished(resume)) {
            RunState.read(resume);
        }
        try (RunLock _ = RunLock.take(folder)) {
            RunState unfinished = resume == null ? null : RunState.read(resume);
            if (resume == null && RunState.unfinished(folder)) {
                throw new UserError(folder + ": holds an unfinished run; go on with: filigree sparsify --resume " + folder
                        + " (or give another --out, or remove the folder)");
            }
            Settings settings = unfinished == null ? settings() : unfinished.settings();
            Progress progress = new Progress(console.err(), console.live(), console.columns());
            try (Farewell _ = new Farewell(() -> console.err().println(onInterrupt(folder)))) {
                Outcome outcome = settings.structure().isEmpty() ? new SparsifyRun(settings, folder, filigree.threads(), progress).run(unfinished)
                        : new StructureRun(settings, folder, filigree.threads(), progress).run();
                console.out().println(filigree.json() ? Json.line(outcome) : outcome.text(console.columns()));
            }
        }
    }

    private static String onInterrupt(Path folder) {
        return System.lineSeparator() + (RunState.unfinished(folder)
                ? "filigree: interrupted; go on with: filigree sparsify --resume " + folder
                : "filigree: interrupted before there was anything to go on from");
    }

    private Settings settings() {
        if (model == null) {
            throw new UserError("sparsify: no model given; expected minilm, bge-small, e5-small, stories260k, a Hugging Face folder, an .onnx file or a llama2.c checkpoint (or --resume DIR)");
        }
        if (calibration != null && calibration < 1) {
            throw new UserError("--calibration: found " + calibration + ", expected at least 1");
        }
        int asked = calibration != null ? calibration : KnownLanguageModel.is(model) ? WINDOWS : Settings.sparseEncoder(model) ? DOCUMENTS : SENTENCES;
        return new Settings(model, pooling, sparsity, pattern, allocation, method, recover, schedule, teach, store, text, pairs, asked, memory, new Settings.Judged(corpus, queries, qrels), structure, filigree.seed());
    }

    private static String defaultName(Settings s) {
        String stem = Path.of(s.model()).getFileName().toString().replaceAll("\\.(onnx|bin|gguf)$", "");
        if (!s.structure().isEmpty()) {
            return stem + "-" + s.structure().replaceAll("[^a-z-].*", "") + "-" + Math.round(100 * s.share());
        }
        return stem + "-" + Math.round(100 * s.recipe().sparsity()) + "-" + s.pattern().replace(":", "of");
    }
}
