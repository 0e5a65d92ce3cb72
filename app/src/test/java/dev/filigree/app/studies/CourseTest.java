package dev.filigree.app.studies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.io.data.DataSet;
import dev.filigree.io.data.Examples;
import dev.filigree.io.data.ModularSums;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Network;
import dev.filigree.train.Classification;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Networks that are trained by hand, and examples with wrong labels. */
class CourseTest {

    private static final String MODEL = "mlp(hidden=8)";

    @Test
    void aCopyLearnsAndTheFirstStaysAsItIs() {
        try (Parallel parallel = new Parallel(1)) {
            Course course = Course.sgd(new Compute(Kernels.best(), parallel), new Classification(ModularSums.make("sums", 7, 0.7, 1)), 0.1);
            Network first = course.born(MODEL, new Rng(1));
            String before = values(first);
            Network copy = course.like(MODEL, first);
            assertEquals(before, values(copy));
            course.train(copy, 3, List.of(), new Rng(2));
            assertEquals(before, values(first));
            assertNotEquals(before, values(copy));
            Network again = course.like(MODEL, first);
            course.train(again, 3, List.of(), new Rng(2));
            assertEquals(values(copy), values(again), "the same seed gives the same bits");
            assertEquals(2, course.steps(2), "20 examples are less than a batch");
        }
    }

    private static String values(Network n) {
        StringBuilder s = new StringBuilder();
        n.params().forEach(p -> p.forward().forEach((r, c, slot, v) -> s.append(v).append(' ')));
        return s.toString();
    }

    @Test
    void aShareOfTheLabelsIsDrawnAnew() {
        DataSet sums = ModularSums.make("sums", 61, 0.9, 1);
        Examples right = sums.train();
        DataSet half = Relabelled.of(sums, 1000, 0.5, new Rng(1));
        assertEquals(1000, half.train().count());
        long kept = IntStream.range(0, 1000).filter(i -> half.train().label(i) == right.label(i)).count();
        assertEquals(500 + 500 / 61.0, kept, 50);
        assertEquals(0, IntStream.range(0, 1000).filter(i -> Relabelled.of(sums, 1000, 0, new Rng(1)).train().label(i) != right.label(i)).count());
        assertTrue(half.test() == sums.test(), "what it is judged by stays right");
    }
}
