package dev.filigree.app.sparsify;

import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Tokens;
import dev.filigree.prune.Pruner;
import dev.filigree.prune.Recipe;
import dev.filigree.prune.schedule.Reprune;
import dev.filigree.prune.schedule.Schedule;
import dev.filigree.report.Progress;
import dev.filigree.train.Adam;
import dev.filigree.train.SentenceBatches;
import dev.filigree.train.Budget;
import dev.filigree.train.Distillation;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Snapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Distils a pruned model from its dense self. Sparsity grows by the schedule; the state is stored every few seconds, so
 * that whatever happens the run can go on where it was, bit for bit.
 */
final class Recovery implements AutoCloseable {

    private static final double RATE = 4e-3;
    private static final double WARMUP = 0.05;
    private static final double CLIP = 1;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.98;
    private static final double EPS = 1e-8;

    /** Looks at quality on the way. */
    private static final int GLANCES = 12;
    private static final double SECONDS_A_GLANCE = 1.0;

    private final Workpiece piece;
    private final Compute compute;
    private final Recipe recipe;
    private final Schedule schedule;
    private final List<Batch> calibration;
    private final Rng rng;
    private final long memory;
    private final Distillation distillation;
    private final double storeEverySeconds;

    /**
     * @param piece       whose dense model teaches
     * @param calibration text for pruning again
     * @param weights     what is learned from the teacher
     * @param memory      bytes of activations that pruning again may hold
     * @param storeEverySeconds how often the watcher is asked to keep the state
     */
    Recovery(Workpiece piece, Recipe recipe, Schedule schedule, List<Batch> calibration, Distillation.Weights weights, Rng rng, long memory, double storeEverySeconds) {
        this.piece = piece;
        this.storeEverySeconds = storeEverySeconds;
        this.compute = piece.compute();
        // layer-wise repairs are for models that are not trained afterwards: with them distillation ends lower
        this.recipe = new Recipe(recipe.pattern(), recipe.allocation(), recipe.method(), List.of(), recipe.sparsity());
        this.schedule = schedule;
        this.calibration = calibration;
        this.rng = rng;
        this.memory = memory;
        this.distillation = new Distillation(compute, piece.teacher(), weights);
    }

    /** Told as recovery goes on. */
    interface Watcher {
        /** A look at quality. */
        void looked(Outcome.Point point, Loop loop);

        /** Asks to keep the state, complete between two steps. */
        void store(Loop loop);
    }

    /**
     * A budget in steps; a time is measured on {@code pruned}, which is left as it is.
     *
     * @param pruneSeconds what one pruning took
     */
    Budget.Measured measure(Budget budget, Model pruned, double pruneSeconds) {
        long prunings = java.util.stream.LongStream.range(0, 1000).filter(s -> schedule.fires(s, 1000)).count();
        try (Loop loop = new Loop(compute, piece.copy(pruned), setup(1, List.of()))) {
            return budget.measure(loop, prunings * pruneSeconds + GLANCES * SECONDS_A_GLANCE);
        }
    }

    /** How to prune before the first step. */
    Recipe begin() {
        return recipe.withSparsity(recipe.pattern().fixedSparsity().orElse(schedule.start(recipe.sparsity())));
    }

    /**
     * Trains {@code student}, pruned as {@link #begin} says, in place.
     *
     * @param stored the state to go on from, or null to begin
     */
    void run(Model student, long steps, Path stored, Map<String, String> settings, Progress progress, Watcher watcher) {
        try (Progress.Stage stage = progress.stage("recover", steps)) {
            Looks looks = new Looks(watcher, stage);
            Reprune reprune = new Reprune(new Pruner(compute, recipe, rng.split("reprune"), memory), schedule, calibration,
                    (step, report) -> stage.note(String.format(Locale.ROOT, "pruned to %.1f %%", 100 * report.achieved())));
            try (Loop loop = new Loop(compute, student, setup(steps, List.of(reprune, looks)))) {
                if (stored != null) {
                    Snapshot.load(stored, loop, settings);
                }
                double[] lastStored = {stage.seconds()};
                loop.run((step, all, loss, batch, seconds) -> {
                    stage.at(step, String.format(Locale.ROOT, "loss %.3f%s, %,.0f tokens/s", loss.total(), looks.said(),
                            batch.as(Tokens.class).tokens() / seconds));
                    if (stage.seconds() - lastStored[0] >= storeEverySeconds && step < all) {
                        watcher.store(loop);
                        lastStored[0] = stage.seconds();
                    }
                });
                stage.note(String.format(Locale.ROOT, "%d steps of %d sequences", steps, piece.batch()));
            }
        }
    }

    @Override
    public void close() {
        distillation.close();
    }

    private Setup setup(long steps, List<Hook> hooks) {
        return new Setup(distillation, new SentenceBatches(piece.sequences(), piece.batch(), rng.split("order")), new Adam(BETA1, BETA2, EPS, 0), RATE, new Rates.Linear(WARMUP),
                CLIP, steps, recipe.pattern().trainingLayout(), hooks, rng.split("training"));
    }

    /** Looks at quality now and then, which changes no bit of the run. */
    private final class Looks implements Hook {

        private final Watcher watcher;
        private final Progress.Stage stage;
        private double nearness = Double.NaN;

        Looks(Watcher watcher, Progress.Stage stage) {
            this.watcher = watcher;
            this.stage = stage;
        }

        /** What the last look saw, when there was one. */
        String said() {
            return Double.isNaN(nearness) ? "" : String.format(Locale.ROOT, ", held-out text %.3f", nearness);
        }

        @Override
        public void afterStep(Loop loop, long step) {
            long every = Math.max(1, loop.steps() / GLANCES);
            if ((step + 1) % every == 0 || step + 1 == loop.steps()) {
                nearness = piece.glance(loop.model());
                watcher.looked(new Outcome.Point(step + 1, stage.seconds(), nearness), loop);
            }
        }
    }

    /** Settings as a stored state names them. */
    static Map<String, String> named(Settings settings) {
        Map<String, String> all = new java.util.LinkedHashMap<>(settings.words());
        all.put("seed", Long.toString(settings.seed()));
        all.put("text", settings.text().isEmpty() ? "bundled" : settings.text());
        return all;
    }

    /** Sequences laid into batches of at most {@code tokens} tokens, in order. */
    static List<Batch> batches(List<int[]> sequences, int tokens) {
        List<Batch> batches = new ArrayList<>();
        List<int[]> current = new ArrayList<>();
        int filled = 0;
        for (int[] s : sequences) {
            if (filled + s.length > tokens && !current.isEmpty()) {
                batches.add(Tokens.of(current));
                current = new ArrayList<>();
                filled = 0;
            }
            current.add(s);
            filled += s.length;
        }
        if (!current.isEmpty()) {
            batches.add(Tokens.of(current));
        }
        return batches;
    }
}
