package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.Relay;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.model.Network;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Zimmer et al. 2023: between prunings, the mean of several retrained copies. */
final class Soups implements Study {

    private static final int MEMBERS = 3;
    private static final int BATCH = 128;
    /** Prunes to the sparsity in the first step of a run and holds it. */
    private static final String AT_ONCE = "gmp(allocation=global,from=0,until=0.000001,times=1)";

    /** What a rival has after each phase: accuracy of what goes on, and the mean and best of the copies that it was made of. */
    private record Course(List<Double> accuracy, List<Double> mean, List<Double> best, double density) {
        double last() {
            return accuracy.getLast();
        }
    }

    @Override
    public Claim claim() {
        return new Claim("soups", "Zimmer et al. 2023, Sparse Model Soups, arXiv:2306.16788",
                "When each phase of pruning and retraining goes on from the mean of several retrained copies, accuracy is higher than with one copy, even one that is retrained as long as all of them.",
                "LeNet-300-100, pruned by one threshold in three phases to 98 %; soups of 3 copies with batches in different order, against one copy, and one retrained 3 times as long.",
                "epochs of retraining, between the soup and the copy retrained 3 times as long",
                "a soup no better than one copy retrained 3 times as long, or than the mean of its own last copies", 12);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings dense = Rivals.dense("lenet-300-100", lab.choose(0.5, 4));
        double target = 0.98;
        int phases = lab.quick() ? 2 : 3;
        double epochs = lab.choose(0.2, 2);
        Map<Long, Network> begun = new HashMap<>(); // all rivals of a seed begin with the same dense network
        Relay relay = new Relay(lab.problem(), lab.compute());
        LongFunction<Network> base = seed -> begun.computeIfAbsent(seed, s -> relay.first(dense.withSeed(s)));
        Map<String, LongFunction<Course>> rivals = new LinkedHashMap<>();
        rivals.put("one copy", seed -> course(relay, base.apply(seed), dense, phases, target, epochs, 1, seed));
        rivals.put("one copy, " + MEMBERS + " times as long", seed -> course(relay, base.apply(seed), dense, phases, target, MEMBERS * epochs, 1, seed));
        rivals.put("soup of " + MEMBERS, seed -> course(relay, base.apply(seed), dense, phases, target, epochs, MEMBERS, seed));
        Map<String, List<Course>> found = lab.each(rivals, c -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * c.last()));

        Table table = new Table("Accuracy after the last phase", Column.text("rival"), Column.percent("live", 2), Column.percent("accuracy", 2), Column.percent("deviation", 2),
                Column.percent("mean of its copies", 2), Column.percent("best of them", 2));
        List<LinePlot.Series> lines = new ArrayList<>();
        found.forEach((name, all) -> {
            Numbers last = Numbers.of(all, Course::last);
            table.row(name, all.getFirst().density(), last.mean(), last.spread(), Numbers.of(all, c -> c.mean().getLast()).mean(), Numbers.of(all, c -> c.best().getLast()).mean());
            lines.add(new LinePlot.Series(name, IntStream.range(0, phases).mapToObj(i -> new LinePlot.Point(i + 1, Numbers.of(all, c -> c.accuracy().get(i)).mean())).toList()));
        });
        Numbers soup = Numbers.of(found.get("soup of " + MEMBERS), Course::last);
        List<Verdict> verdicts = List.of(
                Verdict.above("the soup beats one copy", 0, soup.minus(Numbers.of(found.get("one copy"), Course::last))),
                Verdict.above("the soup beats one copy retrained " + MEMBERS + " times as long", 0,
                        soup.minus(Numbers.of(found.get("one copy, " + MEMBERS + " times as long"), Course::last))),
                Verdict.above("the soup beats the mean of its own copies", 0, soup.minus(Numbers.of(found.get("soup of " + MEMBERS), c -> c.mean().getLast()))));
        return new Findings(List.of(table), List.of(new LinePlot("Accuracy after each phase", "phase", "accuracy", lines, List.of())), verdicts);
    }

    /** Prunes, retrains copies and goes on with their mean, phase after phase; density falls by the same factor each time. */
    private static Course course(Relay relay, Network begun, TrainSettings dense, int phases, double target, double epochs, int members, long seed) {
        List<Double> accuracy = new ArrayList<>();
        List<Double> mean = new ArrayList<>();
        List<Double> best = new ArrayList<>();
        Network now = begun;
        for (int phase = 1; phase <= phases; phase++) {
            double sparsity = 1 - Math.pow(1 - target, phase / (double) phases);
            TrainSettings settings = new TrainSettings(dense.model(), dense.data(), AT_ONCE, Double.toString(sparsity), "", dense.keepDense(), epochs, BATCH,
                    dense.optimizer(), dense.rate() / 2, "linear", 0, dense.clip(), seed);
            List<Network> copies = new ArrayList<>();
            for (int m = 0; m < members; m++) {
                copies.add(relay.next(now, settings.withSeed(seed * 1000 + phase * 10L + m)));
            }
            now = relay.soup(copies, settings);
            accuracy.add(relay.score(now, BATCH).right());
            List<Double> each = copies.stream().map(c -> relay.score(c, BATCH).right()).toList();
            mean.add(each.stream().mapToDouble(a -> a).average().orElseThrow());
            best.add(each.stream().mapToDouble(a -> a).max().orElseThrow());
        }
        return new Course(accuracy, mean, best, Relay.density(now));
    }
}
