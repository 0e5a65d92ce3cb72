package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Rng;
import dev.filigree.infer.MaskedLoss.Outcome;
import dev.filigree.prune.Recipe;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** {@link EssentialSparsity} of BERT-base, by what it was pretrained for: to find hidden words. */
final class EssentialSparsityBert implements Study {

    private static final double[] GRID = IntStream.range(0, 10).mapToDouble(i -> i / 10.0).toArray();
    private static final double[] RANDOM = {0, 0.3, 0.5};
    private static final double[] HALF = {0, 0.5};
    private static final String SIZE = "by size";
    private static final String CHANCE = "at random";

    /**
     * One way to prune.
     *
     * @param chance {@code exp(-loss)}, the geometric mean of the probabilities of hidden words
     * @param found  the share of hidden words that were the likeliest
     */
    private record Curves(SparsityCurve chance, SparsityCurve found) {
    }

    @Override
    public Claim claim() {
        return new Claim("essential-sparsity-bert", "Jaiswal et al. 2023, The Emergence of Essential Sparsity in Large Pre-trained Models, arXiv:2306.03805",
                "The smallest 30 to 50 % of BERT-base's weights can be removed at once, without training again, before it guesses hidden words more than 1 % worse, and then that falls sharply; "
                        + "so it does with N:M.",
                "BERT-base pruned at once by size in each weight matrix of its blocks, at random, and to 2:4 and 4:8; judged by exp(-loss) of 15 % of the tokens of 150 bundled sentences that are hidden from it, "
                        + "the same for all. The knee is where 1 % of that is lost; each seed judges by another sample of the sentences, drawn with replacement, and prunes other weights at random.",
                "zeros", "a knee outside of 30 to 50 %, a score that falls less than five times as fast in the 20 points beyond it as before, "
                        + "small weights that matter no less than random ones, or 2:4 below 99 % of the score",
                5);
    }

    @Override
    public Findings run(Lab lab) {
        try (PretrainedMasked model = PretrainedMasked.open(lab)) {
            Map<String, List<Outcome>> known = new HashMap<>(); // pruned by size it is the same for every seed, only the sample of sentences is another
            Map<String, LongFunction<Curves>> rivals = new LinkedHashMap<>();
            rivals.put(SIZE, seed -> curves(model, "unstructured", "magnitude", GRID, seed, known));
            rivals.put(CHANCE, seed -> curves(model, "unstructured", "random", RANDOM, seed, known));
            for (String pattern : List.of("2:4", "4:8")) {
                rivals.put(pattern, seed -> curves(model, pattern, "magnitude", HALF, seed, known));
            }
            Map<String, List<Curves>> found = lab.each(rivals, c -> String.format(Locale.ROOT, "exp(-loss) %.4f dense, knee at %.0f %%",
                    c.chance.at(0), 100 * c.chance.knee(EssentialSparsity.LOSS)));
            return new Findings(List.of(table("exp(-loss)", found, Curves::chance), table("Hidden words found", found, Curves::found)), List.of(plot(found)), verdicts(found));
        }
    }

    private static Curves curves(PretrainedMasked model, String pattern, String method, double[] grid, long seed, Map<String, List<Outcome>> known) {
        Rng rng = new Rng(seed);
        int[] drawn = null;
        double[] chance = new double[grid.length];
        double[] found = new double[grid.length];
        for (int i = 0; i < grid.length; i++) {
            double s = grid[i];
            String key = s == 0 ? "dense" : pattern + " " + method + " " + s + (method.equals("random") ? " " + seed : "");
            List<Outcome> guesses = known.get(key);
            if (guesses == null) {
                guesses = s == 0 ? model.guesses()
                        : PrunedAtOnce.look(model.judge().compute(), model.judge().model(), Recipe.parse(pattern, "uniform", method, Double.toString(s)), List.of(), rng.split("pruning"), model::guesses);
                known.put(key, guesses);
            }
            if (drawn == null) {
                drawn = sample(rng.split("sentences"), guesses.size());
            }
            Outcome all = Outcome.of(IntStream.of(drawn).mapToObj(guesses::get).toList());
            chance[i] = Math.exp(-all.loss());
            found[i] = all.found();
        }
        return new Curves(new SparsityCurve(grid, chance), new SparsityCurve(grid, found));
    }

    private static int[] sample(Rng rng, int of) {
        return IntStream.range(0, of).map(i -> rng.nextInt(of)).toArray();
    }

    private static Table table(String title, Map<String, List<Curves>> found, Function<Curves, SparsityCurve> which) {
        List<Column> columns = new ArrayList<>(List.of(Column.text("pruned")));
        IntStream.range(0, GRID.length).forEach(i -> columns.add(Column.number(Math.round(100 * GRID[i]) + " %", 4)));
        columns.addAll(List.of(Column.percent("knee", 1), Column.percent("deviation", 1), Column.ratio("as fast beyond")));
        Table table = new Table(title, columns.toArray(Column[]::new));
        found.forEach((name, all) -> {
            List<SparsityCurve> c = all.stream().map(which).toList();
            boolean whole = name.equals(SIZE);
            Numbers knee = Numbers.of(c, x -> x.knee(EssentialSparsity.LOSS));
            List<Object> row = new ArrayList<>(List.of(name));
            for (double s : GRID) {
                row.add(IntStream.range(0, c.getFirst().sparsity().length).anyMatch(i -> c.getFirst().sparsity()[i] == s) ? (Object) Numbers.of(c, x -> x.at(s)).mean() : null);
            }
            row.add(whole ? knee.mean() : null);
            row.add(whole ? knee.spread() : null);
            row.add(whole ? Numbers.of(c, x -> x.sharpness(EssentialSparsity.LOSS, EssentialSparsity.BEYOND)).mean() : null);
            table.row(row.toArray());
        });
        return table;
    }

    private static LinePlot plot(Map<String, List<Curves>> found) {
        List<LinePlot.Series> lines = new ArrayList<>();
        found.forEach((name, all) -> {
            double[] x = all.getFirst().chance.sparsity();
            lines.add(new LinePlot.Series(name, IntStream.range(0, x.length)
                    .mapToObj(i -> new LinePlot.Point(100 * x[i], Numbers.of(all, c -> c.chance.score()[i] / c.chance.score()[0]).mean())).toList()));
        });
        return new LinePlot("exp(-loss) of what was pruned at once", "zeros, per cent", "of dense", lines, List.of());
    }

    private static List<Verdict> verdicts(Map<String, List<Curves>> found) {
        List<Verdict> all = new ArrayList<>();
        all.add(Verdict.within("BERT's knee lies at 30 to 50 %", 0.1, of(found, SIZE, x -> x.knee(EssentialSparsity.LOSS) - 0.4)));
        all.add(Verdict.above("beyond it the score falls five times as fast", 0,
                of(found, SIZE, x -> x.sharpness(EssentialSparsity.LOSS, EssentialSparsity.BEYOND) - EssentialSparsity.SHARP)));
        for (double s : new double[] {0.3, 0.5}) {
            all.add(Verdict.above(String.format(Locale.ROOT, "at %.0f %% the small weights matter less than random ones", 100 * s), 0, of(found, SIZE, x -> x.at(s)).minus(of(found, CHANCE, x -> x.at(s)))));
        }
        for (String pattern : List.of("2:4", "4:8")) {
            all.add(Verdict.above(pattern + " keeps 99 % of BERT's score", 0, of(found, pattern, x -> x.at(0.5) / x.at(0) - (1 - EssentialSparsity.LOSS))));
        }
        return all;
    }

    private static Numbers of(Map<String, List<Curves>> found, String name, ToDoubleFunction<SparsityCurve> what) {
        return Numbers.of(found.get(name), c -> what.applyAsDouble(c.chance));
    }
}
