package dev.filigree.train;

import dev.filigree.grad.Tape;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Elementwise;
import dev.filigree.ops.Value;

/**
 * The distance of one block's output to a teacher's, relative to the size of the latter: {@code |s - t|^2 / |t|^2}, which is
 * {@code MSE(t, s) / MSE(t, 0)} over all tokens and features, so that blocks of small and of large outputs count alike (SquareHead,
 * Kurtic et al. 2023, arXiv:2310.06927).
 */
final class SquareHead {

    /** Least squared size of a teacher's output, per number, that is divided by. */
    private static final double SMALLEST = 1e-8;

    private SquareHead() {
    }

    /** Seeds the gradient of {@code weight} times the distance at {@code s} and returns the distance; sums over panels in order. */
    static double seed(Compute compute, Tape tape, Value s, Value t, double weight) {
        Elementwise k = compute.kernels().elementwise();
        int panel = s.features() * s.width();
        s.clearPadding();
        t.clearPadding();
        double size = Math.max(sum(compute, s.panels(), p -> k.dot(t.data(), t.data(), p * panel, (p + 1) * panel)),
                SMALLEST * s.tokens() * s.features());
        float slope = (float) (2 * weight / size);
        double[] squares = new double[1];
        tape.seed(s, g -> squares[0] = sum(compute, s.panels(), p -> {
            int from = p * panel;
            g.data().slice(from, panel).fill(0f);
            k.axpy(slope, s.data(), g.data(), from, from + panel);
            k.axpy(-slope, t.data(), g.data(), from, from + panel);
            return k.dot(g.data(), g.data(), from, from + panel);
        }));
        return slope == 0 ? 0 : squares[0] / ((double) slope * slope) / size;
    }

    private interface Part {
        double of(int index);
    }

    private static double sum(Compute compute, int count, Part part) {
        double[] parts = new double[count];
        compute.parallel().run(count, i -> parts[i] = part.of(i));
        double sum = 0;
        for (double p : parts) {
            sum += p;
        }
        return sum;
    }
}
