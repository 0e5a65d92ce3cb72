package dev.filigree.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.Shorts;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PostingsLawTest {

    @ParameterizedTest
    @MethodSource("dev.filigree.kernel.VectorWidths#all")
    void sameBitsAsTheDefinition(Kernels kernels) {
        Rng rng = new Rng(4);
        for (int documents : new int[] {1, 13, 97, 1009}) {
            Shorts held = Shorts.of(Arrays.stream(rng.permutation(documents)).limit((documents + 1) / 2).sorted().toArray());
            Shorts weights = Shorts.allocate(held.length());
            for (int i = 0; i < held.length(); i++) {
                weights.set(i, i % 7 == 0 ? rng.nextInt(1024) : rng.nextInt(0x7C00)); // some are subnormal
            }
            for (float factor : new float[] {0.37f, 1e-30f, 40000f, 1e33f}) {
                Floats expected = Floats.allocate(documents);
                Floats found = Floats.allocate(documents);
                for (int from : new int[] {0, held.length() / 3}) {
                    Kernels.scalar().postings().accumulate(held, weights, from, held.length(), factor, expected);
                    kernels.postings().accumulate(held, weights, from, held.length(), factor, found);
                }
                assertArrayEquals(expected.toArray(), found.toArray());
                for (float bound : new float[] {Float.MIN_VALUE, expected.get(documents / 2), Float.MAX_VALUE}) {
                    for (int from : new int[] {0, documents / 2, documents}) {
                        assertEquals(Kernels.scalar().postings().next(expected, from, documents, bound), kernels.postings().next(expected, from, documents, bound));
                        assertEquals(Kernels.scalar().postings().count(expected, from, documents, bound), kernels.postings().count(expected, from, documents, bound));
                    }
                }
            }
        }
    }
}
