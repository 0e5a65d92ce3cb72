package dev.filigree.app.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The operands that both sides make. */
class MaskTest {

    private static final int ROWS = 24;
    private static final int COLS = 40;

    /** The peers' sources repeat the formula; whoever changes one of them must change all. */
    @Test
    void theFormulaIsFixed() {
        assertEquals(2953000 * 0x1p-24, Numbers.uniform(1, 0));
        assertEquals(8562952 * 0x1p-24, Numbers.uniform(5, 12345678901L));
    }

    @Test
    void numbersAreSpreadEvenly() {
        double sum = 0;
        for (int i = 0; i < 10_000; i++) {
            double u = Numbers.uniform(Numbers.INPUT, i);
            assertTrue(u >= 0 && u < 1);
            sum += u;
        }
        assertEquals(0.5, sum / 10_000, 0.01);
    }

    @Test
    void samplesIncludeBothCorners() {
        assertEquals(0, Numbers.place(0, 0, 7));
        assertEquals(6, Numbers.place(1, 1, 7));
        for (int i = 0; i < Numbers.SAMPLES; i++) {
            assertTrue(Numbers.place(i, 0, 3) < 3);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 0.9})
    void unstructuredSparsityIsNearWhatWasAsked(double sparsity) {
        try (Arena arena = Arena.ofConfined()) {
            Weight w = Mask.unstructured(sparsity).weight(arena, 200, 200, Layout.CSR);
            assertEquals(sparsity, w.sparsity(), 0.01);
        }
    }

    @Test
    void layoutsTakeTheirPatterns() {
        try (Arena arena = Arena.ofConfined()) {
            assertEquals("4x1", Mask.blocks(4, 0.5).weight(arena, ROWS, COLS, Layout.blocks(4)).layout());
            assertEquals(0.5, Mask.nOfM(2, 4).weight(arena, ROWS, COLS, Layout.nOfM(2, 4)).sparsity());
            assertEquals(0.75, Mask.nOfM(1, 4).weight(arena, ROWS, COLS, Layout.nOfM(1, 4)).sparsity());
        }
    }

    @Test
    void theDefinitionSumsOverLivePositions() {
        Mask one = (r, c, cols) -> c == 3;
        double[] product = one.product(ROWS, COLS, 5);
        for (int i = 0; i < product.length; i++) {
            assertEquals((double) Numbers.weight(Numbers.place(i, 0, ROWS), 3, COLS) * Numbers.input(Numbers.place(i, 1, 5), 3, COLS), product[i]);
        }
    }
}
