package dev.filigree.ops;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Attention;

/**
 * Keys and values that attention of one block has computed for one sequence. Keys lie feature by feature, so that scores of
 * neighbouring tokens are computed together; values lie token by token, so that their weighted sum is.
 */
public final class KeyValues {

    private final Floats keys; // [heads] [size] [capacity]
    private final Floats values; // [heads] [capacity] [row]
    private final int heads;
    private final int size;
    private final int row;
    private final int capacity;
    private int length;

    /**
     * An empty memory.
     *
     * @param heads    of keys and values
     * @param size     features of a head
     * @param capacity tokens that there is room for
     */
    public KeyValues(int heads, int size, int capacity) {
        this.heads = heads;
        this.size = size;
        this.row = Attention.whole(size);
        this.capacity = Attention.whole(capacity);
        this.keys = Floats.allocate(Math.multiplyExact(heads * size, this.capacity));
        this.values = Floats.allocate(Math.multiplyExact(heads * row, this.capacity));
    }

    /** Tokens that it holds. */
    public int length() {
        return length;
    }

    public int heads() {
        return heads;
    }

    public int capacity() {
        return capacity;
    }

    /** Keys of a head, {@code [size] [capacity]}. */
    public Floats keys(int head) {
        return keys.slice(head * size * capacity, size * capacity);
    }

    /** Values of a head, {@code [capacity] [size, up to whole 16s]}. */
    public Floats values(int head) {
        return values.slice(head * row * capacity, row * capacity);
    }

    /** Adds tokens {@code from .. to} of {@code k} and {@code v}, {@code [tokens x (heads * size)]}. */
    void add(Value k, Value v, int from, int to) {
        if (length + to - from > capacity) {
            throw new UserError("context: found " + (length + to - from) + " tokens, expected at most " + capacity + "; shorten the prompt or ask for fewer tokens");
        }
        for (int f = 0; f < heads * size; f++) {
            int head = f / size;
            int d = f % size;
            for (int t = from; t < to; t++) {
                int at = length + t - from;
                keys.set(f * capacity + at, k.get(t, f));
                values.set((head * capacity + at) * row + d, v.get(t, f));
            }
        }
        length += to - from;
    }

    /** Forgets all but the first {@code tokens}. */
    public void cut(int tokens) {
        length = Math.min(length, tokens);
    }

    public long bytes() {
        return keys.bytes() + values.bytes();
    }
}
