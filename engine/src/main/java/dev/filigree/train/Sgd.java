package dev.filigree.train;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.grad.Gradients;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Updates;
import dev.filigree.ops.Param;
import dev.filigree.tensor.Remap;
import java.util.List;

/** Stochastic gradient descent with momentum, plain or Nesterov's; biases, gains and shifts do not decay. */
public final class Sgd implements Optimizer {

    static final Entry<Optimizer> ENTRY = Catalog.entry("sgd", "Sutskever et al. 2013, ICML", "steps along a running sum of gradients",
            List.of(Option.of("momentum", 0.9, "memory of the running sum"), Option.of("nesterov", false, "look ahead by one step"),
                    Option.of("decay", 0.0, "weight decay, relative to the learning rate")),
            s -> new Sgd(s.number("momentum"), s.flag("nesterov"), s.number("decay")));

    private final double momentum;
    private final boolean nesterov;
    private final double decay;
    private final Moments running = new Moments();

    public Sgd(double momentum, boolean nesterov, double decay) {
        if (!(momentum >= 0 && momentum < 1 && decay >= 0) || nesterov && momentum == 0) {
            throw new UserError("optimizer sgd: found momentum=" + momentum + ", nesterov=" + nesterov + ", decay=" + decay
                    + "; expected momentum in [0, 1), above 0 for nesterov, and decay >= 0");
        }
        this.momentum = momentum;
        this.nesterov = nesterov;
        this.decay = decay;
    }

    @Override
    public void update(Compute compute, Gradients gradients, float scale, float rate) {
        gradients.params().forEach(running::of);
        List<Ranges.Range> ranges = Ranges.of(gradients);
        Updates k = compute.kernels().updates();
        compute.parallel().run(ranges.size(), i -> {
            Ranges.Range r = ranges.get(i);
            double decays = r.param().backward().cols() == 1 ? 0 : decay;
            if (!nesterov) {
                k.momentum(r.values(), r.gradient(), running.of(r.param()), r.from(), r.to(), scale, rate, (float) momentum, (float) decays);
            } else { // w -= rate (g + momentum m + decay w), the last two by the kernel
                k.momentum(r.values(), r.gradient(), running.of(r.param()), r.from(), r.to(), scale, (float) (rate * momentum), (float) momentum,
                        (float) (decays / momentum));
                compute.kernels().elementwise().axpy(-rate * scale, r.gradient(), r.values(), r.from(), r.to());
            }
            if (gradients.joining(r.param()) != null) {
                compute.kernels().elementwise().axpy(-rate, gradients.joining(r.param()), r.values(), r.from(), r.to());
            }
        });
    }

    @Override
    public void reset() {
        running.clear();
    }

    @Override
    public long bytes() {
        return running.bytes();
    }

    @Override
    public void remap(Param p, Remap remap) {
        running.remap(p, remap);
    }

    @Override
    public void save(StateWriter out) {
        running.save(out.in("running"));
    }

    @Override
    public void load(StateReader in) {
        running.load(in.in("running"));
    }
}
