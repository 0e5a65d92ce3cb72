package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Liu et al. 2022: random positions are enough when the network is wide. */
final class RandomPruning implements Study {

    /** How survivors are spread over layers. */
    private static final Map<String, String> SPREADS = spreads();

    private static Map<String, String> spreads() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("erk", "static(allocation=erk)");
        all.put("uniform", "static(allocation=uniform)");
        all.put("snip's numbers", "snip(positions=random,values=fresh)");
        return all;
    }

    @Override
    public Claim claim() {
        return new Claim("random-pruning", "Liu et al. 2022, The Unreasonable Effectiveness of Random Pruning, arXiv:2202.02643",
                "The gap between a randomly pruned network and the dense one closes as the network gets wider, ERK spreads survivors better than uniform and SNIP's numbers better than both, and wide sparse networks know better how sure they may be.",
                "Two hidden layers of equal width, 90 % zeros at random positions that stay, spread over layers by ERK, uniformly, or by the numbers that SNIP would give.",
                "epochs and live weights; each sparse network against the dense one of the same width",
                "a gap that is as large for the widest network as for the narrowest, ERK no better than uniform or SNIP's numbers no better than ERK at the narrowest, or a calibration error at the widest that is no smaller than that of dense", 15);
    }

    @Override
    public Findings run(Lab lab) {
        int[] widths = lab.quick() ? new int[] {16, 128} : new int[] {32, 64, 128, 256, 512};
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        for (int w : widths) {
            TrainSettings dense = Rivals.dense("mlp(hidden=" + w + "-" + w + ")", lab.choose(1, 8));
            rivals.put("dense " + w, dense);
            SPREADS.forEach((name, method) -> rivals.put(name + " " + w, dense.with(dense.model(), method, "90%")));
        }
        Map<String, Lab.Series> found = lab.run(rivals);
        int narrow = widths[0];
        int wide = widths[widths.length - 1];
        Numbers first = found.get("dense " + narrow).over(found.get("erk " + narrow));
        Numbers left = found.get("dense " + wide).over(found.get("erk " + wide));
        return new Findings(List.of(Rivals.table("Accuracy by width, 90 % zeros", found.values())),
                List.of(plot("Accuracy", "accuracy", widths, found, Lab.Series::mean), plot("Calibration error", "calibration error", widths, found, s -> s.calibrationError().mean())),
                List.of(Verdict.above("the gap to dense is smaller at width " + wide + " than at " + narrow, 0, first.minus(left)),
                        Verdict.above("ERK beats uniform at width " + narrow, 0, found.get("erk " + narrow).over(found.get("uniform " + narrow))),
                        Verdict.above("SNIP's numbers beat ERK at width " + narrow, 0, found.get("snip's numbers " + narrow).over(found.get("erk " + narrow))),
                        Verdict.above("with ERK the calibration error is smaller than that of dense at width " + wide, 0,
                                found.get("dense " + wide).calibrationError().minus(found.get("erk " + wide).calibrationError()))));
    }

    private static LinePlot plot(String what, String axis, int[] widths, Map<String, Lab.Series> found, ToDoubleFunction<Lab.Series> number) {
        List<String> kinds = new ArrayList<>(List.of("dense"));
        kinds.addAll(SPREADS.keySet());
        List<LinePlot.Series> lines = new ArrayList<>();
        for (String kind : kinds) {
            List<LinePlot.Point> points = new ArrayList<>();
            for (int w : widths) {
                points.add(new LinePlot.Point(w, number.applyAsDouble(found.get(kind + " " + w))));
            }
            lines.add(new LinePlot.Series(kind, points));
        }
        return new LinePlot(what + " against width", "hidden units of each layer", axis, lines, List.of());
    }
}
