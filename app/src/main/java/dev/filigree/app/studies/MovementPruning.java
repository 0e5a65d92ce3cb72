package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.DataSet;
import dev.filigree.io.data.Examples;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.prune.regime.Regime;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Classification;
import dev.filigree.train.Curve;
import dev.filigree.train.Hook;
import dev.filigree.train.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Sanh et al. 2020: where a network is tuned for another task, what moves away from zero matters more than what is large. */
final class MovementPruning implements Study {

    private static final int BATCH = 128;
    private static final double MANY = 0.97;
    private static final double FEW = 0.7;

    @Override
    public Claim claim() {
        return new Claim("movement", "Sanh et al. 2020, Movement Pruning, arXiv:2005.07683; Zhu and Gupta 2017, arXiv:1710.01878",
                "When a trained network is tuned for another task, pruning what moves towards zero beats pruning what is small "
                        + "where few weights are left; where many are, size is as good.",
                "LeNet-300-100 trained on the first half of the classes, tuned with few examples of the other half "
                        + "and pruned on the way along the same cubic curve, spread by ERK.",
                "steps",
                "movement no better than size at 97 %", 6);
    }

    @Override
    public Findings run(Lab lab) {
        if (!(lab.problem() instanceof Classification all) || all.outputs() < 2) {
            throw new UserError("study movement: found " + lab.problem().about() + ", expected labelled examples of two classes or more; choose another --data");
        }
        Problem first = new Classification(half(all.data(), false, Integer.MAX_VALUE));
        Problem second = new Classification(half(all.data(), true, (int) lab.choose(500, 2000)));
        Map<Long, Map<String, Floats>> trained = new HashMap<>();
        Map<String, LongFunction<Curve>> rivals = new LinkedHashMap<>();
        rivals.put("dense", seed -> tune(lab, first, second, "dense", 0, seed, trained));
        for (double sparsity : List.of(FEW, MANY)) {
            rivals.put("size " + percent(sparsity), seed -> tune(lab, first, second, "gmp(allocation=erk)", sparsity, seed, trained));
            rivals.put("movement " + percent(sparsity), seed -> tune(lab, first, second, "movement", sparsity, seed, trained));
        }
        Map<String, List<Curve>> found = lab.each(rivals, c -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * c.points().getLast().right()));
        Table table = new Table("Accuracy on the other half of the classes", Column.text("rival"), Column.count("live"),
                Column.percent("accuracy", 2), Column.percent("deviation", 2));
        found.forEach((name, c) -> table.row(name, c.getFirst().points().getLast().live(), accuracy(c).mean(), accuracy(c).spread()));
        List<LinePlot.Series> lines = found.entrySet().stream().map(e -> new LinePlot.Series(e.getKey(), e.getValue().getFirst().points().stream()
                .map(p -> new LinePlot.Point(p.epoch(), p.right())).toList())).toList();
        return new Findings(List.of(table), List.of(new LinePlot("Accuracy while it is tuned (first seed)", "epochs", "accuracy", lines, List.of())),
                List.of(verdict("movement beats size at 97 %", found, MANY), verdict("movement beats size at 70 % too, which the paper denies", found, FEW)));
    }

    private static Verdict verdict(String says, Map<String, List<Curve>> found, double sparsity) {
        return Verdict.above(says, 0, accuracy(found.get("movement " + percent(sparsity))).minus(accuracy(found.get("size " + percent(sparsity)))));
    }

    private static Numbers accuracy(List<Curve> curves) {
        return Numbers.of(curves, c -> c.points().getLast().right());
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    /** The data with the examples of one half of the classes, at most so many of training. */
    private static DataSet half(DataSet all, boolean second, int most) {
        return new DataSet(all.name(), all.origin(), half(all.train(), second, most), half(all.test(), second, Integer.MAX_VALUE));
    }

    private static Examples half(Examples all, boolean second, int most) {
        return all.only(IntStream.range(0, all.count()).filter(i -> second == all.label(i) >= all.classes().size() / 2).limit(most).toArray());
    }

    /** Trains a dense network for the first task, once for each seed, and tunes it for the second. */
    private static Curve tune(Lab lab, Problem first, Problem second, String method, double sparsity, long seed, Map<Long, Map<String, Floats>> trained) {
        Rng rng = new Rng(seed);
        Course before = Course.sgd(lab.compute(), first, 0.1);
        Network net = before.born("lenet-300-100", rng.split("birth"));
        Map<String, Floats> values = trained.computeIfAbsent(seed, s -> {
            before.train(net, lab.choose(0.5, 3), List.of(), rng.split("first"));
            Map<String, Floats> all = new HashMap<>();
            net.params().forEach(p -> all.put(p.name(), Slots.of(p.forward())));
            return all;
        });
        for (Held p : net.params()) {
            Slots.of(p.forward()).copyFrom(values.get(p.name()));
        }
        Regime regime = dev.filigree.prune.Parts.REGIMES.make(method);
        List<Site> sites = net.sites();
        regime.births(sites, sparsity);
        Curve curve = new Curve(second.objective(0), second.testing(BATCH, net.form()), p -> { });
        List<Hook> hooks = new ArrayList<>(regime.hooks(sites, sparsity));
        hooks.add(curve);
        Course.sgd(lab.compute(), second, 0.02).train(net, lab.choose(6, 30), hooks, rng.split("second"));
        return curve;
    }
}
