package dev.filigree.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_CHAR_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Rng;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products of sparse documents, and of summaries, are sums over their entries. */
@ParameterizedClass
@MethodSource("all")
record SparseDotsLawTest(Kernels kernels) {

    static Stream<Named<Kernels>> all() {
        return Stream.concat(Stream.of(Named.of("scalar", Kernels.scalar())), VectorWidths.all());
    }

    @ParameterizedTest
    @CsvSource({"2, 997", "4, 997", "2, 65536", "4, 100000"})
    void aProductIsTheSumOverTheEntriesOfADocument(int termBytes, int terms) {
        Rng rng = new Rng(terms);
        int[] sizes = {0, 1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31, 32, 33, 63, 64, 65, 127, 150, 500};
        Ints start = Ints.allocate(sizes.length + 1);
        for (int d = 0; d < sizes.length; d++) {
            start.set(d + 1, start.get(d) + sizes[d]);
        }
        MemorySegment entries = Arena.ofAuto().allocate((long) start.get(sizes.length) * (termBytes + 2) + SparseDots.PADDING, 64);
        entries.fill((byte) 0x7F); // the padding holds what is no number
        TermTable query = new TermTable(terms);
        for (int t = 0; t < terms; t++) {
            if (rng.nextInt(3) == 0) {
                query.put(t, 5 * rng.nextFloat());
            }
        }
        float[] expected = new float[sizes.length];
        for (int d = 0; d < sizes.length; d++) {
            long at = (long) start.get(d) * (termBytes + 2);
            for (int i = 0; i < sizes[d]; i++) {
                int term = rng.nextInt(terms);
                float weight = Float.float16ToFloat((short) (rng.nextInt(8) == 0 ? 1 + rng.nextInt(2000) : 1 + rng.nextInt(0x7BFF))) / 64;
                short half = Float.floatToFloat16(weight);
                if (termBytes == 2) {
                    entries.set(JAVA_CHAR_UNALIGNED, at + 2L * i, (char) term);
                } else {
                    entries.set(JAVA_INT_UNALIGNED, at + 4L * i, term);
                }
                entries.set(JAVA_SHORT_UNALIGNED, at + (long) termBytes * sizes[d] + 2L * i, half);
                expected[d] += query.weight(term) * Float.float16ToFloat(half);
            }
        }
        for (int count = 0; count <= 19; count++) {
            Ints numbers = Ints.allocate(count);
            Floats out = Floats.allocate(count + 1).fill(7);
            for (int i = 0; i < count; i++) {
                numbers.set(i, rng.nextInt(sizes.length));
            }
            kernels.sparseDots().halves(start, entries, termBytes, numbers, count, query, out);
            for (int i = 0; i < count; i++) {
                assertEquals(expected[numbers.get(i)], out.get(i), kernels.name() + " size " + sizes[numbers.get(i)]);
            }
            assertEquals(7, out.get(count), "past the end");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 8, 11, 16})
    void summariesAddTheCodesOfTheTermsOfAQuery(int bits) {
        Rng rng = new Rng(bits);
        int first = 3;
        Ints buckets = Ints.allocate(first + (1 << bits) + 1);
        int perBucket = bits > 10 ? 1 : 9;
        int total = (1 << bits) * perBucket;
        MemorySegment entries = Arena.ofAuto().allocate((long) total * SparseDots.ENTRY + SparseDots.PADDING, 64);
        for (int b = 0; b <= 1 << bits; b++) {
            buckets.set(first + b, b * perBucket);
        }
        for (int e = 0; e < total; e++) {
            int most = 1 << Math.min(SparseDots.KEY_BITS, SparseDots.TERM_BITS - bits);
            entries.set(JAVA_BYTE, 3L * e, (byte) (rng.nextInt(most) << SparseDots.KEY_BITS >>> Integer.numberOfTrailingZeros(most)));
            entries.set(JAVA_BYTE, 3L * e + 1, (byte) rng.nextInt(256));
            entries.set(JAVA_BYTE, 3L * e + 2, (byte) (1 + rng.nextInt(255)));
        }
        int count = 300;
        Ints terms = Ints.allocate(count);
        Floats weights = Floats.allocate(count);
        for (int i = 0; i < count; i++) {
            terms.set(i, SparseDots.hash(rng.nextInt(100_000)));
            weights.set(i, (1 + rng.nextInt(8)) / 4f);
        }
        Floats expected = Floats.allocate(259).fill(1);
        Floats found = Floats.allocate(259).fill(1);
        Kernels.scalar().sparseDots().summaries(entries, buckets, first, bits, terms, weights, count, expected, 2);
        kernels.sparseDots().summaries(entries, buckets, first, bits, terms, weights, count, found, 2);
        double sum = 0;
        for (int i = 0; i < 259; i++) {
            assertEquals(expected.get(i), found.get(i));
            sum += found.get(i) - 1;
        }
        double total2 = 0;
        for (int i = 0; i < count; i++) {
            for (int e = 0; e < total; e++) {
                int b = e / perBucket;
                if (b == terms.get(i) >>> 16 - bits && (entries.get(JAVA_BYTE, 3L * e) & 0xFF) == ((terms.get(i) << bits & 0xFFFF) >>> 8)) {
                    total2 += weights.get(i) * (entries.get(JAVA_BYTE, 3L * e + 2) & 0xFF);
                }
            }
        }
        assertEquals(total2, sum, 1e-6 * total2);
    }

    @Test
    void termsOfSixteenBitsHaveHashesOfTheirOwn() {
        boolean[] taken = new boolean[1 << SparseDots.TERM_BITS];
        for (int t = 0; t < taken.length; t++) {
            assertEquals(false, taken[SparseDots.hash(t)]);
            taken[SparseDots.hash(t)] = true;
        }
    }
}
