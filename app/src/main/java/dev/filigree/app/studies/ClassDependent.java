package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.app.train.Trial;
import dev.filigree.base.UserError;
import dev.filigree.io.data.OneAgainstRest;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Labelled;
import dev.filigree.ops.Value;
import dev.filigree.report.Column;
import dev.filigree.report.Metrics;
import dev.filigree.report.Table;
import dev.filigree.train.Classification;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Entezari and Saukh 2019: tickets can be searched so that one class, which matters more, is missed less often. */
final class ClassDependent implements Study {

    /** The class of Fashion-MNIST that is missed most: shirts. */
    private static final int KIND = 6;
    private static final double WEIGHT = 5;
    private static final List<Integer> PER_CENT = List.of(90, 99);
    private static final double FEWER = 0.2; // of what plain tickets miss

    /**
     * A network that tells one class from the rest.
     *
     * @param missed share of that class that it did not see
     * @param alarms share of the others that it took for it
     * @param area   under the curve of both, wherever the threshold
     */
    private record Judged(double live, double missed, double alarms, double area) {
    }

    @Override
    public Claim claim() {
        return new Claim("class-dependent", "Entezari and Saukh 2019, Class-dependent Compression of Deep Neural Networks, arXiv:1909.10364",
                "Tickets trained and pruned with a loss that weighs the class that matters more miss up to a third less of it than plain tickets, and tell it from the rest better whatever the threshold.",
                "LeNet-300-100, one class of ten against the rest; tickets in rounds that prune 70 %, with the loss of the class times 5 or not. The paper combines several terms in its loss; here the weight of the class is all.",
                "epochs",
                "less than a fifth fewer misses than plain tickets, or no larger area under the curve", 8);
    }

    @Override
    public Findings run(Lab lab) {
        if (!(lab.problem() instanceof Classification all) || all.outputs() <= KIND) {
            throw new UserError("study class-dependent: found " + lab.problem().about() + ", expected labelled examples of more than " + KIND + " classes; choose another --data");
        }
        Classification plain = new Classification(OneAgainstRest.of(all.data(), KIND));
        Classification weighted = new Classification(plain.data(), plain.augmentation(), List.of(1.0, WEIGHT));
        TrainSettings dense = Rivals.dense("lenet-300-100", lab.choose(0.3, 1));
        Map<String, LongFunction<Judged>> rivals = new LinkedHashMap<>();
        for (boolean heavy : new boolean[] {false, true}) {
            Classification problem = heavy ? weighted : plain;
            rivals.put(name("dense", heavy), seed -> judged(lab.compute(), dense.withEpochs(3 * dense.epochs()).withSeed(seed), problem));
            for (int zeros : PER_CENT) {
                rivals.put(name("tickets " + zeros + " %", heavy), seed -> judged(lab.compute(), dense.with(dense.model(), "tickets(share=0.7)", zeros + "%").withSeed(seed), problem));
            }
        }
        Map<String, List<Judged>> found = lab.each(rivals, j -> String.format(Locale.ROOT, "missed %.1f %%", 100 * j.missed()));

        Table table = new Table("One class against the rest", Column.text("rival"), Column.percent("live", 2), Column.percent("missed", 2), Column.percent("deviation", 2),
                Column.percent("false alarms", 2), Column.number("area under the curve", 4));
        found.forEach((name, of) -> table.row(name, of.getFirst().live(), missed(of).mean(), missed(of).spread(), Numbers.of(of, Judged::alarms).mean(), area(of).mean()));
        List<Verdict> verdicts = new ArrayList<>();
        for (int zeros : PER_CENT) {
            List<Judged> light = found.get(name("tickets " + zeros + " %", false));
            List<Judged> heavy = found.get(name("tickets " + zeros + " %", true));
            double[] fewer = IntStream.range(0, light.size()).mapToDouble(i -> 1 - heavy.get(i).missed() / Math.max(1e-9, light.get(i).missed())).toArray();
            verdicts.add(Verdict.above("at " + zeros + " % zeros weighted tickets miss a fifth less", FEWER, new Numbers(fewer)));
            verdicts.add(Verdict.above("at " + zeros + " % zeros weighted tickets have the larger area under the curve", 0, area(heavy).minus(area(light))));
        }
        List<LinePlot.Series> lines = Map.of("plain", false, "weighted", true).entrySet().stream().sorted(Map.Entry.comparingByKey()).map(e -> new LinePlot.Series(e.getKey(),
                PER_CENT.stream().map(z -> new LinePlot.Point(z, missed(found.get(name("tickets " + z + " %", e.getValue()))).mean())).toList())).toList();
        return new Findings(List.of(table), List.of(new LinePlot("Share of the class that is missed", "per cent of zeros", "missed", lines, List.of())), verdicts);
    }

    private static String name(String what, boolean heavy) {
        return what + (heavy ? ", weighted" : "");
    }

    private static Numbers missed(List<Judged> all) {
        return Numbers.of(all, Judged::missed);
    }

    private static Numbers area(List<Judged> all) {
        return Numbers.of(all, Judged::area);
    }

    private static Judged judged(Compute compute, TrainSettings settings, Classification problem) {
        Judged[] out = new Judged[1];
        Trial.run(settings, problem, compute, List.of(), loop -> out[0] = judged(compute, loop.model(), problem.testing(settings.batch())));
        return out[0];
    }

    private static Judged judged(Compute compute, Model model, List<Batch> batches) {
        List<Double> scores = new ArrayList<>(); // how much more the class is than the rest
        List<Integer> labels = new ArrayList<>();
        try (Eager eager = new Eager(compute)) {
            for (Batch batch : batches) {
                Value y = model.forward(eager, batch);
                for (int t = 0; t < y.tokens(); t++) {
                    scores.add((double) y.get(t, 1) - y.get(t, 0));
                    labels.add(batch.as(Labelled.class).labels()[t]);
                }
                eager.release(y);
            }
        }
        boolean[] positive = new boolean[labels.size()];
        IntStream.range(0, positive.length).forEach(i -> positive[i] = labels.get(i) == 1);
        double[] all = scores.stream().mapToDouble(s -> s).toArray();
        return new Judged(model.live() / (double) model.positions(), share(all, positive, true), share(all, positive, false), Metrics.areaUnderRoc(all, positive));
    }

    /** Of the positives the share that scores at most 0, or of the negatives the share that scores above. */
    private static double share(double[] scores, boolean[] positive, boolean of) {
        long all = IntStream.range(0, scores.length).filter(i -> positive[i] == of).count();
        long wrong = IntStream.range(0, scores.length).filter(i -> positive[i] == of && scores[i] > 0 != of).count();
        return wrong / (double) Math.max(1, all);
    }
}
