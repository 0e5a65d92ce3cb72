package dev.filigree.app.studies;

import dev.filigree.app.report.BarPlot;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.app.train.Trial;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Liu and Wang 2023: what people ask about sparse networks, answered by runs of one network side by side. */
final class TenLessons implements Study {

    /** That of 1:8, so that every rival but dense keeps as many weights. */
    private static final String SPARSITY = "87.5%";
    private static final String LARGE = "mlp(hidden=256-128)";
    private static final double LARGE_WEIGHTS = 784 * 256 + 256 * 128 + 128 * 10;
    /** The dense network with an eighth of the large one's weights, to 1 %. */
    private static final String SMALL = "mlp(hidden=36-18)";
    /** A difference in accuracy that would be none to speak of. */
    private static final double NONE = 0.005;

    /**
     * A way to an eighth of the weights.
     *
     * @param when   sparsity comes: before, during or after training
     * @param places whether live positions stay or move
     * @param shape  of what lives
     * @param master whether the gradient of a weight is a dense product
     */
    private record Way(String name, String when, String places, String shape, boolean master, TrainSettings settings) {

        /** Products of a step (forward, backward, gradient) as a share of those of the large dense network. */
        private double work(Trial.Result run) {
            double live = run.work() / LARGE_WEIGHTS;
            return master ? (2 * live + 1) / 3 : live;
        }
    }

    @Override
    public Claim claim() {
        return new Claim("ten-lessons", "Liu and Wang 2023, Ten Lessons We Have Learned in the New \"Sparseland\", arXiv:2302.02596",
                "What is fair to compare, and what follows: dense or sparse, large or small, epochs or work, pruning or sparse training, dense or sparse at first, positions that stay or move, before, during or after training, what shape, how sure, and how fast.",
                "Two hidden layers of 256 and 128; every way keeps an eighth of the weights. Each is trained for the same epochs, and once more for the same work.",
                "in one column epochs, in the other multiply-adds of all products of the run (gradients for growth not counted)",
                "for each question the answer that its line does not give", 12);
    }

    @Override
    public Findings run(Lab lab) {
        double epochs = lab.choose(0.25, 5);
        List<Way> ways = ways(Rivals.dense(LARGE, epochs), lab.quick());
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        ways.forEach(w -> rivals.put(w.name(), w.settings()));
        Map<String, Lab.Series> same = lab.run(rivals);
        Map<String, TrainSettings> longer = new LinkedHashMap<>();
        ways.forEach(w -> longer.put(w.name(), lasting(w.settings(), Math.min(lab.choose(0.5, 1e3), epochs / w.work(same.get(w.name()).trials().getFirst())))));
        longer.remove("dense");
        Map<String, Lab.Series> work = lab.run(longer);
        work.put("dense", same.get("dense"));
        Map<String, Numbers> seconds = lab.steps(rivals, lab.choose(0.01, 0.5));
        return new Findings(List.of(matrix(ways, longer, same, work, seconds)), List.of(plot(same, work)), answers(same, work, seconds));
    }

    private static List<Way> ways(TrainSettings large, boolean quick) {
        List<Way> all = new ArrayList<>();
        all.add(new Way("dense", "-", "-", "all", false, large));
        all.add(new Way("small dense", "before", "stay", "whole units", false, large.with(SMALL, "dense", "")));
        all.add(way(large, "static", "before", "stay", "static"));
        all.add(way(large, "snip", "before", "stay", "snip"));
        all.add(way(large, "snip's numbers", "before", "stay", "snip(positions=random,values=fresh)"));
        all.add(way(large, "set", "during", "move", quick ? "set(every=5)" : "set"));
        all.add(way(large, "rigl", "during", "move", quick ? "rigl(every=5)" : "rigl"));
        all.add(way(large, "granet from half", "during", "move", "granet(from=0.5)"));
        all.add(way(large, "granet from dense", "during", "move", "granet"));
        all.add(way(large, "gmp", "during", "stay", "gmp"));
        all.add(new Way("1:8", "during", "move", "1:8", true, large.with(LARGE, "sr-ste(pattern=1:8)", "")));
        all.add(way(large, "after", "after", "stay", "gmp(from=0.66,until=0.67,times=1)"));
        return all;
    }

    private static Way way(TrainSettings large, String name, String when, String places, String method) {
        return new Way(name, when, places, "any", false, large.with(LARGE, method, SPARSITY));
    }

    private static TrainSettings lasting(TrainSettings s, double epochs) {
        return new TrainSettings(s.model(), s.data(), s.method(), s.sparsity(), s.allocation(), s.keepDense(), epochs, s.batch(), s.optimizer(), s.rate(), s.rates(), s.smoothing(), s.clip(), s.seed());
    }

    /** Everything side by side. */
    private static Table matrix(List<Way> ways, Map<String, TrainSettings> longer, Map<String, Lab.Series> same, Map<String, Lab.Series> work, Map<String, Numbers> seconds) {
        Table t = new Table("An eighth of the weights, in every way", Column.text("way"), Column.text("sparse"), Column.text("positions"), Column.text("shape"), Column.percent("live", 1),
                Column.percent("work", 1), Column.percent("at equal epochs", 2), Column.percent("at equal work", 2), Column.number("its epochs", 1), Column.percent("calibration error", 2),
                Column.bytes("parameter memory"), Column.ratio("first steps as fast as dense"));
        for (Way w : ways) {
            Lab.Series s = same.get(w.name());
            Trial.Result first = s.trials().getFirst();
            t.row(w.name(), w.when(), w.places(), w.shape(), first.live() / LARGE_WEIGHTS, w.work(first), s.mean(), work.get(w.name()).mean(),
                    longer.getOrDefault(w.name(), w.settings()).epochs(), s.calibrationError().mean(), first.memory().parameters(), seconds.get("dense").mean() / seconds.get(w.name()).mean());
        }
        return t;
    }

    /** Bars begin at zero, so that errors, not accuracies, can be told apart. */
    private static BarPlot plot(Map<String, Lab.Series> same, Map<String, Lab.Series> work) {
        return new BarPlot("Errors of an eighth of the weights", "%", 2, List.of(group("equal epochs", same, same), group("equal work", same, work)));
    }

    private static BarPlot.Group group(String heading, Map<String, Lab.Series> order, Map<String, Lab.Series> found) {
        List<BarPlot.Bar> bars = new ArrayList<>();
        order.keySet().forEach(name -> bars.add(new BarPlot.Bar(name, bars.size(), 100 * (1 - found.get(name).mean()), "")));
        return new BarPlot.Group(heading, bars);
    }

    private static List<Verdict> answers(Map<String, Lab.Series> same, Map<String, Lab.Series> work, Map<String, Numbers> seconds) {
        Lab.Series dense = same.get("dense");
        Lab.Series rigl = same.get("rigl");
        List<Verdict> all = new ArrayList<>();
        all.add(Verdict.above("1. Dense or sparse? RigL is within half a point of dense at equal epochs", -NONE, rigl.over(dense)));
        all.add(Verdict.above("2. Large and sparse, or small and dense? RigL beats the dense network of as many weights", 0, rigl.over(same.get("small dense"))));
        all.add(Verdict.above("3. Equal epochs or equal work? Given the work of dense, RigL gains", 0, work.get("rigl").over(rigl)));
        all.add(Verdict.above("4. Prune or train sparse? At equal epochs gradual pruning beats RigL", 0, same.get("gmp").over(rigl)));
        all.add(Verdict.above("4. At equal work RigL is within half a point of gradual pruning, or better", -NONE, work.get("rigl").over(work.get("gmp"))));
        all.add(Verdict.within("5. Dense or sparse at first? GraNet from half the weights is no worse and no better than from all", NONE, same.get("granet from half").over(same.get("granet from dense"))));
        all.add(Verdict.above("6. Should positions stay or move? RigL beats static", 0, rigl.over(same.get("static"))));
        all.add(Verdict.within("7. Before training, do positions matter? SNIP's are no better and no worse than random ones in its numbers", NONE, same.get("snip").over(same.get("snip's numbers"))));
        all.add(Verdict.above("8. Before, during or after? Pruned gradually beats pruned after training", 0, same.get("gmp").over(same.get("after"))));
        all.add(Verdict.above("8. Pruned after training beats SNIP before it", 0, same.get("after").over(same.get("snip"))));
        all.add(Verdict.above("9. What shape? Gradual pruning of any weights beats 1:8", 0, same.get("gmp").over(same.get("1:8"))));
        all.add(Verdict.above("9. 1:8 beats whole units", 0, same.get("1:8").over(same.get("small dense"))));
        all.add(Verdict.above("10. Does it pay while training? A step of RigL takes less time than one of dense (share saved)", 0, seconds.get("rigl").savedOf(seconds.get("dense"))));
        all.add(Verdict.above("10. So does one of 1:8", 0, seconds.get("1:8").savedOf(seconds.get("dense"))));
        return all;
    }
}
