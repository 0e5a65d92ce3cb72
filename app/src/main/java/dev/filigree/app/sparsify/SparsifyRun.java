package dev.filigree.app.sparsify;

import dev.filigree.app.KernelCheck;
import dev.filigree.app.plan.Here;
import dev.filigree.app.plan.Neighbours;
import dev.filigree.base.Rng;
import dev.filigree.infer.Plan;
import dev.filigree.infer.Planner;
import dev.filigree.infer.TimingsFile;
import dev.filigree.io.Store;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.prune.PruneReport;
import dev.filigree.prune.Pruner;
import dev.filigree.prune.Recipe;
import dev.filigree.report.Progress;
import dev.filigree.report.RunRecord;
import dev.filigree.report.Units;
import dev.filigree.train.Budget;
import dev.filigree.train.Loop;
import dev.filigree.train.Snapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** One run of {@code sparsify}: load, evaluate, prune, recover, pack, save, and measure what was saved. */
public final class SparsifyRun {

    /** Names of the models that a run compares, in tables and in {@code report.json}. */
    public static final String DENSE = "dense";
    public static final String ONE_SHOT = "one-shot";
    public static final String RECOVERED = "recovered";
    public static final String SPARSE = "sparse";
    /** What is left, before its values are stored in fewer bits. */
    public static final String FLOATS = "in fp32";
    /** As many zeros at random places. */
    public static final String RANDOM = "random, as sparse";

    private static final double STORE_EVERY_SECONDS = 20;

    private final Settings settings;
    private final double storeEverySeconds;
    private final Path out;
    private final int threads;
    private final Progress progress;
    private final Rng rng;
    private final Recipe recipe;

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
        settings.stored();
        settings.memoryBytes();
        settings.growth();
        settings.taught();
        settings.budget();
        settings.checkTexts();
    }

    /**
     * Does it all; what it found is also in the folder.
     *
     * @param unfinished where an interrupted run stopped, or null to begin
     */
    public Outcome run(RunState unfinished) {
        try (Workpiece piece = load()) {
            RunRecord record = record(piece);
            checkKernels(piece.compute());
            Map<String, Quality> quality = new LinkedHashMap<>();
            quality.put(DENSE, look("evaluate dense", piece::reference));
            List<Outcome.Point> curve = new ArrayList<>();
            List<Batch> calibration = piece.calibration();
            Model student;
            String footprint;
            if (unfinished == null) {
                student = piece.student();
                PruneReport pruned = prune("calibrate, prune", piece, student, recipe, calibration);
                footprint = pruned.footprint() + piece.held() + (pruned.spilled() == 0 ? "" : ", " + Units.bytes(pruned.spilled()) + " of activations in a file");
                if (!piece.held().isEmpty()) {
                    progress.say("held: " + footprint);
                }
                piece.control(recipe).ifPresent(control -> quality.put(RANDOM, look("evaluate random", () -> judged(piece, control))));
                Model oneShot = student;
                quality.put(ONE_SHOT, look("evaluate one-shot", () -> piece.judge(oneShot)));
                if (!settings.budget().none()) {
                    student = recover(student, pruned, footprint, piece, calibration, quality, curve);
                }
            } else {
                footprint = unfinished.footprint();
                unfinished.quality().forEach(quality::put);
                curve.addAll(unfinished.curve());
                student = goOn(unfinished, piece, calibration, quality, curve);
            }
            if (settings.stored() != Store.F32 && settings.decoder()) {
                Model before = student;
                quality.put(FLOATS, look("evaluate in fp32", () -> piece.judge(before)));
            }
            List<String> warnings = checkKernels(piece.compute());
            Plan plan = plan(student, piece);
            try (Progress.Stage stage = progress.stage("save", 0)) {
                piece.save(out, student, plan);
                RunState.clear(out);
                stage.note(out.toString());
            }
            Outcome outcome = new Measurement(piece, out, progress).measure(record, recipe.sparsity(), footprint, quality, curve, plan, warnings);
            Page.write(out, outcome);
            return outcome;
        }
    }

    private Workpiece load() {
        try (Progress.Stage stage = progress.stage("load", 0)) {
            Workpiece piece = settings.decoder() ? DecoderWork.open(settings, threads, rng)
                    : settings.sparseEncoder() ? SparseEncoderWork.open(settings, threads, rng) : EncoderWork.open(settings, threads, rng);
            stage.note(piece.data().get("model origin"));
            return piece;
        }
    }

    private Quality look(String name, Supplier<Quality> judge) {
        try (Progress.Stage stage = progress.stage(name, 0)) {
            Quality q = judge.get();
            stage.note(q.said());
            return q;
        }
    }

    private Quality judged(Workpiece piece, Recipe control) {
        Model student = piece.student();
        new Pruner(piece.compute(), control, rng.split("control")).prune(student, List.of(), piece.sink(student, control.pattern().layout()), site -> { });
        return piece.judge(student);
    }

    /** What is wrong with the kernels of this process, also said at once: it spoils every time measured in it. */
    private List<String> checkKernels(Compute compute) {
        List<String> warnings = KernelCheck.of(compute.kernels()).warnings();
        warnings.forEach(w -> progress.say("WARNING: " + w));
        return warnings.stream().map(w -> "speeds of this run are doubtful: " + w).toList();
    }

    private RunRecord record(Workpiece piece) {
        Map<String, String> data = piece.data();
        progress.say("text: " + data.get("training text") + (data.containsKey("excluded") ? "; " + data.get("excluded") + " were left out" : ""));
        return RunRecord.start("sparsify", settings.seed(), threads, piece.compute().kernels().name(), settings.words(), data);
    }

    private PruneReport prune(String name, Workpiece piece, Model student, Recipe how, List<Batch> calibration) {
        try (Progress.Stage stage = progress.stage(name, student.sites().size())) {
            PruneReport report = new Pruner(piece.compute(), how, rng.split("prune"), settings.memoryBytes())
                    .prune(student, calibration, piece.sink(student, how.pattern().layout()), site -> stage.add(1));
            stage.note(String.format(Locale.ROOT, "%.2f %% of the prunable weights are zero; footprint %s", 100 * report.achieved(), report.footprint()));
            return report;
        }
    }

    private Model recover(Model pruned, PruneReport report, String footprint, Workpiece piece, List<Batch> calibration, Map<String, Quality> quality, List<Outcome.Point> curve) {
        try (Recovery recovery = recovery(piece, calibration)) {
            Budget.Measured budget = recovery.measure(settings.budget(), pruned, report.seconds());
            progress.say(String.format(Locale.ROOT, "recovery: %s is %d steps%s", settings.recover(), budget.steps(),
                    Double.isNaN(budget.secondsPerStep()) ? "" : String.format(Locale.ROOT, " of %.3f s", budget.secondsPerStep())));
            Model student = pruned;
            if (recovery.begin().sparsity() < recipe.sparsity()) {
                student = piece.student();
                prune("prune to begin", piece, student, recovery.begin(), calibration);
            }
            curve.add(new Outcome.Point(0, 0, quality.get(ONE_SHOT).nearness()));
            RunState state = new RunState(settings, budget.steps(), footprint, quality, curve);
            recovery.run(student, budget.steps(), null, Recovery.named(settings), progress, keeper(student, piece, state));
            return student;
        }
    }

    private Model goOn(RunState state, Workpiece piece, List<Batch> calibration, Map<String, Quality> quality, List<Outcome.Point> curve) {
        try (Recovery recovery = recovery(piece, calibration)) {
            Model student = piece.empty();
            RunState now = new RunState(settings, state.steps(), state.footprint(), quality, curve);
            recovery.run(student, state.steps(), RunState.training(out), Recovery.named(settings), progress, keeper(student, piece, now));
            return student;
        }
    }

    private Recovery recovery(Workpiece piece, List<Batch> calibration) {
        return new Recovery(piece, recipe, settings.growth(), calibration, settings.taught(), rng.split("recovery"), settings.memoryBytes(), storeEverySeconds);
    }

    /** Keeps the state of the training, and the best model that has reached the target, in the run's folder. */
    private Recovery.Watcher keeper(Model student, Workpiece piece, RunState state) {
        return new Recovery.Watcher() {

            private double best = Double.NEGATIVE_INFINITY;

            @Override
            public void looked(Outcome.Point point, Loop loop) {
                state.curve().add(point);
                boolean reached = settings.growth().sparsity(point.step() - 1, loop.steps(), recipe.sparsity()) >= recipe.sparsity();
                if (reached && point.nearness() > best && point.step() < loop.steps()) {
                    best = point.nearness();
                    piece.save(out, student, null);
                }
            }

            @Override
            public void store(Loop loop) {
                Snapshot.save(RunState.training(out), loop, Recovery.named(settings));
                state.write(out);
            }
        };
    }

    private Plan plan(Model student, Workpiece piece) {
        TimingsFile timings = Here.timings(piece.compute().kernels(), false, progress::say);
        Planner planner = new Planner(piece.compute(), piece.profile(), timings);
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
}
