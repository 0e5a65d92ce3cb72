package dev.filigree.retrieve.store;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** One bit for each document, set where it was deleted, outside of the heap. It grows as far as it is set; what lies beyond is not set. */
final class Bits {

    private static final ValueLayout.OfLong WORD = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private MemorySegment words;
    private int count;

    /** None is set. */
    Bits() {
        this.words = MemorySegment.NULL;
    }

    private Bits(MemorySegment words) {
        this.words = words;
        for (long at = 0; at < words.byteSize(); at += Long.BYTES) {
            count += Long.bitCount(words.get(WORD, at));
        }
    }

    /** As a file holds them: words of 64 bits, little-endian. */
    static Bits of(byte[] bytes) {
        return new Bits(copied(MemorySegment.ofArray(bytes), bytes.length));
    }

    Bits copy() {
        return new Bits(copied(words, words.byteSize()));
    }

    private static MemorySegment copied(MemorySegment from, long bytes) {
        MemorySegment to = Arena.ofAuto().allocate(bytes, Long.BYTES); // an eighth of a byte a document: the collector may free it late
        MemorySegment.copy(from, 0, to, 0, Math.min(bytes, from.byteSize()));
        return to;
    }

    /** Bytes that hold a bit for each of {@code documents}. */
    static long bytes(int documents) {
        return Math.ceilDiv((long) documents, Long.SIZE) * Long.BYTES;
    }

    /** The bytes of a file for {@code documents}. */
    byte[] bytesOf(int documents) {
        return copied(words, bytes(documents)).toArray(ValueLayout.JAVA_BYTE);
    }

    boolean get(int i) {
        long at = (long) (i >>> 6) << 3;
        return at < words.byteSize() && (words.get(WORD, at) >>> i & 1) != 0;
    }

    void set(int i) {
        long at = (long) (i >>> 6) << 3;
        if (at >= words.byteSize()) {
            words = copied(words, Math.max(at + Long.BYTES, 2 * words.byteSize()));
        }
        if (!get(i)) {
            words.set(WORD, at, words.get(WORD, at) | 1L << i);
            count++;
        }
    }

    /** How many are set. */
    int count() {
        return count;
    }
}
