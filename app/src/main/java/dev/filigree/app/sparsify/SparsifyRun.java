package dev.filigree.app.sparsify;

import dev.filigree.app.KernelCheck;
import dev.filigree.app.plan.Here;
import dev.filigree.app.plan.Neighbours;
import dev.filigree.base.Rng;
import dev.filigree.infer.Plan;
import dev.filigree.infer.Planner;
import dev.filigree.infer.Profile;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.infer.Session;
import dev.filigree.infer.TimingsFile;
import dev.filigree.io.Store;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Bert;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Tokens;
import dev.filigree.prune.PruneReport;
import dev.filigree.prune.Pruner;
import dev.filigree.prune.Recipe;
import dev.filigree.report.Progress;
import dev.filigree.report.RunRecord;
import dev.filigree.train.Budget;
import dev.filigree.train.Loop;
import dev.filigree.train.Snapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One run of {@code sparsify}: load, evaluate, prune, recover, pack, save, and measure what was saved. */
public final class SparsifyRun {

    /** Names of the models that a run compares, in tables and in {@code report.json}. */
    public static final String DENSE = "dense";
    public static final String ONE_SHOT = "one-shot";
    public static final String RECOVERED = "recovered";
    public static final String SPARSE = "sparse";

    /** Tokens that calibration puts through a block at once. */
    private static final int CALIBRATION_TOKENS = 2048;

    private static final double STORE_EVERY_SECONDS = 20;

    private final Settings settings;
    private final double storeEverySeconds;
    private final Path out;
    private final int threads;
    private final Progress progress;
    private final Rng rng;
    private final Recipe recipe;
    private final Store store;

    public SparsifyRun(Settings settings, Path out, int threads, Progress progress) {
        this(settings, out, threads, progress, STORE_EVERY_SECONDS);
    }

    /** @param storeEverySeconds how often recovery keeps its state */
    SparsifyRun(Settings settings, Path out, int threads, Progress progress, double storeEverySeconds) {
        this.settings = settings;
        this.storeEverySeconds = storeEverySeconds;
        this.out = out;
        this.threads = threads;
        this.progress = progress;
        this.rng = new Rng(settings.seed());
        this.recipe = settings.recipe();
        this.store = Store.named(settings.store());
        settings.growth();
        settings.taught();
        settings.budget();
    }

    /**
     * Does it all; what it found is also in the folder.
     *
     * @param unfinished where an interrupted run stopped, or null to begin
     */
    public Outcome run(RunState unfinished) {
        Texts texts = Texts.load(settings.text(), settings.pairs(), rng);
        try (Source source = load(); SentenceEncoder dense = SentenceEncoder.of(source.stored(), threads)) {
            RunRecord record = record(source, texts, dense.compute());
            checkKernels(dense.compute());
            Judge judge = new Judge(texts.heldOut(), texts.pairs(), dense::tokens);
            Map<String, Quality> quality = new LinkedHashMap<>();
            try (Progress.Stage stage = progress.stage("evaluate dense", 0)) {
                quality.put(DENSE, judge.dense(dense::encode));
                stage.note(said(quality.get(DENSE)));
            }
            List<Outcome.Point> curve = new ArrayList<>();
            List<int[]> sentences = texts.training().stream().map(dense::tokens).toList();
            List<Batch> calibration = Recovery.batches(sentences.subList(0, Math.min(settings.calibration(), sentences.size())), CALIBRATION_TOKENS);
            Bert student;
            String footprint;
            if (unfinished == null) {
                student = Students.of(dense.model());
                PruneReport pruned = prune("calibrate, prune", student, recipe, calibration, dense.compute());
                footprint = pruned.footprint().toString();
                quality.put(ONE_SHOT, evaluate("evaluate one-shot", judge, student, dense.compute()));
                if (!settings.budget().none()) {
                    student = recover(student, pruned, dense, source, calibration, sentences, judge, quality, curve);
                }
            } else {
                footprint = unfinished.footprint();
                quality.put(ONE_SHOT, unfinished.quality().get(ONE_SHOT));
                curve.addAll(unfinished.curve());
                student = goOn(unfinished, dense, source, calibration, sentences, judge, quality, curve);
            }
            List<String> warnings = checkKernels(dense.compute());
            Plan plan = plan(student, dense.compute());
            try (Progress.Stage stage = progress.stage("save", 0)) {
                SavedModel.write(out, student, source.stored().tokenizer(), store, plan, settings);
                RunState.clear(out);
                stage.note(out.toString());
            }
            Measurement measurement = new Measurement(source, dense, out, threads, judge, progress);
            Outcome outcome = measurement.measure(record, recipe.sparsity(), footprint, quality, curve, texts.excluded(), plan, warnings);
            Page.write(out, outcome);
            return outcome;
        }
    }

    private Source load() {
        try (Progress.Stage stage = progress.stage("load", 0)) {
            Source source = Source.open(settings.model(), settings.pooling());
            stage.note(source.origin());
            return source;
        }
    }

    /** What is wrong with the kernels of this process, also said at once: it spoils every time measured in it. */
    private List<String> checkKernels(Compute compute) {
        List<String> warnings = KernelCheck.of(compute.kernels()).warnings();
        warnings.forEach(w -> progress.say("WARNING: " + w));
        return warnings.stream().map(w -> "speeds of this run are doubtful: " + w).toList();
    }

    private RunRecord record(Source source, Texts texts, Compute compute) {
        Map<String, String> data = new LinkedHashMap<>();
        data.put("model origin", source.origin());
        data.put("training text", texts.training().size() + " sentences (" + texts.origin() + ")");
        data.put("held-out text", texts.heldOut().size() + " sentences");
        data.put("scored pairs", texts.pairs().size() + (settings.pairs().isEmpty() ? " (STS-B dev)" : " (" + settings.pairs() + ")"));
        data.put("excluded", texts.excluded() + " sentences that occur in a scored pair");
        progress.say("text: " + data.get("training text") + "; " + data.get("excluded") + " were left out");
        return RunRecord.start("sparsify", settings.seed(), threads, compute.kernels().name(), settings.words(), data);
    }

    private PruneReport prune(String name, Bert student, Recipe how, List<Batch> calibration, Compute compute) {
        try (Progress.Stage stage = progress.stage(name, student.sites().size())) {
            PruneReport report = new Pruner(compute, how, rng.split("prune")).prune(student, calibration, site -> stage.add(1));
            stage.note(String.format(Locale.ROOT, "%.2f %% of the prunable weights are zero; footprint %s", 100 * report.achieved(), report.footprint()));
            return report;
        }
    }

    private Quality evaluate(String name, Judge judge, Model model, Compute compute) {
        try (Progress.Stage stage = progress.stage(name, 0); Session session = new Session(model, compute)) {
            Quality q = judge.score(session::encode);
            stage.note(said(q));
            return q;
        }
    }

    private Bert recover(Bert pruned, PruneReport report, SentenceEncoder dense, Source source, List<Batch> calibration, List<int[]> sentences, Judge judge,
            Map<String, Quality> quality, List<Outcome.Point> curve) {
        try (Recovery recovery = recovery(dense, calibration, sentences)) {
            Budget.Measured budget = recovery.measure(settings.budget(), pruned, report.seconds());
            progress.say(String.format(Locale.ROOT, "recovery: %s is %d steps%s", settings.recover(), budget.steps(),
                    Double.isNaN(budget.secondsPerStep()) ? "" : String.format(Locale.ROOT, " of %.3f s", budget.secondsPerStep())));
            Bert student = pruned;
            if (recovery.begin().sparsity() < recipe.sparsity()) {
                student = Students.of(dense.model());
                prune("prune to begin", student, recovery.begin(), calibration, dense.compute());
            }
            curve.add(new Outcome.Point(0, 0, quality.get(ONE_SHOT).cosine()));
            RunState state = new RunState(settings, budget.steps(), report.footprint().toString(), quality, curve);
            recovery.run(student, budget.steps(), null, Recovery.named(settings), judge, progress, keeper(student, source, state));
            return student;
        }
    }

    private Bert goOn(RunState state, SentenceEncoder dense, Source source, List<Batch> calibration, List<int[]> sentences, Judge judge,
            Map<String, Quality> quality, List<Outcome.Point> curve) {
        try (Recovery recovery = recovery(dense, calibration, sentences)) {
            Bert student = Recovery.empty(dense.model());
            RunState now = new RunState(settings, state.steps(), state.footprint(), quality, curve);
            recovery.run(student, state.steps(), RunState.training(out), Recovery.named(settings), judge, progress, keeper(student, source, now));
            return student;
        }
    }

    private Recovery recovery(SentenceEncoder dense, List<Batch> calibration, List<int[]> sentences) {
        return new Recovery(dense.compute(), dense.model(), recipe, settings.growth(), calibration, sentences, settings.taught(), rng.split("recovery"),
                storeEverySeconds);
    }

    /** Keeps the state of the training, and the best model that has reached the target, in the run's folder. */
    private Recovery.Watcher keeper(Bert student, Source source, RunState state) {
        return new Recovery.Watcher() {

            private double best = Double.NEGATIVE_INFINITY;

            @Override
            public void looked(Outcome.Point point, Loop loop) {
                state.curve().add(point);
                boolean reached = settings.growth().sparsity(point.step() - 1, loop.steps(), recipe.sparsity()) >= recipe.sparsity();
                if (reached && point.cosine() > best && point.step() < loop.steps()) {
                    best = point.cosine();
                    SavedModel.write(out, student, source.stored().tokenizer(), store, null, settings);
                }
            }

            @Override
            public void store(Loop loop) {
                Snapshot.save(RunState.training(out), loop, Recovery.named(settings));
                state.write(out);
            }
        };
    }

    private Plan plan(Model student, Compute compute) {
        TimingsFile timings = Here.timings(compute.kernels(), false, progress::say);
        Planner planner = new Planner(compute, Profile.SENTENCES, timings);
        Neighbours neighbours = new Neighbours();
        Plan plan;
        try (Progress.Stage stage = progress.stage("plan", planner.units(student))) {
            plan = planner.measure(student, () -> stage.add(1));
            long kept = plan.choices().stream().filter(c -> !c.layout().equals("dense")).count();
            stage.note(kept + " of " + plan.choices().size() + " weights run sparse, the others are faster dense");
        }
        if (timings.measured()) {
            neighbours.line().ifPresent(progress::say);
            timings.save();
        }
        return plan;
    }

    static String said(Quality q) {
        return String.format(Locale.ROOT, "cosine %.4f, Spearman %.4f", q.cosine(), q.spearman());
    }
}
