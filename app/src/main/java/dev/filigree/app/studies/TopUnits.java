package dev.filigree.app.studies;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.model.Mlp;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import java.util.Arrays;
import java.util.List;

/**
 * A network of which only the k largest hidden units of each layer stay, example by example; gradients flow through those alone
 * (Li et al. 2022, arXiv:2210.06313).
 */
final class TopUnits extends Mlp {

    private final int k;

    /**
     * @param widths inputs, hidden units, outputs
     * @param k      units that stay in each hidden layer
     */
    TopUnits(List<Integer> widths, int k) {
        super(widths, Activation.RELU);
        this.k = k;
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        Value y = super.block(ops, i, x, in);
        Value mask = ops.input(mask(y, k));
        Value kept = ops.multiply(y, mask);
        ops.release(mask);
        ops.release(y);
        return kept;
    }

    /** One where a feature is among the k largest of its token, of equal ones the first, else zero. */
    static Value mask(Value y, int k) {
        Value mask = y.in(Floats.allocate(y.data().length()));
        for (int t = 0; t < y.tokens(); t++) {
            float[] units = y.token(t);
            float[] sorted = units.clone();
            Arrays.sort(sorted);
            float least = sorted[Math.max(0, sorted.length - k)];
            int left = Math.min(k, sorted.length);
            for (float u : units) {
                left -= u > least ? 1 : 0;
            }
            for (int f = 0; f < units.length; f++) {
                if (units[f] > least || units[f] == least && left-- > 0) {
                    mask.data().set(mask.at(t, f), 1);
                }
            }
        }
        return mask;
    }
}
