package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Mlp;
import dev.filigree.model.Site;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Birth;
import dev.filigree.train.ExampleBatches;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.CrossEntropy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A small fully connected network in training, for a look at what a regime does to it. */
final class SmallRun implements AutoCloseable {

    final Mlp net;
    final Loop loop;
    private final Parallel parallel = new Parallel(1);

    SmallRun(List<Integer> widths, Regime regime, double sparsity, long steps) {
        net = new Mlp(widths, Activation.RELU);
        Compute compute = new Compute(Kernels.best(), parallel);
        Birth birth = new Birth(compute, net, new Rng(5).split("birth"));
        Map<Site, Long> births = regime.births(net.sites(), sparsity);
        for (Site s : net.sites()) {
            if (births.containsKey(s)) {
                birth.sparse(s, Sampling.topology(s.rows(), s.cols(), Math.toIntExact(births.get(s)), new Rng(6).split(s.name())), Layout.CSR);
            } else {
                birth.dense(s);
            }
        }
        List<Hook> hooks = regime.hooks(net.sites(), sparsity);
        loop = new Loop(compute, net, new Setup(new Supervised(new CrossEntropy(0)), new ExampleBatches(new Clouds(Shape.of(widths.getFirst()), widths.getLast(), 300), 16, new Rng(7)),
                new Sgd(0.9, false, 1e-4), 0.05, new Rates.Constant(0), 10, steps, Layout.CSR, hooks, new Rng(8)));
    }

    /** Gives a weight values, row by row; all positions live. */
    void give(Site site, float... values) {
        Topology.Builder all = new Topology.Builder(site.rows(), site.cols(), values.length);
        for (int i = 0; i < values.length; i++) {
            all.add(i / site.cols(), i % site.cols());
        }
        loop.rewire(site, all.build(), Floats.of(values));
    }

    /** The live values of a weight, row by row. */
    List<Float> values(Site site) {
        Topology live = positions(site);
        List<Float> values = new ArrayList<>();
        for (float v : Layout.canonical(net.param(site).forward(), live).toArray()) {
            values.add(v);
        }
        return values;
    }

    Topology positions(Site site) {
        return Topology.of(net.param(site).forward());
    }

    /** Live positions of all weights. */
    long live() {
        return net.sites().stream().mapToLong(s -> net.param(s).forward().nonZeros()).sum();
    }

    @Override
    public void close() {
        loop.close();
        parallel.close();
    }
}
