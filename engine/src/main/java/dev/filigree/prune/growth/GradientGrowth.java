package dev.filigree.prune.growth;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.grad.Factors;
import dev.filigree.kernel.Compute;
import dev.filigree.tensor.Topology;
import java.util.List;

/**
 * The dead positions where the loss falls fastest: largest |dL/dw| of the present batch. The gradient is computed in
 * strips of rows and only the best positions so far are kept, never an array of the size of the weight.
 */
public record GradientGrowth() implements Growth {

    public static final Catalog.Entry<Growth> ENTRY = Catalog.entry("gradient", "Evci et al. 2020, arXiv:1911.11134",
            "dead positions of the largest gradient, streamed", GradientGrowth::new);

    /** Numbers of a strip. */
    private static final int STRIP = 1 << 19;
    private static final int ALIGNED = 64;

    @Override
    public boolean needsGradient() {
        return true;
    }

    @Override
    public long[] births(Compute compute, Topology live, int count, List<Factors> gradient, Rng rng) {
        Best best = new Best(count);
        int rows = Math.clamp(STRIP / live.cols() / ALIGNED * ALIGNED, 4, Math.max(4, live.rows()));
        for (int first = 0; first < live.rows(); first += rows) {
            int from = first;
            int n = Math.min(rows, live.rows() - from);
            Floats strip = Floats.allocate(n * live.cols());
            gradient.forEach(f -> f.addStrip(compute, from, n, strip));
            for (int r = 0; r < n; r++) {
                offer(live, from + r, strip, r * live.cols(), best);
            }
        }
        return best.positions();
    }

    /** Offers the dead positions of one row, whose gradient begins at {@code at}. */
    private static void offer(Topology live, int row, Floats gradient, int at, Best best) {
        int j = live.start().get(row);
        int end = live.start().get(row + 1);
        for (int c = 0; c < live.cols(); c++) {
            if (j < end && live.column().get(j) == c) {
                j++;
            } else {
                best.offer(Math.abs(gradient.get(at + c)), (long) row * live.cols() + c);
            }
        }
    }
}
