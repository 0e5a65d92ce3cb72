package dev.filigree.train;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.grad.Gradients;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Elementwise;
import dev.filigree.ops.Param;
import dev.filigree.tensor.Remap;
import java.lang.foreign.Arena;
import java.util.List;

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019); biases, gains and shifts do not decay. */
public final class Adam implements Optimizer {

    static final Entry<Optimizer> ENTRY = entry("adam", "steps scaled by running moments of the gradient", 0.98, 0.0);

    /** The same with the settings that transformers are usually trained with from scratch. */
    static final Entry<Optimizer> DECAYED = entry("adamw", "adam with weight decay, as transformers are trained from scratch", 0.999, 0.01);

    private static Entry<Optimizer> entry(String name, String summary, double b2, double decay) {
        return Catalog.entry(name, "Kingma and Ba 2015, arXiv:1412.6980; Loshchilov and Hutter 2019, arXiv:1711.05101", summary,
                List.of(Option.of("b1", 0.9, "memory of the first moment"), Option.of("b2", b2, "memory of the second moment"),
                        Option.of("eps", 1e-8, "added to the root of the second moment"), Option.of("decay", decay, "weight decay, relative to the learning rate")),
                s -> new Adam(s.number("b1"), s.number("b2"), s.number("eps"), s.number("decay")));
    }

    private final double b1;
    private final double b2;
    private final double eps;
    private final double decay;
    private final Moments first = new Moments();
    private final Moments second = new Moments();
    private long updates;

    public Adam(double b1, double b2, double eps, double decay) {
        if (!(b1 >= 0 && b1 < 1 && b2 >= 0 && b2 < 1 && eps > 0 && decay >= 0)) {
            throw new UserError("optimizer adam: found b1=" + b1 + ", b2=" + b2 + ", eps=" + eps + ", decay=" + decay
                    + "; expected b1 and b2 in [0, 1), eps > 0 and decay >= 0");
        }
        this.b1 = b1;
        this.b2 = b2;
        this.eps = eps;
        this.decay = decay;
    }

    @Override
    public void update(Compute compute, Gradients gradients, float scale, float rate) {
        updates++;
        float c1 = (float) (1 - Math.pow(b1, updates));
        float c2 = (float) (1 - Math.pow(b2, updates));
        gradients.params().forEach(p -> {
            first.of(p);
            second.of(p);
        });
        List<Ranges.Range> ranges = Ranges.of(gradients);
        compute.parallel().run(ranges.size(), i -> {
            Ranges.Range r = ranges.get(i);
            float decays = r.param().backward().cols() == 1 ? 0 : (float) decay;
            Floats joining = gradients.joining(r.param());
            if (joining != null) {
                step(compute, r, joining, scale, rate, c1, c2, decays);
                return;
            }
            compute.kernels().updates().adam(r.values(), r.gradient(), first.of(r.param()), second.of(r.param()), r.from(), r.to(), scale, rate,
                    (float) b1, (float) b2, c1, c2, (float) eps, decays);
        });
    }

    /**
     * A step that something joins: {@code m = b1 m + (1-b1) g; u = m / c1 + d; v = b2 v + (1-b2) u^2; w -= rate (u / (sqrt(v / c2) + eps) + decay w)}.
     * The latter two are a step without memory of the first moment.
     */
    private void step(Compute compute, Ranges.Range r, Floats d, float scale, float rate, float c1, float c2, float decays) {
        int from = r.from();
        int count = r.to() - from;
        Floats m = first.of(r.param()).slice(from, count);
        Elementwise k = compute.kernels().elementwise();
        try (Arena arena = Arena.ofConfined()) {
            Floats u = Floats.allocate(arena, count).copyFrom(d.slice(from, count));
            k.axpy((float) b1 - 1, m, m, 0, count);
            k.axpy((float) (1 - b1) * scale, r.gradient().slice(from, count), m, 0, count);
            k.axpy(1 / c1, m, u, 0, count);
            compute.kernels().updates().adam(r.values().slice(from, count), u, Floats.allocate(arena, count).fill(0f), second.of(r.param()).slice(from, count), 0, count, 1, rate,
                    0, (float) b2, 1, c2, (float) eps, decays);
        }
    }

    @Override
    public void reset() {
        updates = 0;
        first.clear();
        second.clear();
    }

    @Override
    public long bytes() {
        return first.bytes() + second.bytes();
    }

    @Override
    public void remap(Param p, Remap remap) {
        first.remap(p, remap);
        second.remap(p, remap);
    }

    @Override
    public void save(StateWriter out) {
        out.put("updates", updates);
        first.save(out.in("first"));
        second.save(out.in("second"));
    }

    @Override
    public void load(StateReader in) {
        updates = in.integer("updates");
        first.load(in.in("first"));
        second.load(in.in("second"));
    }
}
