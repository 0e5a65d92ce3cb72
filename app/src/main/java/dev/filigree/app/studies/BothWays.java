package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Fang et al. 2023: N:M on the way forward and on the way back, each along its own sums. */
final class BothWays implements Study {

    /** What BDWP may lose to dense at 2:8, the average of the paper. */
    private static final double GAP = 0.0056;
    private static final List<String> PATTERNS = List.of("2:8", "1:8");
    /** Of the layers that are timed; the quick form takes a tenth of it. */
    private static final int WIDE = 1024;
    private static final int OUTPUTS = 10;

    @Override
    public Claim claim() {
        return new Claim("bdwp", "Fang et al. 2023, Efficient N:M Sparse DNN Training Using Algorithm, Architecture, and Dataflow Co-Design, arXiv:2309.13015",
                "With N:M along inputs forward and along outputs backward, two of three products of a step are sparse; 2:8 loses 0.56 points on average and trains faster than dense.",
                "Two hidden layers of 128; 2:8 and 1:8 by SR-STE, whose way back sees the survivors of the way forward, by BDWP, and with a dense way back. Steps are timed with two layers of " + WIDE + ".",
                "epochs and steps",
                "BDWP at 2:8 more than 0.56 points below dense or 0.3 below SR-STE, or a step that is no faster than dense here", 8);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings dense = Rivals.dense("mlp(hidden=128-128)", lab.choose(0.4, 8));
        Map<String, Lab.Series> found = lab.run(rivals(dense, ""));
        TrainSettings wide = dense.with(lab.quick() ? "mlp(hidden=96-96)" : "mlp(hidden=" + WIDE + "-" + WIDE + ")", "dense", "");
        Map<String, Numbers> seconds = lab.steps(rivals(wide, ",into=weights"), lab.choose(0.02, 2));
        List<Verdict> verdicts = new ArrayList<>();
        verdicts.add(Verdict.above("BDWP at 2:8 is within 0.56 points of dense", -GAP, found.get("bdwp 2:8").over(found.get("dense"))));
        for (String p : PATTERNS) {
            verdicts.add(Verdict.above("BDWP is within 0.3 points of SR-STE at " + p, -0.003, found.get("bdwp " + p).over(found.get("sr-ste " + p))));
            verdicts.add(Verdict.above("a step of BDWP is faster than dense at " + p + " (share of the time saved)", 0, seconds.get("bdwp " + p).savedOf(seconds.get("dense"))));
        }
        return new Findings(List.of(Rivals.table("Accuracy at equal epochs", found.values()), products(wide, seconds)), List.of(plot(found)), verdicts);
    }

    private static Map<String, TrainSettings> rivals(TrainSettings dense, String more) {
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        rivals.put("dense", dense);
        for (String p : PATTERNS) {
            rivals.put("sr-ste " + p, dense.with(dense.model(), "sr-ste(pattern=" + p + more + ")", ""));
            rivals.put("bdwp " + p, dense.with(dense.model(), "bdwp(pattern=" + p + more + ")", ""));
            rivals.put("dense back " + p, dense.with(dense.model(), "bdwp(pattern=" + p + ",back=master" + more + ")", ""));
        }
        return rivals;
    }

    /** Multiplications of an example in the products of a step as they are run, and what a step takes. */
    private static Table products(TrainSettings wide, Map<String, Numbers> seconds) {
        int width = Integer.parseInt(wide.model().replaceAll(".*-(\\d+)\\)", "$1"));
        long hidden = (long) width * width + (long) width * OUTPUTS; // of the layers whose inputs get a gradient
        long all = 784L * width + hidden;
        Table t = new Table("Products of a step with layers of " + width, Column.text("rival"), Column.count("forward"), Column.count("backward"), Column.count("gradient"),
                Column.percent("of dense", 1), Column.seconds("a step"), Column.ratio("as fast as dense"));
        seconds.forEach((name, times) -> {
            int n = name.endsWith("8") ? name.charAt(name.length() - 3) - '0' : 8;
            long forward = all * n / 8;
            long back = name.startsWith("sr-ste") ? hidden * n / 8 : name.startsWith("bdwp") ? (long) width * width * n / 8 + (long) width * OUTPUTS : hidden; // ten outputs are no groups of eight
            t.row(name, forward, back, all, (forward + back + all) / (double) (2 * all + hidden), times.mean(), seconds.get("dense").mean() / times.mean());
        });
        return t;
    }

    private static LinePlot plot(Map<String, Lab.Series> found) {
        List<LinePlot.Series> lines = new ArrayList<>();
        found.forEach((name, s) -> lines.add(new LinePlot.Series(name, s.trials().getFirst().curve().stream().map(p -> new LinePlot.Point(p.epoch(), p.right())).toList())));
        return new LinePlot("Accuracy (first seed)", "epochs", "accuracy", lines, List.of());
    }
}
