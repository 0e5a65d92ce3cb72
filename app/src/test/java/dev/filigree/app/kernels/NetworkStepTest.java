package dev.filigree.app.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.kernel.Compute;
import dev.filigree.tensor.Layout;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkStepTest {

    private static final int SIDE = 20;
    private static final int TOKENS = 7;

    @Test
    void theStepIsTheOneThatDefinesIt() {
        for (double sparsity : List.of(0.0, 0.6)) {
            Mask mask = Mask.unstructured(sparsity);
            NetworkStep step = new NetworkStep(Compute.of(1), SIDE, TOKENS, mask, sparsity == 0 ? Layout.TILED : Layout.CSR);
            double[] expected = NetworkStep.expected(SIDE, TOKENS, mask, step.places());
            assertEquals(0, Referee.difference(expected, step.samples()), Contestant.FLOAT_TOLERANCE, "at " + sparsity);
            assertEquals(0, Referee.difference(expected, step.samples()), Contestant.FLOAT_TOLERANCE, "a step later");
            double others = Referee.difference(NetworkStep.expected(SIDE, TOKENS, Mask.unstructured(0.3), step.places()), step.samples());
            assertTrue(others > NetworkStep.TOLERANCE, "another mask gives something else: " + others);
        }
    }
}
