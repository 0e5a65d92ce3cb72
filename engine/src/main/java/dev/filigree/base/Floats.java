package dev.filigree.base;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A buffer of 32-bit floats in native memory, its first element aligned to 64 bytes when it was allocated here.
 * The only kind of float memory that kernels see. Holds at most 2^31-1 elements.
 *
 * @param segment the bytes, {@code 4 * length} of them
 * @param length  number of elements
 */
public record Floats(MemorySegment segment, int length) {

    /** Kernels read at addresses: nothing but native memory of that length will do. */
    public Floats {
        if (!segment.isNative() || segment.byteSize() < (long) length * Float.BYTES) {
            throw new IllegalArgumentException(length + " elements need native memory of " + (long) length * Float.BYTES + " bytes, found " + segment);
        }
    }

    /** Alignment in bytes of every allocated buffer: one cache line, one widest vector. */
    public static final int ALIGNMENT = 64;

    /** A zeroed buffer that lives as long as {@code arena}. */
    public static Floats allocate(Arena arena, int length) {
        return new Floats(arena.allocate(Math.max(1L, length) * Float.BYTES, ALIGNMENT).asSlice(0, (long) length * Float.BYTES), length);
    }

    /** A zeroed buffer that the garbage collector frees. */
    public static Floats allocate(int length) {
        return allocate(Arena.ofAuto(), length);
    }

    /** A buffer with a copy of {@code values}, freed by the garbage collector. */
    public static Floats of(float... values) {
        return of(Arena.ofAuto(), values);
    }

    /** A buffer with a copy of {@code values} that lives as long as {@code arena}. */
    public static Floats of(Arena arena, float[] values) {
        Floats f = allocate(arena, values.length);
        MemorySegment.copy(values, 0, f.segment, JAVA_FLOAT, 0, values.length);
        return f;
    }

    public float get(int i) {
        return segment.getAtIndex(JAVA_FLOAT, i);
    }

    public void set(int i, float v) {
        segment.setAtIndex(JAVA_FLOAT, i, v);
    }

    /** Copies {@code count} elements from {@code from} to {@code out[at ..]}. */
    public void get(int from, float[] out, int at, int count) {
        MemorySegment.copy(segment, JAVA_FLOAT, (long) from * Float.BYTES, out, at, count);
    }

    /** Copies {@code values[at ..]} over {@code count} elements from {@code to}. */
    public void set(int to, float[] values, int at, int count) {
        MemorySegment.copy(values, at, segment, JAVA_FLOAT, (long) to * Float.BYTES, count);
    }

    /** A view of {@code count} elements from {@code from}. */
    public Floats slice(int from, int count) {
        return new Floats(segment.asSlice((long) from * Float.BYTES, (long) count * Float.BYTES), count);
    }

    public Floats fill(float v) {
        if (v == 0f) {
            segment.fill((byte) 0);
        } else {
            for (int i = 0; i < length; i++) {
                set(i, v);
            }
        }
        return this;
    }

    /** Copies all of {@code source} to the start of this buffer. */
    public Floats copyFrom(Floats source) {
        MemorySegment.copy(source.segment, 0, segment, 0, (long) source.length * Float.BYTES);
        return this;
    }

    /** A heap copy of all elements. */
    public float[] toArray() {
        return segment.toArray(JAVA_FLOAT);
    }

    public long bytes() {
        return (long) length * Float.BYTES;
    }
}
