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

/** Chen et al. 2025: inputs are better chosen by what they can do to the outputs than by their size. */
final class WeightInformed implements Study {

    private static final String DENSE = "dense";
    private static final String CATS = "CATS, half of units";
    /** CATS could save as many rows of the weight beside the gate as it saves columns behind it: others must save both to be compared with it. */
    private static final double ROWS_TOO = 2;

    @Override
    public Claim claim() {
        return new Claim("wina", "Chen et al. 2025, WINA: Weight Informed Neuron Activation for Accelerating Large Language Model Inference, arXiv:2505.19427",
                "At equal sparsity, inputs chosen by their size times the norm of their column (WINA) cost less quality than inputs chosen by their size alone (TEAL) or by the gate (CATS).",
                "A trained decoder of 260,000 parameters tells stories: some for thresholds and for the greedy shares of each block, others to be judged; also with the same function in other numbers, gains of norms multiplied into weights and the last "
                        + "weight's columns of length 1 (balanced), or columns of keys and gates orthogonal, as the paper does (rotated). Each seed has stories of its own.",
                "share of the weights of attention and feed-forward nets that is not read; what a rotated model reads besides to turn its stream is not counted there, but in the table",
                "WINA's loss not below TEAL's at the sparsities tried", 12);
    }

    @Override
    public Findings run(Lab lab) {
        List<Integer> sparsities = lab.quick() ? List.of(50) : List.of(25, 40, 50, 65);
        String shared = lab.quick() ? "uniform" : "greedy";
        try (Storyteller teller = Storyteller.open(lab, (int) lab.choose(60, 384), (int) lab.choose(120, 1536))) {
            CausalModel plain = teller.model().model();
            CausalModel balanced = teller.balanced();
            CausalModel rotated = teller.rotated();
            Map<String, LongFunction<Result>> rivals = new LinkedHashMap<>();
            rivals.put(DENSE, seed -> teller.judge(plain, null, seed));
            for (int s : sparsities) {
                String how = "(sparsity=" + s + "%,allocation=" + shared + ")";
                rivals.put("TEAL " + s, seed -> teller.result(plain, "teal" + how, seed));
                rivals.put("WINA " + s, seed -> teller.result(plain, "wina" + how, seed));
                rivals.put("TEAL balanced " + s, seed -> teller.result(balanced, "teal" + how, seed));
                rivals.put("WINA balanced " + s, seed -> teller.result(balanced, "wina" + how, seed));
                rivals.put("TEAL rotated " + s, seed -> teller.result(rotated, "teal" + how, seed));
                rivals.put("WINA rotated " + s, seed -> teller.result(rotated, "wina" + how, seed));
                rivals.put("TEAL uniform " + s, seed -> teller.result(plain, "teal(allocation=uniform,sparsity=" + s + "%)", seed));
                rivals.put("WINA uniform " + s, seed -> teller.result(plain, "wina(allocation=uniform,sparsity=" + s + "%)", seed));
                rivals.put("WINA top " + s, seed -> teller.result(plain, "wina(allocation=uniform,keep=top,sparsity=" + s + "%)", seed));
                rivals.put("random " + s, seed -> teller.result(plain, "random-inputs:" + s + "%", seed));
            }
            rivals.put(CATS, seed -> teller.result(plain, "cats:50%", seed));
            for (String name : List.of("teal", "wina")) {
                rivals.put(name.toUpperCase(Locale.ROOT) + " as CATS", seed -> teller.result(plain,
                        name + "(allocation=" + shared + ",sparsity=" + ROWS_TOO * teller.result(plain, "cats:50%", seed).skipped() + ")", seed));
            }
            Map<String, List<Result>> found = lab.each(rivals, r -> String.format(Locale.ROOT, "perplexity %.3f, %.1f %% skipped", Math.exp(r.loss()), 100 * r.skipped()));
            List<Table> tables = new ArrayList<>(List.of(table(found)));
            if (!lab.quick()) {
                tables.add(SkippingSpeed.table(lab, List.of("teal(sparsity=25%,allocation=uniform)", "teal(sparsity=50%,allocation=uniform)", "teal(sparsity=65%,allocation=uniform)",
                        "wina(sparsity=50%,allocation=uniform)", "cats:50%", "random-inputs:50%")));
            }
            return new Findings(tables, List.of(plot(sparsities, found)), verdicts(sparsities, found));
        }
    }

    private static Table table(Map<String, List<Result>> found) {
        Table table = new Table("Stories that were not seen", Column.text("policy, % not read"), Column.percent("skipped", 1), Column.number("perplexity", 3), Column.number("loss above dense", 4), Column.number("deviation", 4));
        found.forEach((name, r) -> {
            Numbers over = loss(r).minus(loss(found.get(DENSE)));
            table.row(name, Numbers.of(r, Result::skipped).mean(), Math.exp(loss(r).mean()), over.mean(), over.spread());
        });
        return table;
    }

    private static Numbers loss(List<Result> r) {
        return Numbers.of(r, Result::loss);
    }

    private static LinePlot plot(List<Integer> sparsities, Map<String, List<Result>> found) {
        List<LinePlot.Series> lines = new ArrayList<>();
        for (String name : List.of("TEAL", "WINA", "TEAL balanced", "WINA balanced", "TEAL rotated", "WINA rotated")) {
            lines.add(new LinePlot.Series(name, sparsities.stream().map(s -> new LinePlot.Point(s, loss(found.get(name + " " + s)).mean() - loss(found.get(DENSE)).mean())).toList()));
        }
        return new LinePlot("What leaving out inputs costs", "% of weights not read", "nats above dense", lines, List.of());
    }

    private static List<Verdict> verdicts(List<Integer> sparsities, Map<String, List<Result>> found) {
        List<Verdict> verdicts = new ArrayList<>();
        for (int s : sparsities) {
            verdicts.add(better("WINA " + s, "TEAL " + s, found));
            verdicts.add(better("WINA balanced " + s, "TEAL balanced " + s, found));
            verdicts.add(better("WINA rotated " + s, "TEAL rotated " + s, found));
            verdicts.add(better("WINA rotated " + s, "TEAL " + s, found));
            verdicts.add(better("WINA uniform " + s, "TEAL uniform " + s, found));
            verdicts.add(better("WINA top " + s, "TEAL uniform " + s, found));
        }
        verdicts.add(better("TEAL 50", "TEAL uniform 50", found));
        verdicts.add(better("TEAL 50", "random 50", found));
        verdicts.add(better("WINA as CATS", CATS, found));
        verdicts.add(better("TEAL as CATS", CATS, found));
        return verdicts;
    }

    private static Verdict better(String one, String other, Map<String, List<Result>> found) {
        return Verdict.above(one + " loses less than " + other, 0, loss(found.get(other)).minus(loss(found.get(one))));
    }
}
