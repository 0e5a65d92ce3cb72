package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static dev.filigree.kernel.vector.Lanes.setLong;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.filigree.kernel.TermTable;
import jdk.incubator.vector.IntVector;

/**
 * A document times a query that lies in a table. Vectors look which terms have both marks of the query, a vector of terms at once, as the marks lie
 * in two vectors; few do, and those are multiplied one by one, in their order. Listing places in memory took three to seven times as long: where a place is written
 * depends on all terms before it, and what is read next waits until that is known.
 */
final class DocumentVectors {

    /** Bytes of what {@link #find} writes of a document: the address of its terms, the address behind its last byte. */
    static final long PLACE = 16;

    private static final long LINE = 64;
    private static final int HALF = 0xFFFF;

    /** Places that one word of marks tells of. */
    private static final int PLACES = 64;

    /** Every second bit. */
    private static final long EVEN = 0x5555_5555_5555_5555L;

    private DocumentVectors() {
    }

    /** Writes where documents lie; none waits for another. Returns the bytes of the longest. */
    static long find(long start, long entries, int bytes, long numbers, int count, long places) {
        long s = start & MASK;
        long n = numbers & MASK;
        long p = places & MASK;
        long longest = 0;
        for (int i = 0; i < count; i++) {
            long at = s + 4 * (getInt(n + 4 * (i & INDEX)) & INDEX);
            long from = entries + (long) bytes * getInt(at);
            long to = entries + (long) bytes * getInt(at + 4);
            setLong(p + PLACE * (i & INDEX), from);
            setLong(p + PLACE * (i & INDEX) + 8, to);
            longest = Math.max(longest, to - from);
        }
        return longest;
    }

    /**
     * Reads one number of every line of some documents: the first line of each, the second of each, so that many ways from memory overlap. What
     * {@code nowhere} gets keeps the compiler from leaving it out.
     */
    static void call(long places, int count, long longest, long nowhere) {
        long p = places & MASK;
        int sum = 0;
        for (long line = 0; line < longest; line += LINE) {
            for (int i = 0; i < count; i++) {
                long at = p + PLACE * (i & INDEX);
                sum += getInt(Math.min(getLong(at) + line, getLong(at + 8)) & MASK); // past the end what lies there: a document, or what pads them
            }
        }
        setInt(nowhere & MASK, sum);
    }

    /** Writes which places of a document with 16-bit terms may have a weight in the query, a bit for each. */
    static void match16(long terms, int size, long marks, long matches) {
        long ts = terms & MASK;
        long ms = marks & MASK;
        long os = matches & MASK;
        IntVector first = IntVector.fromMemorySegment(I, ALL, ms, ORDER);
        IntVector second = IntVector.fromMemorySegment(I, ALL, ms + 4 * TermTable.WORDS, ORDER);
        for (int w = N; w < TermTable.WORDS; w += N) { // a narrower vector holds fewer marks, each for more terms
            first = first.or(IntVector.fromMemorySegment(I, ALL, ms + 4 * (w & INDEX), ORDER));
            second = second.or(IntVector.fromMemorySegment(I, ALL, ms + 4 * ((w + TermTable.WORDS) & INDEX), ORDER));
        }
        long even = 0;
        long odd = 0;
        for (int j = 0; j < size; j += 2 * N) {
            IntVector two = IntVector.fromMemorySegment(I, ALL, ts + 2 * (j & INDEX), ORDER);
            IntVector t = two.and(HALF);
            IntVector h = t.mul(TermTable.MIX);
            even |= t.lanewise(LSHR, 5).selectFrom(first).lanewise(LSHR, t).and(h.lanewise(LSHR, TermTable.WORD_SHIFT).selectFrom(second).lanewise(LSHR, h.lanewise(LSHR, TermTable.MARK_SHIFT)))
                    .lanewise(LSHL, 31).compare(LT, 0).toLong() << (j & PLACES - 1) / 2;
            t = two.lanewise(LSHR, 16);
            h = t.mul(TermTable.MIX);
            odd |= t.lanewise(LSHR, 5).selectFrom(first).lanewise(LSHR, t).and(h.lanewise(LSHR, TermTable.WORD_SHIFT).selectFrom(second).lanewise(LSHR, h.lanewise(LSHR, TermTable.MARK_SHIFT)))
                    .lanewise(LSHL, 31).compare(LT, 0).toLong() << (j & PLACES - 1) / 2;
            setLong(os + ((j & INDEX) / PLACES * Long.BYTES), Long.expand(even, EVEN) | Long.expand(odd, ~EVEN));
            boolean whole = (j + 2 * N) % PLACES == 0;
            even = whole ? 0 : even;
            odd = whole ? 0 : odd;
        }
    }

    /** The same of 32-bit terms. */
    static void match32(long terms, int size, long marks, long matches) {
        long ts = terms & MASK;
        long ms = marks & MASK;
        long os = matches & MASK;
        IntVector first = IntVector.fromMemorySegment(I, ALL, ms, ORDER);
        IntVector second = IntVector.fromMemorySegment(I, ALL, ms + 4 * TermTable.WORDS, ORDER);
        for (int w = N; w < TermTable.WORDS; w += N) {
            first = first.or(IntVector.fromMemorySegment(I, ALL, ms + 4 * (w & INDEX), ORDER));
            second = second.or(IntVector.fromMemorySegment(I, ALL, ms + 4 * ((w + TermTable.WORDS) & INDEX), ORDER));
        }
        long found = 0;
        for (int j = 0; j < size; j += N) {
            IntVector t = IntVector.fromMemorySegment(I, ALL, ts + 4 * (j & INDEX), ORDER);
            IntVector h = t.mul(TermTable.MIX);
            found |= t.lanewise(LSHR, 5).selectFrom(first).lanewise(LSHR, t).and(h.lanewise(LSHR, TermTable.WORD_SHIFT).selectFrom(second).lanewise(LSHR, h.lanewise(LSHR, TermTable.MARK_SHIFT)))
                    .lanewise(LSHL, 31).compare(LT, 0).toLong() << (j & PLACES - 1);
            setLong(os + ((j & INDEX) / PLACES * Long.BYTES), found);
            found = (j + N) % PLACES == 0 ? 0 : found;
        }
    }

    /** The sum over the places that matched. */
    static float sum(int termBytes, long terms, int size, long matches, long table) {
        long ts = terms & MASK;
        long ws = terms + (long) termBytes * size & MASK;
        long os = matches & MASK;
        long xs = table & MASK;
        float sum = 0;
        for (int from = 0; from < size; from += PLACES) {
            long left = getLong(os + (from & INDEX) / PLACES * Long.BYTES);
            left = size - from < PLACES ? left & (1L << size - from) - 1 : left;
            for (; left != 0; left &= left - 1) {
                long j = (from + Long.numberOfTrailingZeros(left)) & INDEX;
                long term = termBytes == Short.BYTES ? getShort(ts + 2 * j) : getInt(ts + 4 * j) & INDEX;
                sum += getFloat(xs + 4 * term) * Float.float16ToFloat((short) getShort(ws + 2 * j));
            }
        }
        return sum;
    }
}
