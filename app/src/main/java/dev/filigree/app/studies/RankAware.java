package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.studies.Storyteller.Result;
import dev.filigree.model.CausalModel;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Zhang et al. 2025: inputs that are not read are better replaced by a product of low rank than by nothing. */
final class RankAware implements Study {

    private static final String DENSE = "dense";

    @Override
    public Claim claim() {
        return new Claim("r-sparse", "Zhang et al. 2025, R-Sparse: Rank-Aware Activation Sparsity for Efficient LLM Inference, arXiv:2504.19449",
                "At an equal number of weights read, large inputs and a product of low rank for the others (R-Sparse, shares found by evolution) cost less quality than large inputs alone or low rank alone, and close to nothing at 50 %.",
                "A trained decoder of 260,000 parameters tells stories: some for thresholds and for the search, others to be judged. Against inputs by size (TEAL), greedy and uniform, inputs by size and norm alone, and rank alone.",
                "numbers of weights that a token reads, those of the product of low rank counted",
                "R-Sparse's loss not below that of inputs alone, or of rank alone", 10);
    }

    @Override
    public Findings run(Lab lab) {
        List<Integer> sparsities = lab.quick() ? List.of(50) : List.of(40, 50, 60, 70);
        String search = lab.quick() ? "population=4,generations=1" : "population=12,generations=6";
        try (Storyteller teller = Storyteller.open(lab, (int) lab.choose(60, 384), (int) lab.choose(120, 1536))) {
            CausalModel model = teller.model().model();
            Map<String, LongFunction<Result>> rivals = new LinkedHashMap<>();
            rivals.put(DENSE, seed -> teller.judge(model, null, seed));
            for (int s : sparsities) {
                rivals.put("R-Sparse " + s, seed -> teller.result(model, "r-sparse(sparsity=" + s + "%," + search + ")", seed));
                rivals.put("inputs alone " + s, seed -> teller.result(model, "r-sparse(channels=100%,sparsity=" + s + "%)", seed));
                rivals.put("half of each " + s, seed -> teller.result(model, "r-sparse(channels=50%,sparsity=" + s + "%)", seed));
                rivals.put("rank alone " + s, seed -> teller.result(model, "r-sparse(channels=0%,sparsity=" + s + "%)", seed));
                rivals.put("TEAL uniform " + s, seed -> teller.result(model, "teal(allocation=uniform,sparsity=" + s + "%)", seed));
                if (!lab.quick()) {
                    rivals.put("TEAL " + s, seed -> teller.result(model, "teal:" + s + "%", seed));
                }
            }
            Map<String, List<Result>> found = lab.each(rivals, r -> String.format(Locale.ROOT, "perplexity %.3f", Math.exp(r.loss())));
            Table table = new Table("Stories that were not seen", Column.text("policy, % not read"), Column.number("perplexity", 3), Column.number("loss above dense", 4), Column.number("deviation", 4));
            found.forEach((name, r) -> {
                Numbers over = loss(r).minus(loss(found.get(DENSE)));
                table.row(name, Math.exp(loss(r).mean()), over.mean(), over.spread());
            });
            List<Verdict> verdicts = new ArrayList<>();
            for (int s : sparsities) {
                verdicts.add(better("R-Sparse " + s, "inputs alone " + s, found));
                verdicts.add(better("R-Sparse " + s, "rank alone " + s, found));
                verdicts.add(better("R-Sparse " + s, "TEAL uniform " + s, found));
                if (!lab.quick()) {
                    verdicts.add(better("R-Sparse " + s, "TEAL " + s, found));
                }
            }
            return new Findings(List.of(table), List.of(plot(sparsities, found)), verdicts);
        }
    }

    private static Numbers loss(List<Result> r) {
        return Numbers.of(r, Result::loss);
    }

    private static LinePlot plot(List<Integer> sparsities, Map<String, List<Result>> found) {
        List<LinePlot.Series> lines = new ArrayList<>();
        for (String name : List.of("R-Sparse", "inputs alone", "half of each", "rank alone", "TEAL uniform")) {
            lines.add(new LinePlot.Series(name, sparsities.stream().map(s -> new LinePlot.Point(s, loss(found.get(name + " " + s)).mean() - loss(found.get(DENSE)).mean())).toList()));
        }
        return new LinePlot("What leaving out inputs costs", "% of weights not read", "nats above dense", lines, List.of());
    }

    private static Verdict better(String one, String other, Map<String, List<Result>> found) {
        return Verdict.above(one + " loses less than " + other, 0, loss(found.get(other)).minus(loss(found.get(one))));
    }
}
