package dev.filigree.app.sparsify;

import dev.filigree.infer.Plan;
import dev.filigree.model.Model;
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

    private static final int ROUNDS = 5;
    private static final double ROUND_SECONDS = 0.4;

    private final Workpiece piece;
    private final Path folder;
    private final Progress progress;

    Measurement(Workpiece piece, Path folder, Progress progress) {
        this.piece = piece;
        this.folder = folder;
        this.progress = progress;
    }

    /**
     * @param quality  found so far; what is measured here is added
     * @param plan     which layouts it runs in; null where no position is zero because a part was taken out
     * @param warnings what is wrong with the kernels of this process
     */
    Outcome measure(RunRecord record, double asked, String footprint, Map<String, Quality> quality, List<Outcome.Point> curve, Plan plan, List<String> warnings) {
        try (Workpiece.Served dense = piece.dense(); Workpiece.Served sparse = piece.open(folder); Rivals rivals = piece.rivals()) {
            Quality last;
            try (Progress.Stage stage = progress.stage("evaluate saved", 0)) {
                last = sparse.quality();
                quality.put(curve.isEmpty() ? SparsifyRun.SPARSE : SparsifyRun.RECOVERED, last);
                stage.note(last.said());
            }
            for (String rival : rivals.names()) {
                try (Progress.Stage stage = progress.stage("evaluate rival", 0)) {
                    piece.judge(rivals, rival).ifPresent(q -> {
                        quality.put(rival, q);
                        stage.note(rival + ": " + q.said());
                    });
                }
            }
            List<Speed.Result> speed = speed(dense, sparse, rivals);
            Map<String, Long> disk = new LinkedHashMap<>();
            disk.put(SparsifyRun.DENSE, piece.bytes());
            disk.put(SparsifyRun.SPARSE, piece.bytes(folder));
            rivals.names().forEach(r -> disk.put(r, rivals.bytes(r)));
            Map<String, Long> resident = new LinkedHashMap<>();
            resident.put(SparsifyRun.DENSE, dense.bytes());
            resident.put(SparsifyRun.SPARSE, sparse.bytes());
            List<Outcome.Layer> layers = plan == null ? List.of() : layers(sparse.model(), plan);
            double zeros = layers.stream().mapToDouble(l -> l.sparsity() * l.rows() * l.cols()).sum();
            double prunable = layers.stream().mapToDouble(l -> (double) l.rows() * l.cols()).sum();
            double all = all(dense.model());
            double without = plan == null ? 1 - layered(sparse.model()) / layered(dense.model()) : zeros / prunable;
            double ofAll = plan == null ? 1 - all(sparse.model()) / all : zeros / all;
            List<String> first = new ArrayList<>(warnings);
            Verdict.setback(quality.get(SparsifyRun.ONE_SHOT), quality.get(SparsifyRun.RECOVERED)).ifPresent(first::add);
            return new Outcome(record.finished(), asked, without, ofAll, footprint, layers, quality, List.copyOf(curve), piece.excluded(), disk,
                    resident, speed, rivals.absent(), verdict(last, quality, disk, speed, rivals).after(first));
        }
    }

    private static double all(Model model) {
        return model.params().stream().mapToDouble((Held p) -> p.forward().positions()).sum();
    }

    /** Parameters that belong to layers: what makes the way through them, shortcuts included. */
    private static double layered(Model model) {
        return model.params().stream().filter(p -> p.name().contains(".layers.")).mapToDouble((Held p) -> p.forward().positions()).sum();
    }

    private List<Speed.Result> speed(Workpiece.Served dense, Workpiece.Served sparse, Rivals rivals) {
        Speed speed = new Speed(ROUNDS, ROUND_SECONDS).ours(SparsifyRun.DENSE, dense.contender()).ours(SparsifyRun.SPARSE, sparse.contender());
        rivals.join(speed);
        List<int[]> shapes = piece.shapes();
        try (Progress.Stage stage = progress.stage("measure", speed.total(shapes.size()))) {
            List<Speed.Result> results = speed.run(shapes, (done, what) -> stage.at(done, what));
            stage.note(String.join(", ", shapes.stream().map(s -> s[0] + " sequences of " + s[1] + " tokens").toList()) + ", " + ROUNDS + " alternating rounds");
            return results;
        }
    }

    private static Verdict verdict(Quality last, Map<String, Quality> quality, Map<String, Long> disk, List<Speed.Result> speed, Rivals rivals) {
        Map<String, Double> rate = speed.stream().collect(Collectors.toMap(Speed.Result::name, Speed.Result::median, (first, other) -> first));
        List<Contestant> others = new ArrayList<>();
        for (String r : rivals.names()) {
            others.add(new Contestant(r, quality.get(r), disk.get(r), rate.getOrDefault(r, Double.NaN)));
        }
        return Verdict.of(new Contestant("the sparse model", last, disk.get(SparsifyRun.SPARSE), rate.get(SparsifyRun.SPARSE)),
                new Contestant("our dense model", quality.get(SparsifyRun.DENSE), disk.get(SparsifyRun.DENSE), rate.get(SparsifyRun.DENSE)), others);
    }

    private static List<Outcome.Layer> layers(Model sparse, Plan plan) {
        Map<String, Plan.Choice> choices = new LinkedHashMap<>();
        plan.choices().forEach(c -> choices.put(c.site(), c));
        List<Outcome.Layer> layers = new ArrayList<>();
        for (Site s : sparse.sites()) {
            Weight w = sparse.param(s).forward();
            Plan.Kind kind = plan.kinds().get(choices.get(s.name()).kind());
            layers.add(new Outcome.Layer(s.shortName(), s.rows(), s.cols(), zeros(w), w.layout(), kind.microseconds("dense", plan.steps()),
                    kind.readings().getFirst().containsKey(w.layout()) ? kind.microseconds(w.layout(), plan.steps()) : Double.NaN, w.bytes())); // a layout of fewer bits is not planned for
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
