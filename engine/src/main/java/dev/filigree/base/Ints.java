package dev.filigree.base;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A buffer of 32-bit integers in native memory, aligned to 64 bytes when allocated here. Sparse indices live in these.
 *
 * @param segment the bytes, {@code 4 * length} of them
 * @param length  number of elements
 */
public record Ints(MemorySegment segment, int length) {

    /** Kernels read at addresses: nothing but native memory of that length will do. */
    public Ints {
        if (!segment.isNative() || segment.byteSize() < (long) length * Integer.BYTES) {
            throw new IllegalArgumentException(length + " elements need native memory of " + (long) length * Integer.BYTES + " bytes, found " + segment);
        }
    }

    /** A zeroed buffer that lives as long as {@code arena}. */
    public static Ints allocate(Arena arena, int length) {
        return new Ints(arena.allocate(Math.max(1L, length) * Integer.BYTES, Floats.ALIGNMENT).asSlice(0, (long) length * Integer.BYTES), length);
    }

    /** A zeroed buffer that the garbage collector frees. */
    public static Ints allocate(int length) {
        return allocate(Arena.ofAuto(), length);
    }

    /** A buffer with a copy of {@code values}, freed by the garbage collector. */
    public static Ints of(int... values) {
        return of(Arena.ofAuto(), values);
    }

    /** A buffer with a copy of {@code values} that lives as long as {@code arena}. */
    public static Ints of(Arena arena, int[] values) {
        Ints f = allocate(arena, values.length);
        MemorySegment.copy(values, 0, f.segment, JAVA_INT, 0, values.length);
        return f;
    }

    public int get(int i) {
        return segment.getAtIndex(JAVA_INT, i);
    }

    public void set(int i, int v) {
        segment.setAtIndex(JAVA_INT, i, v);
    }

    /** A heap copy of the {@code count} elements from {@code from}. */
    public int[] toArray(int from, int count) {
        int[] out = new int[count];
        MemorySegment.copy(segment, JAVA_INT, (long) from * Integer.BYTES, out, 0, count);
        return out;
    }

    /** Copies {@code values} over the elements from {@code to}. */
    public void set(int to, int[] values) {
        MemorySegment.copy(values, 0, segment, JAVA_INT, (long) to * Integer.BYTES, values.length);
    }

    /** A heap copy of all elements. */
    public int[] toArray() {
        return segment.toArray(JAVA_INT);
    }

    public long bytes() {
        return (long) length * Integer.BYTES;
    }
}
