package dev.filigree.prune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.prune.criterion.RelativeImportance;
import org.junit.jupiter.api.Test;

class RelativeImportanceTest {

    @Test
    void aWeightCountsAsItsShareOfRowAndColumn() {
        Matrix w = new Matrix(2, 2, new float[] {1, -3, 0, 2});
        double[][] oneToken = {{4, 9}}; // its values are the norms of the inputs, their square roots 2 and 3
        Subject subject = new Subject(Samples.site(2, 2), w, Samples.evidence(oneToken), Compute.of(1), new Rng(1));
        // row sums 4 and 2, column sums 1 and 5
        assertArrayEquals(new float[] {(1 / 4f + 1) * 2, (3 / 4f + 3 / 5f) * 3, 0, (1 + 2 / 5f) * 3},
                new RelativeImportance(0.5).score(subject), 1e-6f);
    }

    @Test
    void aNegativePowerIsRefused() {
        assertEquals("setting 'power' of ria: found -1.0, expected at least 0",
                assertThrows(UserError.class, () -> Parts.CRITERIA.make("ria(power=-1)")).getMessage());
    }
}
