package dev.filigree.io.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Strings of a grammar with a memory. */
class ReberStringsTest {

    @Test
    void theGrammarIsReadAlongItsArcs() {
        for (String right : List.of("BTBTXSETE", "BPBTXSEPE", "BTBPVVETE", "BTBPTTVPXVVETE", "BPBTSSXXVPSEPE")) {
            assertTrue(ReberStrings.accepts(right), right);
        }
        for (String wrong : List.of("BTBTXSEPE", "BTBTXSET", "BTBTXXETE", "BTBTXSTE", "BPBTXSEPEE", "XTBTXSETE", "BEBTXSEEE", "")) {
            assertFalse(ReberStrings.accepts(wrong), wrong);
        }
    }

    @Test
    void aStringEndsAtTheLastStep() {
        ReberStrings one = new ReberStrings(10, List.of("BTBTXSETE"), 1);
        float[] x = new float[70];
        one.read(0, x);
        assertEquals(new Shape(1, 10, 7), one.shape());
        assertArrayEquals(new float[7], Arrays.copyOf(x, 7), "a step without a symbol");
        assertEquals(1, x[7], "B");
        assertEquals(1, x[14 + 1], "T");
        assertEquals(1, x[63 + 6], "E");
        assertEquals(1, one.label(0));
    }

    @Test
    void halfAreRightAndLabelsSayWhich() {
        DataSet data = ReberStrings.make("reber", 16, 200, 100, 1);
        for (Examples e : List.of(data.train(), data.test())) {
            ReberStrings s = (ReberStrings) e;
            int long0 = 0;
            for (int i = 0; i < s.count(); i++) {
                assertEquals(ReberStrings.accepts(s.strings().get(i)), s.label(i) == 1, s.strings().get(i));
                long0 = Math.max(long0, s.strings().get(i).length());
            }
            assertEquals(s.count() / 2, s.right());
            assertEquals(16, long0);
        }
        assertEquals(data.train().fingerprint(), ReberStrings.make("reber", 16, 200, 100, 1).train().fingerprint());
        assertTrue(((ReberStrings) data.test()).strings().stream().noneMatch(((ReberStrings) data.train()).strings()::contains), "new ones");
        assertThrows(UserError.class, () -> ReberStrings.make("reber", 8, 200, 100, 1));
        assertTrue(assertThrows(UserError.class, () -> ReberStrings.make("reber", 9, 200, 100, 1)).getMessage().contains("longer"), "there are few so short");
    }
}
