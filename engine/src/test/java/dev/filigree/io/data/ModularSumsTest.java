package dev.filigree.io.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.filigree.base.UserError;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sums modulo a number, each pair once. */
class ModularSumsTest {

    @Test
    void aPairIsWhatItSays() {
        ModularSums sums = new ModularSums(5, new int[] {3 * 5 + 4, 2 * 5 + 2});
        float[] x = new float[5];
        sums.read(0, x);
        assertArrayEquals(new float[] {0, 0, 0, 1, 1}, x);
        assertEquals(2, sums.label(0), "3 + 4 = 7 = 2 modulo 5");
        sums.read(1, x);
        assertArrayEquals(new float[] {0, 0, 2, 0, 0}, x);
        assertEquals(4, sums.label(1));
    }

    @Test
    void everyPairComesOnceOnOneSide() {
        DataSet all = ModularSums.make("sums", 7, 0.5, 1);
        assertEquals(14, all.train().count());
        assertEquals(14, all.test().count());
        Set<String> seen = new HashSet<>();
        for (Examples e : new Examples[] {all.train(), all.test()}) {
            float[] x = new float[7];
            for (int i = 0; i < e.count(); i++) {
                e.read(i, x);
                assertEquals(IntStream.range(0, 7).map(f -> f * (int) x[f]).sum() % 7, e.label(i));
                seen.add(java.util.Arrays.toString(x));
            }
        }
        assertEquals(28, seen.size());
        assertEquals(all.train().fingerprint(), ModularSums.make("sums", 7, 0.5, 1).train().fingerprint());
        assertNotEquals(all.train().fingerprint(), ModularSums.make("sums", 7, 0.5, 2).train().fingerprint());
    }

    @Test
    void impossibleOnesAreRefused() {
        assertThrows(UserError.class, () -> ModularSums.make("sums", 1, 0.5, 1));
        assertThrows(UserError.class, () -> ModularSums.make("sums", 7, 1, 1));
    }
}
