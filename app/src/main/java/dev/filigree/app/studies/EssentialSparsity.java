package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.Relay;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.DataSet;
import dev.filigree.io.data.Examples;
import dev.filigree.model.Network;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Tokens;
import dev.filigree.prune.Recipe;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Classification;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Jaiswal et al. 2023: how many weights of a pretrained network do not matter, and how suddenly the others do. */
final class EssentialSparsity implements Study {

    /** The share of its score that a network may lose up to its knee. */
    static final double LOSS = 0.01;
    /** Beyond a sharp knee the score falls so many times as fast as before it, over the next so much of sparsity. */
    static final double SHARP = 5;
    static final double BEYOND = 0.2;
    private static final double[] GRID = IntStream.range(0, 10).mapToDouble(i -> i / 10.0).toArray();
    private static final double[] COARSE = {0, 0.1, 0.3, 0.5, 0.7};
    private static final double[] FINE = IntStream.range(0, 20).mapToDouble(i -> i / 20.0).toArray();
    private static final int BATCH = 128;
    /** Of the data or of the steps. */
    private static final int PART = 10;
    /** Sentences for the pass that one threshold for all layers takes; sizes do not depend on them. */
    private static final int SURVEYED = 8;

    @Override
    public Claim claim() {
        return new Claim("essential-sparsity", "Jaiswal et al. 2023, The Emergence of Essential Sparsity in Large Pre-trained Models, arXiv:2306.03805",
                "The smallest 30 to 50 % of a pretrained network's weights can be removed at once, without training again, before its score falls by more than 1 %, and then it falls sharply; "
                        + "so it does with N:M. With more data for training, more can be removed.",
                "minilm pruned at once by size, by layer and with one threshold, at random, to 2:4 and 4:8; LeNet-300-100 trained on a tenth of the images, on all, and on all for a tenth of the steps. "
                        + "The knee is where 1 % of the score is lost, the bend where the slope changes most; each seed judges by another sample of the scored pairs.",
                "steps, between networks trained on a tenth and on all of the images",
                "a knee outside of 30 to 50 %, a score that falls less than five times as fast in the 20 points beyond it as before, a bend elsewhere, 2:4 below 99 % of the score, "
                        + "or a knee that comes no later with more data",
                5);
    }

    @Override
    public Findings run(Lab lab) {
        try (Pretrained encoder = Pretrained.open(lab, SURVEYED)) {
            Map<String, LongFunction<SparsityCurve>> rivals = new LinkedHashMap<>();
            Map<String, double[]> known = new HashMap<>(); // pruned by size it is the same for every seed, only the sample of pairs is another
            for (String way : List.of("uniform", "global")) {
                rivals.put("encoder, " + way, seed -> encoder(encoder, "unstructured", way, "magnitude", GRID, seed, known));
            }
            rivals.put("encoder, random", seed -> encoder(encoder, "unstructured", "uniform", "random", COARSE, seed, new HashMap<>()));
            for (String pattern : List.of("2:4", "4:8")) {
                rivals.put("encoder, " + pattern, seed -> encoder(encoder, pattern, "uniform", "magnitude", new double[] {0, 0.5}, seed, known));
            }
            double epochs = lab.choose(0.3, 4);
            rivals.put("network, a tenth of the data", seed -> network(lab, PART, PART * epochs, seed));
            rivals.put("network, all data", seed -> network(lab, 1, epochs, seed));
            rivals.put("network, a tenth of the steps", seed -> network(lab, 1, epochs / PART, seed));
            return findings(lab.each(rivals, c -> String.format(Locale.ROOT, "%.4f dense, knee at %.0f %%", c.at(0), 100 * c.knee(LOSS))));
        }
    }

    private static Findings findings(Map<String, List<SparsityCurve>> found) {
        Table knees = new Table("Knees", Column.text("what is pruned"), Column.number("score dense", 4), Column.number("at 30 %", 4), Column.number("at 50 %", 4),
                Column.number("at 70 %", 4), Column.percent("knee", 1), Column.percent("deviation", 1), Column.percent("bend", 0), Column.ratio("as fast beyond the knee"));
        found.forEach((name, c) -> {
            boolean whole = c.getFirst().score().length > 2;
            Numbers knee = knees(c);
            knees.row(name, mean(c, x -> x.at(0)), whole ? mean(c, x -> x.at(0.3)) : null, mean(c, x -> x.at(0.5)), whole ? mean(c, x -> x.at(0.7)) : null,
                    whole ? knee.mean() : null, whole ? knee.spread() : null, whole ? mean(c, SparsityCurve::bend) : null, whole ? mean(c, EssentialSparsity::sharpness) : null);
        });
        Table scores = new Table("The encoder's score", Column.percent("zeros", 0), Column.number("by layer", 4), Column.number("one threshold", 4));
        for (double s : GRID) {
            scores.row(s, mean(found.get("encoder, uniform"), c -> c.at(s)), mean(found.get("encoder, global"), c -> c.at(s)));
        }
        List<LinePlot.Series> lines = new ArrayList<>();
        found.forEach((name, c) -> {
            double[] x = c.getFirst().sparsity();
            lines.add(new LinePlot.Series(name, IntStream.range(0, x.length).mapToObj(i -> new LinePlot.Point(100 * x[i], mean(c, k -> k.score()[i] / k.score()[0]))).toList()));
        });
        return new Findings(List.of(knees, scores), List.of(new LinePlot("Score of what was pruned at once", "zeros, per cent", "of the dense score", lines, List.of())), verdicts(found));
    }

    private static List<Verdict> verdicts(Map<String, List<SparsityCurve>> found) {
        List<SparsityCurve> layer = found.get("encoder, uniform");
        List<Verdict> all = new ArrayList<>();
        for (String way : List.of("uniform", "global")) {
            List<SparsityCurve> c = found.get("encoder, " + way);
            all.add(Verdict.within("the encoder's knee, " + way + ", lies at 30 to 50 %", 0.1, Numbers.of(c, x -> x.knee(LOSS) - 0.4)));
            all.add(Verdict.above("beyond it the score falls five times as fast, " + way, 0, Numbers.of(c, x -> sharpness(x) - SHARP)));
            all.add(Verdict.within("the bend lies within 10 points of it, " + way, 0.1, Numbers.of(c, x -> x.bend() - x.knee(LOSS))));
        }
        all.add(Verdict.above("at 30 % the small weights matter less than random ones", 0, Numbers.of(layer, x -> x.at(0.3)).minus(Numbers.of(found.get("encoder, random"), x -> x.at(0.3)))));
        for (String pattern : List.of("2:4", "4:8")) {
            all.add(Verdict.above(pattern + " keeps 99 % of the encoder's score", 0, Numbers.of(found.get("encoder, " + pattern), x -> x.at(0.5) / x.at(0) - (1 - LOSS))));
        }
        Numbers more = knees(found.get("network, all data"));
        all.add(Verdict.above("with ten times the data the knee comes later", 0, more.minus(knees(found.get("network, a tenth of the data")))));
        all.add(Verdict.above("with ten times the steps the knee comes later", 0, more.minus(knees(found.get("network, a tenth of the steps")))));
        return all;
    }

    private static double mean(List<SparsityCurve> curves, ToDoubleFunction<SparsityCurve> what) {
        return Numbers.of(curves, what).mean();
    }

    private static Numbers knees(List<SparsityCurve> curves) {
        return Numbers.of(curves, c -> c.knee(LOSS));
    }

    private static double sharpness(SparsityCurve c) {
        return c.sharpness(LOSS, BEYOND);
    }

    private static SparsityCurve encoder(Pretrained encoder, String pattern, String allocation, String method, double[] grid, long seed, Map<String, double[]> known) {
        Rng rng = new Rng(seed);
        double[] score = new double[grid.length];
        for (int i = 0; i < grid.length; i++) {
            double s = grid[i];
            String key = s == 0 ? "dense" : pattern + " " + allocation + " " + s;
            double[] similarities = known.computeIfAbsent(key, k -> {
                Supplier<double[]> look = () -> encoder.similarities(encoder.model());
                List<Batch> text = allocation.equals("global") ? List.of(Tokens.of(encoder.sentences())) : List.of();
                return s == 0 ? look.get()
                        : PrunedAtOnce.look(encoder.compute(), encoder.model(), Recipe.parse(pattern, allocation, method, Double.toString(s)), text, rng.split("pruning"), look);
            });
            score[i] = encoder.score(similarities, rng.split("pairs"));
        }
        return new SparsityCurve(grid, score);
    }

    /** Trains a network on one of so many images and prunes it. */
    private static SparsityCurve network(Lab lab, int oneOf, double epochs, long seed) {
        if (!(lab.problem() instanceof Classification all)) {
            throw new UserError("study essential-sparsity: found " + lab.problem().about() + ", expected labelled examples; choose another --data");
        }
        Examples some = all.data().train().only(IntStream.range(0, all.data().train().count()).filter(i -> i % oneOf == 0).toArray());
        Relay relay = new Relay(new Classification(new DataSet(all.data().name(), all.data().origin(), some, all.data().test())), lab.compute());
        TrainSettings settings = Rivals.dense("lenet-300-100", epochs).withSeed(seed);
        Network net = relay.first(settings);
        double[] score = new double[FINE.length];
        for (int i = 0; i < FINE.length; i++) {
            Supplier<Double> look = () -> relay.score(net, BATCH).right();
            score[i] = i == 0 ? look.get()
                    : PrunedAtOnce.look(lab.compute(), net, Recipe.parse("unstructured", "uniform", "magnitude", Double.toString(FINE[i])), List.of(), new Rng(seed).split("pruning"), look);
        }
        return new SparsityCurve(FINE, score);
    }
}
