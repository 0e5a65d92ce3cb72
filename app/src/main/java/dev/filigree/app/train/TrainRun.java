package dev.filigree.app.train;

import dev.filigree.app.KernelCheck;
import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Site;
import dev.filigree.report.Progress;
import dev.filigree.report.RunRecord;
import dev.filigree.train.Curve;
import dev.filigree.train.Diverged;
import dev.filigree.train.Loop;
import dev.filigree.train.Memory;
import dev.filigree.train.NextToken;
import dev.filigree.train.Problem;
import dev.filigree.train.Snapshot;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** One run of {@code train}: data, network, a look at the dense twin, training with its state kept, and what came out. */
public final class TrainRun {

    private static final int TWIN_ROUNDS = 4;

    private final TrainSettings settings;
    private final TrainFolder folder;
    private final int threads;
    private final Progress progress;
    private final Consumer<Curve.Point> told;
    private final Pace pace;
    private long stored = -1; // step of the last state kept

    /**
     * How long things take that are no training.
     *
     * @param storeEverySeconds how often the state is kept
     * @param twinSeconds       of each round of each twin
     */
    record Pace(double storeEverySeconds, double twinSeconds) {
        static final Pace USUAL = new Pace(20, 0.5);
    }

    /** @param told is told after each epoch */
    public TrainRun(TrainSettings settings, TrainFolder folder, int threads, Progress progress, Consumer<Curve.Point> told) {
        this(settings, folder, threads, progress, told, Pace.USUAL);
    }

    TrainRun(TrainSettings settings, TrainFolder folder, int threads, Progress progress, Consumer<Curve.Point> told, Pace pace) {
        this.settings = settings;
        this.folder = folder;
        this.threads = threads;
        this.progress = progress;
        this.told = told;
        this.pace = pace;
    }

    /**
     * Does it all; what it found is also in the folder.
     *
     * @param problem what is learned
     * @param resume  whether to go on with the state in the folder
     */
    public TrainOutcome run(Problem problem, boolean resume) {
        try (Parallel parallel = new Parallel(threads)) {
            Compute compute = new Compute(Kernels.best(), parallel);
            RunRecord record = RunRecord.start("train", settings.seed(), threads, compute.kernels().name(), settings.words(), Map.of("data", problem.about()));
            Assembly assembly = new Assembly(settings, problem, compute);
            Curve curve = new Curve(problem.objective(0), problem.testing(settings.batch(), assembly.form()), this::seen);
            try (Loop loop = assembly.loop(List.of(curve))) {
                if (resume && Files.exists(folder.state())) {
                    Snapshot.load(folder.state(), loop, named(compute));
                    stored = loop.step();
                    progress.say(String.format(Locale.ROOT, "going on after step %,d of %,d", loop.step(), loop.steps()));
                }
                KernelCheck.of(compute.kernels()).warnings().forEach(w -> progress.say("WARNING: " + w)); // after all that a person may have to mend
                progress.say("data: " + problem.about());
                folder.write(settings);
                List<TrainOutcome.Layer> begun = resume ? folder.plan() : List.of();
                List<TrainOutcome.Layer> plan = begun.size() == loop.model().sites().size() ? begun : layers(loop);
                folder.write(plan);
                TrainOutcome.Twin twin = settings.target() > 0 ? twin(loop, problem, compute) : null;
                double step = train(loop, compute);
                TrainOutcome outcome = outcome(record.finished(), problem, assembly.sparse(), loop, plan, curve, step, twin);
                if (loop.model() instanceof CausalModel model && problem instanceof NextToken text && text.train().vocabulary().file().isPresent()) {
                    StoredText.write(folder.path(), model, text.train().vocabulary().file().get(), settings);
                }
                TrainPage.write(folder.path(), outcome);
                return outcome;
            } catch (Diverged e) {
                throw new UserError(e.getMessage() + "; " + lastGood(), e);
            }
        }
    }

    private void keep(Loop loop, Compute compute) {
        try {
            Snapshot.save(folder.state(), loop, named(compute));
        } catch (UserError e) { // as with a full disk, which leaves what was there
            throw new UserError(e.getMessage() + "; " + lastGood() + "; when there is room, go on with: filigree train --resume " + folder.path(), e);
        }
        stored = loop.step();
    }

    private String lastGood() {
        return stored < 0 ? "no state had been kept yet" : "the last good state is that of step " + stored + " in " + folder.state();
    }

    private void seen(Curve.Point p) {
        told.accept(p);
    }

    /** Steps of both in turn, each put back afterwards. */
    private TrainOutcome.Twin twin(Loop loop, Problem problem, Compute compute) {
        try (Progress.Stage stage = progress.stage("dense twin", 2 * TWIN_ROUNDS); Loop dense = new Assembly(settings.dense(), problem, compute).loop(List.of())) {
            List<Loop.Rehearsal> ofDense = new ArrayList<>();
            List<Loop.Rehearsal> ofThis = new ArrayList<>();
            for (int i = 0; i < TWIN_ROUNDS; i++) {
                ofDense.add(dense.rehearse(pace.twinSeconds));
                ofThis.add(loop.rehearse(pace.twinSeconds));
                stage.add(2);
            }
            TrainOutcome.Twin twin = new TrainOutcome.Twin(warm(ofDense), warm(ofThis), ofDense.getLast().memory());
            stage.note(String.format(Locale.ROOT, "a step takes %.2f ms, dense %.2f ms: %.2fx", 1e3 * twin.sparse(), 1e3 * twin.step(), twin.step() / twin.sparse()));
            return twin;
        }
    }

    /** The median after the first round, in which the compiler is at work. */
    private static double warm(List<Loop.Rehearsal> rounds) {
        double[] seconds = rounds.stream().skip(1).mapToDouble(Loop.Rehearsal::seconds).sorted().toArray();
        return seconds[seconds.length / 2];
    }

    /** Trains to the end and returns the median seconds of a step. */
    private double train(Loop loop, Compute compute) {
        long begun = loop.step();
        double[] seconds = new double[Math.toIntExact(loop.steps() - begun)];
        try (Progress.Stage stage = progress.stage("train", loop.steps())) {
            double[] last = {stage.seconds()};
            loop.run((step, steps, loss, batch, took) -> {
                seconds[(int) (step - 1 - begun)] = took;
                stage.at(step, String.format(Locale.ROOT, "loss %.4f%s, %,d live, %.2f ms a step", loss.total(), accuracy(loss.parts().get("accuracy")), loop.model().live(), 1e3 * took));
                if (step == steps || stage.seconds() - last[0] >= pace.storeEverySeconds) {
                    keep(loop, compute);
                    last[0] = stage.seconds();
                }
            });
            stage.note(String.format(Locale.ROOT, "%,d steps of %d examples", loop.steps(), settings.batch()));
        }
        Arrays.sort(seconds);
        return seconds.length == 0 ? Double.NaN : seconds[seconds.length / 2];
    }

    private static String accuracy(Double right) {
        return right == null ? "" : String.format(Locale.ROOT, ", accuracy %.1f %%", 100 * right);
    }

    /** Everything that decides the bits of a run. */
    private Map<String, String> named(Compute compute) {
        Map<String, String> all = new LinkedHashMap<>(settings.words());
        all.put("seed", Long.toString(settings.seed()));
        all.put("kernels", compute.kernels().name());
        return all;
    }

    private TrainOutcome outcome(RunRecord record, Problem problem, List<Site> sparse, Loop loop, List<TrainOutcome.Layer> plan, Curve curve, double step,
            TrainOutcome.Twin twin) {
        long live = sparse.stream().mapToLong(s -> loop.model().param(s).forward().nonZeros()).sum();
        double positions = sparse.stream().mapToDouble(Site::positions).sum();
        Memory memory = loop.memory();
        return new TrainOutcome(record, problem.about(), settings.regime().footprint().toString(), settings.target(), 1 - live / positions, plan, layers(loop), curve.points(),
                step, memory, twin, problem instanceof NextToken text ? text.test().bytesPerToken() : null);
    }

    private static List<TrainOutcome.Layer> layers(Loop loop) {
        return loop.model().sites().stream().map(s -> TrainOutcome.Layer.of(s, loop.model().param(s).forward())).toList();
    }
}
