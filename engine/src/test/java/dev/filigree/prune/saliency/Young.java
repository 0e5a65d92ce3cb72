package dev.filigree.prune.saliency;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Mlp;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Augmentation;
import dev.filigree.train.Birth;
import dev.filigree.prune.regime.Clouds;
import dev.filigree.train.ExampleBatches;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.Step;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.CrossEntropy;
import java.util.List;

/** A dense network before its first step. */
public record Young(Compute compute, Network net, Loop loop) implements AutoCloseable {

    /** A fully connected network. */
    public static Young mlp(List<Integer> widths, Activation f, Hook... hooks) {
        return of(new Mlp(widths, f), Shape.of(widths.getFirst()), widths.getLast(), new Supervised(new CrossEntropy(0)), 2, hooks);
    }

    /** A network of dense weights. */
    public static Young of(Network net, Shape shape, int classes, Step step, int threads, Hook... hooks) {
        Compute compute = new Compute(Kernels.best(), new Parallel(threads));
        Birth birth = new Birth(compute, net, new Rng(5));
        net.sites().forEach(birth::dense);
        ExampleBatches batches = new ExampleBatches(new Clouds(shape, classes, 60), 20, net.form(), Augmentation.NONE, new Rng(7));
        return new Young(compute, net, new Loop(compute, net, new Setup(step, batches, new Sgd(0.9, false, 0), 0.05, new Rates.Constant(0), 10, 10, Layout.CSR, List.of(hooks), new Rng(8))));
    }

    /** The stored values of a weight. */
    public Floats values(int site) {
        return Slots.of(net.param(net.sites().get(site)).backward());
    }

    /** Live positions of each weight. */
    public long[] live() {
        return net.sites().stream().mapToLong(s -> net.param(s).forward().nonZeros()).toArray();
    }

    /** Everything that is trained, and running statistics. */
    public float[] everything() {
        List<float[]> all = net.params().stream().map(p -> Slots.of(p.backward()).toArray()).toList();
        float[] out = new float[all.stream().mapToInt(a -> a.length).sum()];
        int at = 0;
        for (float[] a : all) {
            System.arraycopy(a, 0, out, at, a.length);
            at += a.length;
        }
        return out;
    }

    List<Site> sites() {
        return net.sites();
    }

    @Override
    public void close() {
        loop.close();
        compute.parallel().close();
    }
}
