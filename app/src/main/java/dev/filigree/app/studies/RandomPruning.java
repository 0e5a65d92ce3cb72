package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Liu et al. 2022: random positions are enough when the network is wide. */
final class RandomPruning implements Study {

    @Override
    public Claim claim() {
        return new Claim("random-pruning", "Liu et al. 2022, The Unreasonable Effectiveness of Random Pruning, arXiv:2202.02643",
                "The gap between a randomly pruned network and the dense one closes as the network gets wider, and ERK spreads survivors better than uniform.",
                "Two hidden layers of equal width, 90 % zeros at random positions that stay.",
                "epochs; each sparse network against the dense one of the same width",
                "a gap that is as large for the widest network as for the narrowest, or ERK no better than uniform at the narrowest", 15);
    }

    @Override
    public Findings run(Lab lab) {
        int[] widths = lab.quick() ? new int[] {16, 128} : new int[] {32, 64, 128, 256, 512};
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        for (int w : widths) {
            TrainSettings dense = Rivals.dense("mlp(hidden=" + w + "-" + w + ")", lab.choose(1, 8));
            rivals.put("dense " + w, dense);
            rivals.put("erk " + w, dense.with(dense.model(), "static(allocation=erk)", "90%"));
            rivals.put("uniform " + w, dense.with(dense.model(), "static(allocation=uniform)", "90%"));
        }
        Map<String, Lab.Series> found = lab.run(rivals);
        List<LinePlot.Series> lines = new ArrayList<>();
        for (String kind : List.of("dense", "erk", "uniform")) {
            List<LinePlot.Point> points = new ArrayList<>();
            for (int w : widths) {
                points.add(new LinePlot.Point(w, found.get(kind + " " + w).mean()));
            }
            lines.add(new LinePlot.Series(kind, points));
        }
        int narrow = widths[0];
        int wide = widths[widths.length - 1];
        Numbers first = found.get("dense " + narrow).over(found.get("erk " + narrow));
        Numbers left = found.get("dense " + wide).over(found.get("erk " + wide));
        return new Findings(List.of(Rivals.table("Accuracy by width, 90 % zeros", found.values())),
                List.of(new LinePlot("Accuracy against width", "hidden units of each layer", "accuracy", lines, List.of())),
                List.of(Verdict.above("the gap to dense is smaller at width " + wide + " than at " + narrow, 0, first.minus(left)),
                        Verdict.above("ERK beats uniform at width " + narrow, 0, found.get("erk " + narrow).over(found.get("uniform " + narrow)))));
    }
}
