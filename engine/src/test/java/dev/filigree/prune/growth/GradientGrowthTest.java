package dev.filigree.prune.growth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.grad.Factors;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Topology;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** The largest gradients at dead positions, against the definition. */
class GradientGrowthTest {

    @RepeatedTest(25)
    void theLargestAtDeadPositionsAreBorn(RepetitionInfo repetition) {
        Rng rng = new Rng(repetition.getCurrentRepetition());
        int rows = 1 + rng.nextInt(90);
        int cols = 1 + rng.nextInt(90);
        Topology live = Sampling.topology(rows, cols, rng.nextInt(rows * cols / 2 + 1), rng);
        float[] gradient = new float[rows * cols];
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (rng.nextInt(200) - 100) / 16f; // many ties
        }
        Factors half = (compute, from, count, out) -> {
            for (int i = 0; i < count * cols; i++) {
                out.set(i, out.get(i) + gradient[from * cols + i] / 2);
            }
        };
        int count = rng.nextInt(rows * cols - live.count() + 1);
        long[] expected = LongStream.range(0, rows * cols).filter(p -> live.find((int) (p / cols), (int) (p % cols)) < 0).boxed()
                .sorted(Comparator.<Long>comparingDouble(p -> -Math.abs(gradient[p.intValue()])).thenComparing(Comparator.naturalOrder())).limit(count)
                .mapToLong(p -> p).sorted().toArray();
        Compute compute = new Compute(Kernels.scalar(), Parallel.single());
        assertArrayEquals(expected, new GradientGrowth().births(compute, live, count, List.of(half, half), rng));
    }
}
