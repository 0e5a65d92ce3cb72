package dev.filigree.app.studies;

import dev.filigree.Parts;
import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.app.train.Trial;
import dev.filigree.model.Network;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Thangarasa et al. 2023: at equal operations a larger sparse layer beats the dense one. */
final class SparseIft implements Study {

    /** What may be lost to a dense network of twice the operations. */
    private static final double GAP = 0.002;
    private static final String DENSE = "128-128-128";
    /** Twice the multiply-adds, to 0.3 %. */
    private static final String TWICE = "218-218-218";

    @Override
    public Claim claim() {
        return new Claim("sparse-ift", "Thangarasa et al. 2023, Sparse Iso-FLOP Transformations for Maximizing Training Efficiency, arXiv:2303.11525",
                "A dense layer replaced by a larger sparse one of the same operations, with positions that move, gains accuracy, up to that of dense networks of twice the operations.",
                "Three hidden layers of 128; Sparse Wide at 75 and 90 % with RigL and with positions that stay, the other three forms at 75 % with RigL.",
                "multiply-adds of an example, counted from what lives at the end, and epochs",
                "Sparse Wide with RigL no better than dense at 75 or 90 %, or no better than with positions that stay", 8);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings base = Rivals.dense("mlp(hidden=" + DENSE + ")", lab.choose(0.4, 4));
        String rigl = lab.quick() ? "rigl(every=5)" : "rigl";
        List<String> levels = lab.quick() ? List.of("75%") : List.of("75%", "90%");
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        rivals.put("dense", base);
        rivals.put("dense, twice the operations", base.with("mlp(hidden=" + TWICE + ")", "dense", ""));
        for (String level : levels) {
            rivals.put("wide " + level + ", static", base.with(model("wide", level), "static", level));
            rivals.put("wide " + level + ", rigl", base.with(model("wide", level), rigl, level));
        }
        for (String kind : lab.quick() ? List.of("doped") : List.of("parallel", "factorized", "doped")) {
            rivals.put(kind + " 75%, rigl", base.with(model(kind, "75%"), rigl, "75%"));
        }
        Map<String, Lab.Series> found = lab.run(rivals);

        Table table = new Table("Accuracy at equal operations", Column.text("rival"), Column.count("multiply-adds"), Column.percent("accuracy", 2), Column.percent("deviation", 2),
                Column.bytes("parameter memory"), Column.seconds("time of a run"));
        found.values().forEach(s -> table.row(s.name(), operations(lab, rivals.get(s.name()), s.trials().getFirst()), s.mean(), s.accuracy().spread(),
                s.trials().getFirst().memory().parameters(), s.trials().stream().mapToDouble(Trial.Result::seconds).average().orElseThrow()));
        List<LinePlot.Series> lines = new ArrayList<>();
        for (String method : List.of("static", "rigl")) {
            lines.add(new LinePlot.Series("wide, " + method,
                    levels.stream().map(l -> new LinePlot.Point(Double.parseDouble(l.replace("%", "")), found.get("wide " + l + ", " + method).mean())).toList()));
        }
        Lab.Series dense = found.get("dense");
        List<Verdict> verdicts = new ArrayList<>();
        for (String level : lab.quick() ? levels : List.of("75%", "90%")) {
            Lab.Series wide = found.get("wide " + level + ", rigl");
            verdicts.add(Verdict.above("Sparse Wide at " + level + " beats dense at equal operations", 0, wide.over(dense)));
            verdicts.add(Verdict.above("at " + level + " positions that move beat those that stay", 0, wide.over(found.get("wide " + level + ", static"))));
            verdicts.add(Verdict.above("Sparse Wide at " + level + " is within 0.2 points of dense with twice the operations", -GAP, wide.over(found.get("dense, twice the operations"))));
        }
        return new Findings(List.of(table), List.of(new LinePlot("Accuracy of Sparse Wide", "zeros, per cent", "accuracy", lines,
                List.of(new LinePlot.Level("dense", dense.mean()), new LinePlot.Level("twice", found.get("dense, twice the operations").mean())))), verdicts);
    }

    private static String model(String kind, String level) {
        return "sparse-ift(kind=" + kind + ",hidden=" + DENSE + ",sparsity=" + Integer.parseInt(level.replace("%", "")) / 100.0 + ")";
    }

    /** Live positions at the end, those that are never pruned included: each is one multiply-add for an example. */
    private static long operations(Lab lab, TrainSettings settings, Trial.Result r) {
        Network net = Parts.NETWORKS.make(settings.model()).build(lab.problem().input(), lab.problem().outputs());
        return r.live() + net.whole().stream().mapToLong(w -> (long) w.rows() * w.cols()).sum();
    }
}
