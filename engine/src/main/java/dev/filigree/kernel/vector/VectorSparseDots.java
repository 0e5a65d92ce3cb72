package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static java.lang.ref.Reference.reachabilityFence;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.kernel.SparseDots;
import java.lang.foreign.MemorySegment;

/** Documents are called into the caches a few at a time, so that their ways from memory overlap, and then multiplied one after the other. */
final class VectorSparseDots implements SparseDots {

    /** Vectors on their way from memory together. */
    private static final int TOGETHER = 8;

    @Override
    public void halves(Ints start, MemorySegment entries, int termBytes, Ints numbers, int count, Floats table, Floats out) {
        long s = address(start);
        long n = address(numbers);
        int longest = 0;
        for (int i = 0; i < count; i++) {
            longest = Math.max(longest, size(s, getInt(n + 4L * i)));
        }
        int half = Math.ceilDiv(longest, 2 * N) * N;
        long sums = Scratch.address(TOGETHER * STEP + STEP + 2L * 4 * half + 64);
        long even = sums + TOGETHER * STEP + STEP;
        long odd = even + 4L * half;
        for (int i = 0; i < count; i += TOGETHER) {
            int some = Math.min(TOGETHER, count - i);
            DocumentVectors.call(s, entries.address(), termBytes + Short.BYTES, n + 4L * i, some, sums);
            for (int j = 0; j < some; j++) {
                int d = getInt(n + 4L * (i + j));
                int size = size(s, d);
                long terms = entries.address() + (long) getInt(s + 4L * d) * (termBytes + Short.BYTES);
                int ints = Math.ceilDiv(size, 2 * N) * N;
                if (termBytes == Short.BYTES) {
                    DocumentVectors.gather16(terms, size, ints, address(table), even, odd);
                } else {
                    DocumentVectors.gather32(terms, size, ints, address(table), even, odd);
                }
                DocumentVectors.multiply(terms + (long) termBytes * size, ints, even, odd, sums + STEP * j);
            }
            LaneSums.fold(some, 1, sums, sums);
            LaneSums.store(some, sums, 0, address(out) + 4L * i);
        }
        reachabilityFence(start);
        reachabilityFence(entries);
        reachabilityFence(numbers);
        reachabilityFence(table);
        reachabilityFence(out);
    }

    private static int size(long start, int vector) {
        return getInt(start + 4L * vector + 4) - getInt(start + 4L * vector);
    }

    @Override
    public void summaries(MemorySegment entries, Ints buckets, int bucket, int bits, Ints terms, Floats weights, int count, Floats scores, int at) {
        SummaryEntries.add(entries.address(), address(buckets) + 4L * bucket, bits, address(terms), address(weights), count, address(scores) + 4L * at);
        reachabilityFence(entries);
        reachabilityFence(buckets);
        reachabilityFence(terms);
        reachabilityFence(weights);
        reachabilityFence(scores);
    }
}
