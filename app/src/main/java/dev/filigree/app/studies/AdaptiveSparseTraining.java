package dev.filigree.app.studies;

import dev.filigree.app.report.BarPlot;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Distillation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;

/** Huang et al. 2024 and 2025: a pretrained network becomes 2:4 while it learns to do as it did. */
final class AdaptiveSparseTraining implements Study {

    /** Learning rates: each method has the one of both with which a single seed was closer to dense after 25 steps. */
    private static final double FAST = 1e-3;
    private static final double SLOW = 3e-4;
    private static final String AST = "ast";
    private static final String CAST = "cast";

    private record Rival(String name, String method, double rate) {
    }

    @Override
    public Claim claim() {
        return new Claim("ast-cast", "Huang et al. 2024, Adaptive Sparse Trainer, arXiv:2407.20584; Huang et al. 2025, CAST, arXiv:2509.25996; Zhou et al. 2021, arXiv:2102.04010",
                "Taught by its dense self, a pretrained network loses less at 2:4 when the pull on what did not survive stays out of the optimizer's memory and grows (AST) than with fixed survivors "
                        + "or SR-STE, and less still when it stays dense while that pull, the same relative length everywhere, wears it away (CAST).",
                "minilm at 2:4, layers and result distilled from the dense one on short sentences: survivors fixed at the start (ASP), SR-STE, AST, CAST; CAST with one decay for all matrices, and with rows that may get shorter. Of two learning rates each has the better.",
                "steps, sentences and teacher",
                "AST no better than ASP or SR-STE, CAST no better than AST, more than a point of CAST's score lost with what is removed at the end, or its two parts of no use",
                12);
    }

    @Override
    public Findings run(Lab lab) {
        int steps = (int) lab.choose(20, 60);
        List<Rival> methods = List.of(new Rival("asp", "asp(at=0)", FAST), new Rival("sr-ste", "sr-ste", SLOW),
                new Rival(AST, "ast(decay=0.01)", SLOW), // clipped gradients of this loss are larger than those that the paper's 1e-4 pulls against
                new Rival(CAST, "cast", FAST), new Rival("cast, decay alike", "cast(adaptive=false)", FAST), new Rival("cast, rows as they come", "cast(scale=false)", FAST));
        try (Pretrained encoder = Pretrained.open(lab, (int) lab.choose(200, 4000))) {
            Map<String, LongFunction<Distilled>> rivals = new LinkedHashMap<>();
            methods.forEach(m -> rivals.put(m.name, seed -> Distilled.of(encoder, m.method, steps, m.rate, Distillation.Weights.DEFAULT, seed)));
            Map<String, List<Distilled>> found = lab.each(rivals, d -> String.format(Locale.ROOT, "Spearman %.4f, cosine %.4f", d.quality().spearman(), d.quality().cosine()));
            double dense = encoder.quality(encoder.model()).spearman();
            Table table = new Table("2:4 after " + steps + " steps; dense " + String.format(Locale.ROOT, "%.4f", dense), Column.text("rival"), Column.number("Spearman", 4),
                    Column.number("deviation", 4), Column.number("cosine to dense", 4), Column.number("Spearman before the end", 4), Column.percent("of the weights' energy removed", 2),
                    Column.ratio("as fast as dense"));
            found.forEach((name, d) -> table.row(name, spearman(d).mean(), spearman(d).spread(), cosine(d).mean(), Numbers.of(d, Distilled::whole).mean(),
                    Numbers.of(d, Distilled::outside).mean(), Numbers.of(d, Distilled::speed).mean()));
            return new Findings(List.of(table), List.of(plot(found)), verdicts(found));
        }
    }

    private static List<Verdict> verdicts(Map<String, List<Distilled>> found) {
        List<Verdict> all = new ArrayList<>();
        for (String worse : List.of("asp", "sr-ste")) {
            all.add(better(AST, worse, found, "Spearman", Distilled::score));
            all.add(better(AST, worse, found, "cosine", d -> d.quality().cosine()));
        }
        for (String worse : List.of(AST, "cast, decay alike", "cast, rows as they come")) {
            all.add(better(CAST, worse, found, "Spearman", Distilled::score));
            all.add(better(CAST, worse, found, "cosine", d -> d.quality().cosine()));
        }
        all.add(Verdict.within("what is removed at the end costs CAST less than a point", 0.01, Numbers.of(found.get(CAST), d -> d.whole() - d.score())));
        return all;
    }

    private static Verdict better(String one, String other, Map<String, List<Distilled>> found, String by, ToDoubleFunction<Distilled> what) {
        return Verdict.above(one + " beats " + other + " (" + by + ")", 0, Numbers.of(found.get(one), what).minus(Numbers.of(found.get(other), what)));
    }

    private static Numbers spearman(List<Distilled> all) {
        return Numbers.of(all, Distilled::score);
    }

    private static Numbers cosine(List<Distilled> all) {
        return Numbers.of(all, d -> d.quality().cosine());
    }

    private static BarPlot plot(Map<String, List<Distilled>> found) {
        List<BarPlot.Bar> bars = found.entrySet().stream().map(e -> new BarPlot.Bar(e.getKey(), 0, 100 * cosine(e.getValue()).mean(), "")).toList();
        return new BarPlot("Cosine to the dense encoder", "per cent", 2, List.of(new BarPlot.Group("", bars)));
    }
}
