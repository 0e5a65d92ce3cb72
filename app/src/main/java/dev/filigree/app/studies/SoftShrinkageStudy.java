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
    private static final String OWN = "iss, 50 halvings";

    @Override
    public Claim claim() {
        return new Claim("iss-p", "Wang et al. 2023, Iterative Soft Shrinkage Learning for Efficient Image Super-Resolution, arXiv:2303.09650",
                "From random values on, shrinking the smallest weights a little in every step beats setting them to zero in every step, pruning once, and random positions.",
                "LeNet-300-100 on classification, uniform 95 and 98 %, half of the steps before the positions are fixed; the speed of shrinking is varied.",
                "epochs",
                "soft shrinkage no better than hard thresholding or than pruning once at 95 or 98 %", 6);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings base = Rivals.dense("lenet-300-100", lab.choose(0.3, 4));
        List<String> levels = lab.quick() ? List.of("95%") : List.of("95%", "98%");
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        rivals.put("dense", base);
        for (String level : levels) {
            for (int h : lab.quick() ? new int[] {50} : HALVINGS) {
                rivals.put("iss, " + h + " halvings " + level, base.with(base.model(), "iss(halvings=" + h + ")", level));
            }
            rivals.put("hard thresholding " + level, base.with(base.model(), "iht", level));
            rivals.put("pruned once " + level, base.with(base.model(), "gmp(times=1,until=0.5)", level));
            rivals.put("static " + level, base.with(base.model(), "static(allocation=uniform)", level));
        }
        Map<String, Lab.Series> found = lab.run(rivals);
        List<LinePlot.Series> lines = new ArrayList<>();
        List<LinePlot.Level> others = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        for (String level : levels) {
            List<LinePlot.Point> points = new ArrayList<>();
            for (int h : lab.quick() ? new int[] {50} : HALVINGS) {
                points.add(new LinePlot.Point(Math.log(h) / Math.log(2), found.get("iss, " + h + " halvings " + level).mean()));
            }
            lines.add(new LinePlot.Series("iss " + level, points));
            for (String other : List.of("hard thresholding", "pruned once", "static")) {
                others.add(new LinePlot.Level(other + " " + level, found.get(other + " " + level).mean()));
                verdicts.add(Verdict.above(OWN + " beats " + other + " at " + level, 0, found.get(OWN + " " + level).over(found.get(other + " " + level))));
            }
        }
        return new Findings(List.of(Rivals.table("Accuracy at equal epochs", found.values())),
                List.of(new LinePlot("Accuracy against the speed of shrinking", "halvings, as a power of two", "accuracy", lines, others)), verdicts);
    }
}
