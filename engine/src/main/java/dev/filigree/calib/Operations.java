package dev.filigree.calib;

import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Param;
import dev.filigree.ops.Value;

/** Counts what a forward pass multiplies. */
public final class Operations {

    private Operations() {
    }

    /**
     * Multiply-adds of linear layers and convolutions for one example: live positions times the tokens or pixels that they
     * are laid over, borders counted as pixels.
     */
    public static double multiplyAdds(Compute compute, Model model, Batch batch) {
        double[] sum = new double[1];
        try (Eager eager = new Eager(compute)) {
            Watch watch = new Watch(eager, new Watch.Listener() {
                @Override
                public void input(Param weight, Value x) {
                    sum[0] += (double) weight.forward().nonZeros() * x.tokens();
                }

                @Override
                public void convolved(Param weight, Value y) {
                    sum[0] += (double) weight.forward().nonZeros() * y.planes().images() * y.planes().height() * y.planes().width();
                }
            });
            Value y = model.forward(watch, batch);
            int examples = y.examples();
            eager.release(y);
            return sum[0] / examples;
        }
    }
}
