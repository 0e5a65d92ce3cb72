package dev.filigree.kernel.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A little native memory for each thread, kept between calls: lists of inputs, and sums on their way to y. */
final class Scratch {

    private static final long SMALLEST = 1 << 14;

    private static final ThreadLocal<Scratch> MINE = ThreadLocal.withInitial(Scratch::new);

    private MemorySegment memory = Arena.ofAuto().allocate(SMALLEST, 64);

    private Scratch() {
    }

    /** The address of {@code bytes} aligned bytes with anything in them, the calling thread's until it asks again. */
    static long address(long bytes) {
        Scratch s = MINE.get();
        if (s.memory.byteSize() < bytes) {
            s.memory = Arena.ofAuto().allocate(2 * bytes, 64);
        }
        return s.memory.address();
    }
}
