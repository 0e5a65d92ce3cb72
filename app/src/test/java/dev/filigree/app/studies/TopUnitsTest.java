package dev.filigree.app.studies;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.io.data.ModularSums;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Mlp;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Classification;
import dev.filigree.train.Loop;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which hidden units stay, and what learns. */
class TopUnitsTest {

    @Test
    void theLargestStayAndOfEqualOnesTheFirst() {
        Value y = new Value(Floats.of(3f, 0f, 1f, 2f, 2f, 2f, 0f, 2f), 4, 2, 2); // tokens (3, 1, 2, 0) and (0, 2, 2, 2)
        Value two = TopUnits.mask(y, 2);
        assertArrayEquals(new float[] {1, 0, 1, 0}, two.token(0));
        assertArrayEquals(new float[] {0, 1, 1, 0}, two.token(1));
        assertArrayEquals(new float[] {1, 1, 1, 1}, TopUnits.mask(y, 9).token(0));
    }

    @Test
    void weightsOfUnitsThatNeverStayGetNoGradient() {
        try (Parallel parallel = new Parallel(1)) {
            Classification sums = new Classification(ModularSums.make("sums", 5, 0.7, 1));
            Course course = new Course(new Compute(Kernels.best(), parallel), sums, 1, "adam", 0.001, "constant", 1);
            Mlp network = course.born(new TopUnits(List.of(5, 16, 5), 1), new Rng(1));
            try (Loop loop = course.loop(network, course.supervised(), 1, List.of(), new Rng(2))) {
                loop.probe(course.supervised(), 1);
                boolean[] moved = new boolean[16];
                Floats gradient = loop.gradients().of(network.param("layer.0.weight"));
                network.param("layer.0.weight").backward().forEach((r, c, slot, v) -> moved[r] |= gradient.get(slot) != 0);
                int count = 0;
                for (boolean m : moved) {
                    count += m ? 1 : 0;
                }
                assertEquals(1, count, "of 16 units one stays for the one example");
                assertEquals(80, Slots.of(network.param("layer.0.weight").backward()).length());
            }
        }
    }
}
