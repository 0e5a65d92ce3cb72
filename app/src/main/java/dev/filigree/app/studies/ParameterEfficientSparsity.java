package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.model.Network;
import dev.filigree.prune.Parts;
import dev.filigree.prune.regime.LowRank;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Curve;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Li et al. 2022: pruning while tuning, with a few per cent of the numbers that movement pruning trains. */
final class ParameterEfficientSparsity implements Study {

    /** What PST may lose to movement pruning. */
    private static final double GAP = 0.005;
    private static final List<Integer> RANKS = List.of(2, 8);
    private static final double SPARSITY = 0.9;

    @Override
    public Claim claim() {
        return new Claim("pst", "Li et al. 2022, Parameter-Efficient Sparsity for Large Language Models Fine-Tuning, arXiv:2205.11005; Sanh et al. 2020, arXiv:2005.07683",
                "Where a trained network is tuned for another task and pruned on the way, a change and scores of low rank do as well as training every weight and every score, with a few per cent of the numbers, "
                        + "and better than size.",
                "LeNet-300-100 trained on the first half of the classes, tuned with few examples of the other half and pruned to 90 % along the same cubic curve, every layer alike: by size, by movement, "
                        + "by PST of rank 2 and 8.",
                "steps",
                "PST more than half a point below movement pruning, or no better than size",
                6);
    }

    @Override
    public Findings run(Lab lab) {
        OtherClasses task = OtherClasses.of(lab, "pst");
        Network net = task.network();
        long weights = net.positions();
        Map<String, Long> trained = new LinkedHashMap<>();
        Map<String, LongFunction<Curve>> rivals = new LinkedHashMap<>();
        put(trained, rivals, "dense", weights, seed -> task.tune("dense", 0, seed));
        put(trained, rivals, "size", weights, seed -> task.tune("gmp", SPARSITY, seed));
        put(trained, rivals, "movement", 2 * weights, seed -> task.tune("movement(allocation=uniform)", SPARSITY, seed));
        for (int rank : RANKS) {
            String method = "pst(rank=" + rank + ")";
            put(trained, rivals, "pst, rank " + rank, ((LowRank) Parts.REGIMES.make(method)).trained(net.sites()), seed -> task.tune(method, SPARSITY, seed));
        }
        Map<String, List<Curve>> found = lab.each(rivals, c -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * c.points().getLast().right()));
        Table table = new Table("Accuracy on the other half of the classes at 90 % zeros", Column.text("rival"), Column.count("live"), Column.count("trained"),
                Column.percent("of the weights", 1), Column.percent("accuracy", 2), Column.percent("deviation", 2));
        List<LinePlot.Series> lines = new ArrayList<>();
        found.forEach((name, c) -> {
            table.row(name, c.getFirst().points().getLast().live(), trained.get(name), trained.get(name) / (double) weights, accuracy(c).mean(), accuracy(c).spread());
            lines.add(new LinePlot.Series(name, c.getFirst().points().stream().map(p -> new LinePlot.Point(p.epoch(), p.right())).toList()));
        });
        List<Verdict> verdicts = new ArrayList<>();
        for (int rank : RANKS) {
            Numbers pst = accuracy(found.get("pst, rank " + rank));
            verdicts.add(Verdict.above("PST of rank " + rank + " is within half a point of movement pruning", -GAP, pst.minus(accuracy(found.get("movement")))));
            verdicts.add(Verdict.above("PST of rank " + rank + " beats size", 0, pst.minus(accuracy(found.get("size")))));
        }
        return new Findings(List.of(table), List.of(new LinePlot("Accuracy while it is tuned (first seed)", "epochs", "accuracy", lines, List.of())), verdicts);
    }

    private static void put(Map<String, Long> trained, Map<String, LongFunction<Curve>> rivals, String name, long numbers, LongFunction<Curve> run) {
        trained.put(name, numbers);
        rivals.put(name, run);
    }

    private static Numbers accuracy(List<Curve> curves) {
        return Numbers.of(curves, c -> c.points().getLast().right());
    }
}
