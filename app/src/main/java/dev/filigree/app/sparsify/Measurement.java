package dev.filigree.app.sparsify;

import dev.filigree.infer.Plan;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.report.Progress;
import dev.filigree.report.RunRecord;
import dev.filigree.tensor.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Evaluates and times a saved model beside the dense one and the rivals. What it measures is what the folder holds. */
final class Measurement {

    /** The work that speed is measured at: sequences, and tokens in each. */
    static final int BATCH = 32;
    static final int LENGTH = 64;

    private static final int ROUNDS = 5;
    private static final double ROUND_SECONDS = 0.4;

    private final Source source;
    private final SentenceEncoder dense;
    private final Path folder;
    private final int threads;
    private final Judge judge;
    private final Progress progress;

    Measurement(Source source, SentenceEncoder dense, Path folder, int threads, Judge judge, Progress progress) {
        this.source = source;
        this.dense = dense;
        this.folder = folder;
        this.threads = threads;
        this.judge = judge;
        this.progress = progress;
    }

    /**
     * @param quality  found so far; what is measured here is added
     * @param warnings what is wrong with the kernels of this process
     */
    Outcome measure(RunRecord record, double asked, String footprint, Map<String, Quality> quality, List<Outcome.Point> curve, int excluded, Plan plan,
            List<String> warnings) {
        try (SentenceEncoder sparse = SentenceEncoder.open(folder, threads); Rivals rivals = Rivals.start(source, threads)) {
            Quality last;
            try (Progress.Stage stage = progress.stage("evaluate saved", 0)) {
                last = judge.score(sparse::encode);
                quality.put(curve.isEmpty() ? SparsifyRun.SPARSE : SparsifyRun.RECOVERED, last);
                stage.note(SparsifyRun.said(last));
            }
            for (String rival : rivals.names()) {
                try (Progress.Stage stage = progress.stage("evaluate rival", 0)) {
                    rivals.quality(rival, judge).ifPresent(q -> {
                        quality.put(rival, q);
                        stage.note(rival + ": " + SparsifyRun.said(q));
                    });
                }
            }
            List<Speed.Result> speed = speed(sparse, rivals);
            Map<String, Long> disk = new LinkedHashMap<>();
            disk.put(SparsifyRun.DENSE, source.stored().weights().bytes() + source.stored().tokenizer().length);
            disk.put(SparsifyRun.SPARSE, SavedModel.bytes(folder));
            rivals.names().forEach(r -> disk.put(r, rivals.bytes(r)));
            Map<String, Long> resident = new LinkedHashMap<>();
            resident.put(SparsifyRun.DENSE, dense.weightBytes());
            resident.put(SparsifyRun.SPARSE, sparse.weightBytes());
            List<Outcome.Layer> layers = layers(sparse, plan);
            double zeros = layers.stream().mapToDouble(l -> l.sparsity() * l.rows() * l.cols()).sum();
            double prunable = layers.stream().mapToDouble(l -> (double) l.rows() * l.cols()).sum();
            double all = dense.model().params().stream().mapToDouble((Held p) -> p.forward().positions()).sum();
            List<String> first = new ArrayList<>(warnings);
            Verdict.setback(quality.get(SparsifyRun.ONE_SHOT), quality.get(SparsifyRun.RECOVERED)).ifPresent(first::add);
            return new Outcome(record.finished(), asked, zeros / prunable, zeros / all, footprint, layers, quality, List.copyOf(curve), excluded, disk,
                    resident, speed, rivals.absent(), verdict(last, quality, disk, speed, rivals).after(first));
        }
    }

    private List<Speed.Result> speed(SentenceEncoder sparse, Rivals rivals) {
        int vocabulary = dense.config().vocab();
        Speed speed = new Speed(ROUNDS, ROUND_SECONDS).ours(SparsifyRun.DENSE, dense.session(), vocabulary)
                .ours(SparsifyRun.SPARSE, sparse.session(), vocabulary);
        rivals.join(speed);
        int length = Math.min(LENGTH, dense.config().maxPositions());
        try (Progress.Stage stage = progress.stage("measure", speed.total(1))) {
            List<Speed.Result> results = speed.run(List.of(new int[] {BATCH, length}), (done, what) -> stage.at(done, what));
            stage.note(BATCH + " sequences of " + length + " tokens, " + ROUNDS + " alternating rounds");
            return results;
        }
    }

    private static Verdict verdict(Quality last, Map<String, Quality> quality, Map<String, Long> disk, List<Speed.Result> speed, Rivals rivals) {
        Map<String, Double> rate = speed.stream().collect(Collectors.toMap(Speed.Result::name, Speed.Result::median));
        List<Contestant> others = new ArrayList<>();
        for (String r : rivals.names()) {
            others.add(new Contestant(r, quality.get(r), disk.get(r), rate.getOrDefault(r, Double.NaN)));
        }
        return Verdict.of(new Contestant("the sparse model", last, disk.get(SparsifyRun.SPARSE), rate.get(SparsifyRun.SPARSE)),
                new Contestant("our dense model", quality.get(SparsifyRun.DENSE), disk.get(SparsifyRun.DENSE), rate.get(SparsifyRun.DENSE)), others);
    }

    private static List<Outcome.Layer> layers(SentenceEncoder sparse, Plan plan) {
        Map<String, Plan.Choice> choices = new LinkedHashMap<>();
        plan.choices().forEach(c -> choices.put(c.site(), c));
        List<Outcome.Layer> layers = new ArrayList<>();
        for (Site s : sparse.model().sites()) {
            Weight w = sparse.model().param(s).forward();
            Plan.Kind kind = plan.kinds().get(choices.get(s.name()).kind());
            layers.add(new Outcome.Layer(s.shortName(), s.rows(), s.cols(), zeros(w), w.layout(), kind.microseconds("dense", plan.steps()),
                    kind.microseconds(w.layout(), plan.steps())));
        }
        return layers;
    }

    /** Share of zeros, counted: a weight that runs dense stores its zeros. */
    private static double zeros(Weight w) {
        long[] count = {w.positions()};
        w.forEach((r, c, slot, v) -> count[0] -= v != 0 ? 1 : 0);
        return count[0] / (double) w.positions();
    }
}
