package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.grad.Gradients;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Param;
import dev.filigree.tensor.Slots;
import java.util.ArrayList;
import java.util.List;

/**
 * All trained values cut into ranges of a fixed size, whatever the number of threads, so that sums over them always add
 * in the same order.
 */
final class Ranges {

    private static final int SIZE = 1 << 15;

    /** Slots {@code from .. to} of one parameter. */
    record Range(Param param, Floats values, Floats gradient, int from, int to) {
    }

    private Ranges() {
    }

    static List<Range> of(Gradients gradients) {
        List<Range> all = new ArrayList<>();
        for (Param p : gradients.params()) {
            Floats values = Slots.of(p.backward());
            for (int from = 0; from < values.length(); from += SIZE) {
                all.add(new Range(p, values, gradients.of(p), from, Math.min(values.length(), from + SIZE)));
            }
        }
        return all;
    }

    /** Euclidean length of all gradients together. */
    static double norm(Compute compute, Gradients gradients) {
        List<Range> ranges = of(gradients);
        double[] squares = new double[ranges.size()];
        compute.parallel().run(ranges.size(), i -> {
            Range r = ranges.get(i);
            squares[i] = compute.kernels().elementwise().dot(r.gradient, r.gradient, r.from, r.to);
        });
        double sum = 0;
        for (double s : squares) {
            sum += s;
        }
        return Math.sqrt(sum);
    }
}
