package dev.filigree.app.studies;

import dev.filigree.Parts;
import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.DataSet;
import dev.filigree.io.data.Examples;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.prune.regime.Regime;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Birth;
import dev.filigree.train.Classification;
import dev.filigree.train.Curve;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Problem;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.Supervised;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * LeNet-300-100 is trained on the first half of the classes and tuned with few examples of the other half.
 *
 * @param trained the values after the first task, by seed
 */
record OtherClasses(Lab lab, Problem first, Problem second, Map<Long, Map<String, Floats>> trained) {

    private static final int BATCH = 128;

    static OtherClasses of(Lab lab, String study) {
        if (!(lab.problem() instanceof Classification all) || all.outputs() < 2) {
            throw new UserError("study " + study + ": found " + lab.problem().about() + ", expected labelled examples of two classes or more; choose another --data");
        }
        return new OtherClasses(lab, new Classification(half(all.data(), false, Integer.MAX_VALUE)), new Classification(half(all.data(), true, (int) lab.choose(500, 2000))), new HashMap<>());
    }

    /** The data with the examples of one half of the classes, at most so many of training. */
    private static DataSet half(DataSet all, boolean second, int most) {
        return new DataSet(all.name(), all.origin(), half(all.train(), second, most), half(all.test(), second, Integer.MAX_VALUE));
    }

    private static Examples half(Examples all, boolean second, int most) {
        return all.only(IntStream.range(0, all.count()).filter(i -> second == all.label(i) >= all.classes().size() / 2).limit(most).toArray());
    }

    /** The network, without values. */
    Network network() {
        return Parts.NETWORKS.make("lenet-300-100").build(first.input(), first.outputs());
    }

    /** Trains a dense network for the first task, once for each seed, and tunes it for the second. */
    Curve tune(String method, double sparsity, long seed) {
        Network net = network();
        Rng rng = new Rng(seed);
        Birth birth = new Birth(lab.compute(), net, rng.split("birth"));
        net.sites().forEach(birth::dense);
        Map<String, Floats> values = trained.computeIfAbsent(seed, s -> {
            train(net, first, lab.choose(0.5, 3), 0.1, List.of(), rng.split("first"));
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
        train(net, second, lab.choose(6, 30), 0.02, hooks, rng.split("second"));
        return curve;
    }

    private void train(Network net, Problem problem, double epochs, double rate, List<Hook> hooks, Rng rng) {
        var batches = problem.training(BATCH, net.form(), rng.split("order"));
        long steps = Math.max(1, Math.round(epochs * Math.ceilDiv(batches.count(), batches.size())));
        try (Loop loop = new Loop(lab.compute(), net, new Setup(new Supervised(problem.objective(0)), batches, new Sgd(0.9, false, 2e-4), rate,
                new Rates.Cosine(0, 0), 10, steps, Layout.CSR, hooks, rng.split("training")))) {
            loop.run((step, all, loss, batch, seconds) -> { });
        }
    }
}
