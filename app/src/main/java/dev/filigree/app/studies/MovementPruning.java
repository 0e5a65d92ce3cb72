package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Curve;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Sanh et al. 2020: where a network is tuned for another task, what moves away from zero matters more than what is large. */
final class MovementPruning implements Study {

    private static final double MANY = 0.97;
    private static final double FEW = 0.7;

    @Override
    public Claim claim() {
        return new Claim("movement", "Sanh et al. 2020, Movement Pruning, arXiv:2005.07683; Zhu and Gupta 2017, arXiv:1710.01878",
                "When a trained network is tuned for another task, pruning what moves towards zero beats pruning what is small "
                        + "where few weights are left; where many are, size is as good.",
                "LeNet-300-100 trained on the first half of the classes, tuned with few examples of the other half "
                        + "and pruned on the way along the same cubic curve, spread by ERK.",
                "steps",
                "movement no better than size at 97 %", 6);
    }

    @Override
    public Findings run(Lab lab) {
        OtherClasses task = OtherClasses.of(lab, "movement");
        Map<String, LongFunction<Curve>> rivals = new LinkedHashMap<>();
        rivals.put("dense", seed -> task.tune("dense", 0, seed));
        for (double sparsity : List.of(FEW, MANY)) {
            rivals.put("size " + percent(sparsity), seed -> task.tune("gmp(allocation=erk)", sparsity, seed));
            rivals.put("movement " + percent(sparsity), seed -> task.tune("movement", sparsity, seed));
        }
        Map<String, List<Curve>> found = lab.each(rivals, c -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * c.points().getLast().right()));
        Table table = new Table("Accuracy on the other half of the classes", Column.text("rival"), Column.count("live"),
                Column.percent("accuracy", 2), Column.percent("deviation", 2));
        found.forEach((name, c) -> table.row(name, c.getFirst().points().getLast().live(), accuracy(c).mean(), accuracy(c).spread()));
        List<LinePlot.Series> lines = found.entrySet().stream().map(e -> new LinePlot.Series(e.getKey(), e.getValue().getFirst().points().stream()
                .map(p -> new LinePlot.Point(p.epoch(), p.right())).toList())).toList();
        return new Findings(List.of(table), List.of(new LinePlot("Accuracy while it is tuned (first seed)", "epochs", "accuracy", lines, List.of())),
                List.of(verdict("movement beats size at 97 %", found, MANY), verdict("movement beats size at 70 % too, which the paper denies", found, FEW)));
    }

    private static Verdict verdict(String says, Map<String, List<Curve>> found, double sparsity) {
        return Verdict.above(says, 0, accuracy(found.get("movement " + percent(sparsity))).minus(accuracy(found.get("size " + percent(sparsity)))));
    }

    private static Numbers accuracy(List<Curve> curves) {
        return Numbers.of(curves, c -> c.points().getLast().right());
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }
}
