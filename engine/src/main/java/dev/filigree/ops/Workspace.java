package dev.filigree.ops;

import dev.filigree.base.Floats;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** Buffers of activations, used again once released. For one thread at a time. */
public final class Workspace implements AutoCloseable {

    private final Arena arena = Arena.ofShared();
    private final Map<Integer, ArrayDeque<Floats>> free = new HashMap<>();
    private final Map<Long, Floats> lent = new HashMap<>(); // by address
    private long bytes;

    /** A buffer of {@code length} floats with any finite content. */
    public Floats take(int length) {
        int size = rounded(length);
        ArrayDeque<Floats> spare = free.get(size);
        Floats whole = spare == null ? null : spare.pollLast();
        if (whole == null) {
            whole = Floats.allocate(arena, size);
            bytes += whole.bytes();
        }
        lent.put(whole.segment().address(), whole);
        return whole.slice(0, length);
    }

    /** Returns a buffer got from {@link #take}. */
    public void give(Floats buffer) {
        Floats whole = lent.remove(buffer.segment().address());
        if (whole == null) {
            throw new IllegalArgumentException("this buffer was not taken from this workspace, or was given back before");
        }
        free.computeIfAbsent(whole.length(), s -> new ArrayDeque<>()).addLast(whole);
    }

    /** Returns every buffer that is still out. */
    public void giveAll() {
        lent.values().forEach(whole -> free.computeIfAbsent(whole.length(), s -> new ArrayDeque<>()).addLast(whole));
        lent.clear();
    }

    /** Bytes held, in use or spare. */
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        arena.close();
    }

    /** Sizes are rounded up to an eighth of a power of two, so that batches of similar lengths share buffers. */
    private static int rounded(int length) {
        int step = Math.max(64, Integer.highestOneBit(Math.max(1, length - 1)) >> 2);
        return Math.ceilDiv(length, step) * step;
    }
}
