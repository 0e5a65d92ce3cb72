package dev.filigree.retrieve.store;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Bytes outside of the heap that become more. */
final class Growing implements AutoCloseable {

    private Arena arena = Arena.ofShared();
    private MemorySegment memory = arena.allocate(1 << 12, Long.BYTES);
    private long size;

    long size() {
        return size;
    }

    void add(byte[] bytes) {
        reserve(bytes.length);
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, memory, size, bytes.length);
        size += bytes.length;
    }

    void add(long number) {
        reserve(Long.BYTES);
        memory.set(JAVA_LONG, size, number);
        size += Long.BYTES;
    }

    long number(long i) {
        return memory.getAtIndex(JAVA_LONG, i);
    }

    /** What was added; valid until more is. */
    MemorySegment all() {
        return memory.asSlice(0, size);
    }

    private void reserve(long more) {
        if (size + more <= memory.byteSize()) {
            return;
        }
        Arena larger = Arena.ofShared();
        MemorySegment copy = larger.allocate(Math.max(size + more, 2 * memory.byteSize()), Long.BYTES);
        MemorySegment.copy(memory, 0, copy, 0, size);
        arena.close();
        arena = larger;
        memory = copy;
    }

    @Override
    public void close() {
        arena.close();
    }
}
