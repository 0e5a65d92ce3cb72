package dev.filigree.base;

import static java.lang.foreign.ValueLayout.JAVA_CHAR;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A buffer of unsigned 16-bit integers, 0 .. 65535, in native memory, aligned to 64 bytes when allocated here: the columns
 * of sparse weights, at half the bytes of {@link Ints}.
 *
 * @param segment the bytes, {@code 2 * length} of them
 * @param length  number of elements
 */
public record Shorts(MemorySegment segment, int length) {

    /** Kernels read at addresses: nothing but native memory of that length will do. */
    public Shorts {
        if (!segment.isNative() || segment.byteSize() < (long) length * Character.BYTES) {
            throw new IllegalArgumentException(length + " elements need native memory of " + (long) length * Character.BYTES + " bytes, found " + segment);
        }
    }

    /** Numbers that an element can hold. */
    public static final int RANGE = 1 << 16;

    /** A zeroed buffer that lives as long as {@code arena}. */
    public static Shorts allocate(Arena arena, int length) {
        return new Shorts(arena.allocate(Math.max(1L, length) * Character.BYTES, Floats.ALIGNMENT).asSlice(0, (long) length * Character.BYTES), length);
    }

    /** A zeroed buffer that the garbage collector frees. */
    public static Shorts allocate(int length) {
        return allocate(Arena.ofAuto(), length);
    }

    /** A buffer with a copy of {@code values}, freed by the garbage collector. */
    public static Shorts of(int... values) {
        Shorts s = allocate(values.length);
        for (int i = 0; i < values.length; i++) {
            s.set(i, values[i]);
        }
        return s;
    }

    public int get(int i) {
        return segment.getAtIndex(JAVA_CHAR, i);
    }

    /**
     * @param v 0 .. 65535
     * @throws IllegalArgumentException outside of that
     */
    public void set(int i, int v) {
        if (v < 0 || v >= RANGE) {
            throw new IllegalArgumentException("an element of 16 bits cannot hold " + v);
        }
        segment.setAtIndex(JAVA_CHAR, i, (char) v);
    }

    public long bytes() {
        return (long) length * Character.BYTES;
    }
}
