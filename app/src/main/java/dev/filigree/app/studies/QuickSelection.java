package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.DataSet;
import dev.filigree.io.data.Examples;
import dev.filigree.io.data.Standardised;
import dev.filigree.prune.Parts;
import dev.filigree.prune.features.Features;
import dev.filigree.prune.features.Strength;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.train.Classification;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Atashgahi et al. 2020: which inputs a sparse autoencoder holds on to says which features matter. */
final class QuickSelection implements Study {

    /** What the sparse autoencoder may lose to the dense one. */
    private static final double GAP = 0.01;

    /** Accuracy with half of the features wanted, with all and with twice as many. */
    private record Outcome(double[] right, double seconds) {
    }

    @Override
    public Claim claim() {
        return new Claim("quick-selection", "Atashgahi et al. 2020, Quick and Robust Feature Selection, arXiv:2012.00560",
                "The inputs that a sparse denoising autoencoder holds on to are as good features as those of a dense one, and better than those of simple scores, at a fraction of the cost.",
                "1000 hidden units, 13 live weights for each unit, 20 % moved each epoch, 100 epochs; features judged by 5 nearest neighbours; madelon (20 features), isolet and coil20 (50), or the one set asked for.",
                "number of features; epochs of the two autoencoders",
                "random, variance or Laplacian features as good over all sets, the dense autoencoder more than a point better, or no faster", 15);
    }

    @Override
    public String data() {
        return "madelon";
    }

    @Override
    public Findings run(Lab lab) {
        List<String> sets = !lab.quick() && lab.preset().equals(data()) ? List.of("madelon", "isolet", "coil20") : List.of(lab.preset());
        Map<String, Features> ways = new LinkedHashMap<>();
        String of = lab.quick() ? "hidden=100,epochs=1" : "epochs=100";
        for (String way : List.of("random", "variance", lab.quick() ? "laplacian(examples=300)" : "laplacian", "autoencoder(" + of + ")", "quick-selection(" + of + ")")) {
            ways.put(way.replaceAll("\\(.*", ""), Parts.FEATURES.make(way));
        }
        Map<String, LongFunction<Outcome>> rivals = new LinkedHashMap<>();
        for (String set : sets) {
            Judge judge = new Judge(lab, classes(lab, set), set.equals("madelon") && !lab.quick() ? 20 : 50);
            ways.forEach((name, way) -> rivals.put(set + " " + name, seed -> judge.of(way, seed)));
        }
        Map<String, List<Outcome>> found = lab.each(rivals, o -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * o.right[1]));
        return new Findings(List.of(table(lab, sets, ways, found)), List.of(plot(sets.getFirst(), ways, found)), List.of(
                Verdict.above("sparse beats random features, mean over sets", 0, over("random", sets, found)),
                Verdict.above("sparse beats variance, mean over sets", 0, over("variance", sets, found)),
                Verdict.above("sparse beats the Laplacian score, mean over sets", 0, over("laplacian", sets, found)),
                Verdict.above("sparse is within a point of the dense autoencoder, mean over sets", -GAP, over("autoencoder", sets, found)),
                Verdict.above("sparse takes less time than dense, share saved on " + sets.getFirst(), 0, saved(sets.getFirst(), found))));
    }

    private static DataSet classes(Lab lab, String set) {
        if (lab.problem(set) instanceof Classification c) {
            return c.data();
        }
        throw new UserError("study quick-selection: found " + lab.problem(set).about() + "; expected examples with features, such as --data madelon");
    }

    /** Chooses features by what is learned from, and finds the classes of what was held back. */
    private record Judge(Lab lab, DataSet data, int count) {

        Outcome of(Features way, long seed) {
            Examples raw = data.train() instanceof Standardised s ? s.all() : data.train();
            long start = System.nanoTime();
            float[] scores = way.score(lab.compute(), raw, new Rng(seed).split("features"));
            double seconds = (System.nanoTime() - start) * 1e-9;
            Standardised train = Standardised.of(raw);
            Standardised test = train.like(data.test() instanceof Standardised s ? s.all() : data.test());
            NearestNeighbours judge = new NearestNeighbours(Features.rows(train), labels(train), train.classes().size());
            float[][] asked = Features.rows(test);
            double[] right = IntStream.of(count / 2, count, 2 * count).mapToDouble(k -> judge.right(lab.compute(), asked, labels(test), Features.best(scores, Math.min(k, scores.length)))).toArray();
            return new Outcome(right, seconds);
        }

        private static int[] labels(Examples all) {
            return IntStream.range(0, all.count()).map(all::label).toArray();
        }
    }

    private static Table table(Lab lab, List<String> sets, Map<String, Features> ways, Map<String, List<Outcome>> found) {
        Table t = new Table("Accuracy with some of the features", Column.text("data"), Column.text("chosen by"), Column.count("weights"), Column.percent("half", 2), Column.percent("accuracy", 2),
                Column.percent("deviation", 2), Column.percent("twice", 2), Column.seconds("time to choose"));
        for (String set : sets) {
            int features = lab.problem(set).input().size();
            ways.forEach((name, way) -> {
                List<Outcome> all = found.get(set + " " + name);
                t.row(set, name, way instanceof Strength s ? s.weights(features) : null, Numbers.of(all, o -> o.right[0]).mean(), right(all).mean(), right(all).spread(),
                        Numbers.of(all, o -> o.right[2]).mean(), Numbers.of(all, Outcome::seconds).mean());
            });
        }
        return t;
    }

    private static Numbers right(List<Outcome> all) {
        return Numbers.of(all, o -> o.right[1]);
    }

    /** How much better the sparse autoencoder is than another way, by seed, as the mean over sets. */
    private static Numbers over(String other, List<String> sets, Map<String, List<Outcome>> found) {
        double[] mean = new double[found.get(sets.getFirst() + " " + other).size()];
        for (String set : sets) {
            double[] d = right(found.get(set + " quick-selection")).minus(right(found.get(set + " " + other))).bySeed();
            for (int i = 0; i < d.length; i++) {
                mean[i] += d[i] / sets.size();
            }
        }
        return new Numbers(mean);
    }

    private static Numbers saved(String set, Map<String, List<Outcome>> found) {
        List<Outcome> sparse = found.get(set + " quick-selection");
        List<Outcome> dense = found.get(set + " autoencoder");
        return new Numbers(IntStream.range(0, sparse.size()).mapToDouble(i -> 1 - sparse.get(i).seconds / dense.get(i).seconds).toArray());
    }

    private static LinePlot plot(String set, Map<String, Features> ways, Map<String, List<Outcome>> found) {
        List<LinePlot.Series> lines = new ArrayList<>();
        ways.keySet().forEach(way -> lines.add(new LinePlot.Series(way, IntStream.range(0, 3)
                .mapToObj(i -> new LinePlot.Point(Math.pow(2, i - 1), Numbers.of(found.get(set + " " + way), o -> o.right[i]).mean())).toList())));
        return new LinePlot("Accuracy against features, " + set, "features, as a multiple of the number in the table", "accuracy", lines, List.of());
    }
}
