package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Zhang et al. 2023: masks that are mended by swaps, without training; and the order of the methods that they mend. */
final class Dsnot implements Study {

    /** SparseGPT's scores alone, which the paper mends, leave the kept weights as they are; SparseGPT itself changes them, and swaps come after that. */
    private static final String SCORES = "obs";
    private static final List<String> METHODS = List.of("random", "magnitude", "wanda", SCORES, "sparsegpt");
    private static final List<String> MENDED = List.of("magnitude", "wanda", SCORES);
    private static final List<String> ORDER = List.of("random", "magnitude", "wanda", "sparsegpt");
    private static final String SWAPPED = "+dsnot";
    private static final double[] SHARES = {0.5, 0.6, 0.7};

    @Override
    public Claim claim() {
        return new Claim("dsnot", "Zhang et al. 2023, Dynamic Sparse No Training, arXiv:2310.08915",
                "Swapping dead weights against live ones until each output's mean is restored lowers the perplexity of language models pruned to 60 and 70 %, whether weights were chosen by size, by Wanda or by SparseGPT's scores (obs). "
                        + "Without it SparseGPT (arXiv:2301.00774) is below Wanda (arXiv:2306.11695), Wanda below magnitude, and magnitude below random weights at 50 and 60 %.",
                "stories260k pruned at once, each row or layer alike; each seed calibrates on one text that the model tells and judges by another",
                "zeros, text to calibrate with; no weight is trained",
                "swaps that raise the loss at 60 or 70 %, or another order at 50 or 60 %",
                4);
    }

    @Override
    public Findings run(Lab lab) {
        try (StoryTrial trial = new StoryTrial(lab)) {
            Map<String, LongFunction<Double>> rivals = new LinkedHashMap<>();
            rivals.put("dense", trial::whole);
            for (double share : SHARES) {
                for (String method : METHODS) {
                    rivals.put(key(method, share), seed -> trial.pruned("unstructured", method, share, seed));
                    if (!method.equals("random")) {
                        rivals.put(key(method + SWAPPED, share), seed -> trial.pruned("unstructured", method + SWAPPED, share, seed));
                    }
                }
            }
            Map<String, Numbers> loss = new LinkedHashMap<>();
            lab.each(rivals, l -> String.format(Locale.ROOT, "perplexity %.3f", Math.exp(l))).forEach((name, all) -> loss.put(name, Numbers.of(all, l -> l)));
            return findings(loss);
        }
    }

    private static Findings findings(Map<String, Numbers> loss) {
        Table t = new Table("Perplexity of what was pruned at once", Column.text("weights chosen by"), Column.number("50 %", 2), Column.number("60 %", 2), Column.number("70 %", 2),
                Column.number("deviation of loss, 60 %", 4));
        t.row("nothing pruned", perplexity(loss.get("dense")), perplexity(loss.get("dense")), perplexity(loss.get("dense")), null);
        List<LinePlot.Series> lines = new ArrayList<>();
        for (String method : METHODS) {
            for (String name : method.equals("random") ? List.of(method) : List.of(method, method + SWAPPED)) {
                t.row(name, perplexity(loss.get(key(name, 0.5))), perplexity(loss.get(key(name, 0.6))), perplexity(loss.get(key(name, 0.7))), loss.get(key(name, 0.6)).spread());
                if (!name.equals("random")) { // far above the others
                    List<LinePlot.Point> points = new ArrayList<>();
                    for (double share : SHARES) {
                        points.add(new LinePlot.Point(100 * share, loss.get(key(name, share)).mean()));
                    }
                    lines.add(new LinePlot.Series(name, points));
                }
            }
        }
        List<Verdict> verdicts = new ArrayList<>();
        for (double share : new double[] {0.6, 0.7}) {
            for (String method : MENDED) {
                verdicts.add(Verdict.above("at " + percent(share) + " swaps lower the loss of " + method, 0, loss.get(key(method, share)).minus(loss.get(key(method + SWAPPED, share)))));
            }
        }
        for (double share : new double[] {0.5, 0.6}) {
            for (int i = 1; i < ORDER.size(); i++) {
                verdicts.add(Verdict.above("at " + percent(share) + " " + ORDER.get(i) + " loses less than " + ORDER.get(i - 1), 0,
                        loss.get(key(ORDER.get(i - 1), share)).minus(loss.get(key(ORDER.get(i), share)))));
            }
        }
        return new Findings(List.of(t), List.of(new LinePlot("Loss of what was pruned at once", "zeros, per cent", "nats a token", lines, List.of())), verdicts);
    }

    private static String key(String name, double share) {
        return name + " " + percent(share);
    }

    private static String percent(double share) {
        return Math.round(100 * share) + " %";
    }

    private static double perplexity(Numbers loss) {
        return Math.exp(loss.mean());
    }
}
