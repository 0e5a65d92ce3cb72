package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.FewTokens;
import dev.filigree.kernel.SparseGradients;
import dev.filigree.ops.Param;
import dev.filigree.ops.Value;
import dev.filigree.tensor.BlockCsr;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.DenseGradient;
import dev.filigree.tensor.Matmul;
import dev.filigree.tensor.RowGroups;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;

/**
 * Back through {@code y = f(sum), sum = W x + b}: {@code dsum = dy f'(sum)}, {@code dx = W^T dsum},
 * {@code dW = dsum x^T} at live positions only, {@code db} = sum of dsum over tokens.
 */
record LinearBack(Param weight, Param bias, Activation f, Value x, Value sum, Value output) implements Operation {

    /** Tasks that the gradient of a weight is cut into; each owns a range of output rows, so no two add to one slot. */
    private static final int TASKS = 16;

    @Override
    public void backward(Round round, Value dy) {
        if (f != Activation.NONE) {
            int panel = dy.features() * dy.width();
            round.compute().parallel().run(dy.panels(), p -> round.compute().kernels().elementwise().activateBackward(f, sum.data(), dy.data(), dy.data(),
                    p * panel, (p + 1) * panel));
        }
        boolean together = x.width() == 1 && x.panels() <= FewTokens.MOST && weight.backward() instanceof Csr && round.parameters().wants(weight) && round.carries(x);
        parameters(round, dy, !together);
        round.pass(x, dx -> {
            if (together) {
                new FewTokensBack((Csr) weight.backward(), dy, x).run(round, dx, round.parameters().of(weight));
            } else {
                Matmul.apply(round.compute(), round.transposed(weight), null, Activation.NONE, dy.data(), dx.data(), dy.panels(), dy.width());
            }
        });
        round.freeOrKeep(weight, dy, new LinearFactors(dy, x));
    }

    private void parameters(Round round, Value dy, boolean withWeight) {
        Gradients g = round.parameters();
        Weight w = weight.backward();
        boolean dense = withWeight && w instanceof Tiled && g.wants(weight);
        if (dense) {
            dense(round, dy);
        }
        Floats ofWeight = withWeight && !dense && g.wants(weight) ? g.of(weight) : null;
        Floats ofBias = g.wants(bias) ? g.of(bias) : null;
        if (ofWeight == null && ofBias == null) {
            return;
        }
        SparseGradients k = round.compute().kernels().sparseGradients();
        int unit = w instanceof BlockCsr b ? b.blockRows() : 1;
        int step = Math.max(1, Math.ceilDiv(Math.ceilDiv(w.rows(), unit), TASKS)) * unit;
        round.compute().parallel().run(Math.ceilDiv(w.rows(), step), task -> {
            int from = task * step;
            int to = Math.min(w.rows(), from + step);
            if (ofWeight != null) {
                switch (w) {
                    case Csr c -> k.csr(c.start(), c.column(), c.chunk(), c.rows(), c.cols(), dy.data(), x.data(), dy.width(), dy.panels(), ofWeight, from, to);
                    case BlockCsr b -> k.blocks(b.start(), b.column(), b.blockRows(), b.rows(), b.cols(), dy.data(), x.data(), dy.width(), dy.panels(),
                            ofWeight, from / unit, Math.ceilDiv(to, unit));
                    case RowGroups r -> k.groups(r.start(), r.column(), r.groupCols(), r.chunk(), r.rows(), r.cols(), dy.data(), x.data(), dy.width(),
                            dy.panels(), ofWeight, from, to);
                    default -> throw new IllegalStateException(weight.name() + " is held as " + w.layout() + ", which has no gradient");
                }
            }
            if (ofBias != null) {
                k.rowSums(dy.data(), w.rows(), dy.width(), dy.panels(), ofBias, from, to);
            }
        });
    }

    /** All rows together. */
    private void dense(Round round, Value dy) {
        Weight w = weight.backward();
        int tokens = dy.panels() * dy.width();
        Value room = round.takeParts(DenseGradient.room(w.cols(), tokens), 1);
        boolean first = round.parameters().begin(weight);
        new DenseGradient(round.compute(), w.rows(), w.cols(), dy.data(), x.data(), dy.width(), tokens, room.data()).write(round.compute(), round.parameters().of(weight), !first);
        round.free(room);
    }
}
