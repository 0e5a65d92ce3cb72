package dev.filigree.app.studies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.grad.Gradients;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A projection that is never stored. */
class SubspaceTest {

    private static final int ROWS = 7;
    private static final int COLS = 9;

    @Test
    void columnsAreSparseOfLengthOneAndStayInsideOfTheMatrices() {
        Subspace.Places places = new Subspace.Places(List.of(Tiled.room(ROWS, COLS), Dense.of(ROWS, 1, Floats.allocate(ROWS))));
        Tiled shape = Tiled.room(ROWS, COLS);
        Set<Integer> real = new HashSet<>();
        shape.forEach((r, c, slot, v) -> real.add(slot));
        Set<String> met = new HashSet<>();
        for (int j = 0; j < 200; j++) {
            List<Double> values = new ArrayList<>();
            places.column(1, j, (param, slot, v) -> {
                assertTrue(param == 1 ? slot < ROWS : real.contains(slot), "not in the spare room of a layout");
                values.add(v);
                met.add(param + " " + slot);
            });
            assertEquals(8, values.size(), "the root of 70");
            assertEquals(1, values.stream().mapToDouble(v -> v * v).sum(), 1e-12);
        }
        assertEquals(70, met.size(), "every parameter can be reached");
    }

    @Test
    void theFirstStepIsTheRateAlongTheSignOfEachSlope() {
        try (Parallel parallel = new Parallel(1)) {
            Compute compute = new Compute(Kernels.best(), parallel);
            Held p = new Held("w", Dense.of(25, 1, Floats.allocate(25)));
            Gradients gradients = new Gradients(List.of(p));
            gradients.clear(compute);
            Rng rng = new Rng(3);
            for (int i = 0; i < 25; i++) {
                gradients.of(p).set(i, (float) rng.nextGaussian());
            }
            Subspace one = new Subspace(1, 5);
            one.update(compute, gradients, 1, 0.5f);
            double[] slope = new double[1];
            double[] moved = new double[25];
            new Subspace.Places(List.of(p.backward())).column(5, 0, (param, slot, v) -> {
                slope[0] += v * gradients.of(p).get(slot);
                moved[slot] += v;
            });
            for (int i = 0; i < 25; i++) {
                assertEquals(-0.5 * Math.signum(slope[0]) * moved[i], Slots.of(p.backward()).get(i), 1e-6, "Adam's first step does not look at the size of a slope");
            }
        }
    }
}
