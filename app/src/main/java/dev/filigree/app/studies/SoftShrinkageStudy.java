package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Wang et al. 2023: weights that shrink before they die leave better networks than weights that die at once. */
final class SoftShrinkageStudy implements Study {

    private static final int[] HALVINGS = {2, 10, 50, 250};
    private static final String SPARSITY = "95%";
    private static final String OWN = "iss, 2 halvings";

    @Override
    public Claim claim() {
        return new Claim("iss-p", "Wang et al. 2023, Iterative Soft Shrinkage Learning for Efficient Image Super-Resolution, arXiv:2303.09650",
                "From random values on, shrinking the smallest weights a little in every step beats setting them to zero in every step, pruning once, and random positions.",
                "LeNet-300-100 on classification, uniform 95 %, half of the steps before the positions are fixed; the speed of shrinking is varied.",
                "epochs",
                "soft shrinkage no better than hard thresholding or than pruning once", 5);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings base = Rivals.dense("lenet-300-100", lab.choose(0.3, 4));
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        rivals.put("dense", base);
        int[] halvings = lab.quick() ? new int[] {2} : HALVINGS;
        for (int h : halvings) {
            rivals.put("iss, " + h + " halvings", base.with(base.model(), "iss(halvings=" + h + ")", SPARSITY));
        }
        rivals.put("hard thresholding", base.with(base.model(), "iht", SPARSITY));
        rivals.put("pruned once", base.with(base.model(), "gmp(times=1,until=0.5)", SPARSITY));
        rivals.put("static", base.with(base.model(), "static(allocation=uniform)", SPARSITY));
        Map<String, Lab.Series> found = lab.run(rivals);
        List<LinePlot.Point> points = new ArrayList<>();
        for (int h : halvings) {
            points.add(new LinePlot.Point(Math.log(h) / Math.log(2), found.get("iss, " + h + " halvings").mean()));
        }
        List<LinePlot.Level> others = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        for (String other : List.of("hard thresholding", "pruned once", "static")) {
            others.add(new LinePlot.Level(other, found.get(other).mean()));
            verdicts.add(Verdict.above(OWN + " beats " + other, 0, found.get(OWN).over(found.get(other))));
        }
        return new Findings(List.of(Rivals.table("Accuracy at equal epochs, " + SPARSITY + " zeros", found.values())),
                List.of(new LinePlot("Accuracy against the speed of shrinking", "halvings, as a power of two", "accuracy", List.of(new LinePlot.Series("iss", points)), others)),
                verdicts);
    }
}
