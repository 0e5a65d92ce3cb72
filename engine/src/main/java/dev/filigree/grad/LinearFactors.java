package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Value;
import dev.filigree.tensor.DenseGradient;

/** The factors of a product: {@code dW = dy x^T}. */
final class LinearFactors implements Factors {

    private final Value dy;
    private final Value x;
    private DenseGradient gradient;

    LinearFactors(Value dy, Value x) {
        this.dy = dy;
        this.x = x;
    }

    @Override
    public void addStrip(Compute compute, int from, int count, Floats out) {
        if (gradient == null) {
            int tokens = x.panels() * x.width();
            gradient = new DenseGradient(compute, dy.features(), x.features(), dy.data(), x.data(), x.width(), tokens,
                    Floats.allocate(DenseGradient.room(x.features(), tokens)));
        }
        int together = DenseGradient.together();
        int before = from % together; // strips begin at whole tiles
        int rows = Math.min(dy.features(), from + count) - from + before;
        Floats strip = Floats.allocate(DenseGradient.length(rows, x.features()));
        gradient.strip(compute, from - before, rows, strip, false);
        compute.parallel().run(rows - before, r -> {
            for (int c = 0; c < x.features(); c++) {
                int i = r * x.features() + c;
                out.set(i, out.get(i) + strip.get(gradient.at(r + before, c)));
            }
        });
    }
}
