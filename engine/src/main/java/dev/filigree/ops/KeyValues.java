package dev.filigree.ops;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Attention;
import dev.filigree.kernel.Halves;
import java.lang.foreign.Arena;

/**
 * Keys and values that attention of one block has computed for one sequence. Keys lie feature by feature, so that scores of
 * neighbouring tokens are computed together; values lie token by token, so that their weighted sum is.
 */
public final class KeyValues {

    /** How many bits a number takes. */
    public enum Type {
        FP32, FP16;

        /** A type by its name, in small letters. */
        public static Type of(String name) {
            for (Type t : values()) {
                if (t.name().equalsIgnoreCase(name)) {
                    return t;
                }
            }
            throw new UserError("--cache: found " + name + ", expected fp32 or fp16");
        }

        /** So many numbers, up to whole vectors. */
        private int whole(int count) {
            return this == FP32 ? Attention.whole(count) : Halves.whole(count);
        }

        /** Ints or floats that so many numbers take. */
        private int words(int numbers) {
            return this == FP32 ? numbers : numbers / 2;
        }
    }

    /** Tokens that are moved together from rows of features to rows of tokens. */
    private static final int NEAR = 16;

    private final Type type;
    private final Floats keys; // [heads] [size] [capacity]; what they are made of where the type is FP16
    private final Floats values; // [heads] [capacity] [row]
    private final int heads;
    private final int size;
    private final int row;
    private final int capacity;
    private int length;

    /**
     * An empty memory.
     *
     * @param arena    lives as long as the memory is used
     * @param heads    of keys and values
     * @param size     features of a head
     * @param capacity tokens that there is room for
     */
    public KeyValues(Arena arena, Type type, int heads, int size, int capacity) {
        this.type = type;
        this.heads = heads;
        this.size = size;
        this.row = type.whole(size);
        this.capacity = type.whole(capacity);
        try {
            this.keys = Floats.allocate(arena, type.words(Math.multiplyExact(heads * size, this.capacity)));
            this.values = Floats.allocate(arena, type.words(Math.multiplyExact(heads * row, this.capacity)));
        } catch (ArithmeticException e) {
            throw new UserError("context: found " + capacity + " tokens, whose keys do not fit into 2^31 numbers; ask for fewer");
        }
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

    /** Fails where so many more tokens have no room. */
    void check(int tokens) {
        if (length + tokens > capacity) {
            throw new UserError("context: found " + (length + tokens) + " tokens, expected at most " + capacity + "; shorten the prompt or ask for fewer tokens");
        }
    }

    /** Puts a head's part of tokens {@code from .. to} of {@code k} and {@code v}, {@code [tokens x (heads * size)]}, behind what is there; it counts after {@link #grow}. */
    void put(int head, Value k, Value v, int from, int to) {
        int width = k.width();
        for (int t = from; t < to;) {
            int count = Math.min(Math.min(NEAR, to - t), width - t % width); // in one panel
            int at = length + t - from;
            for (int d = 0; d < size; d++) {
                int lane = k.at(t, head * size + d);
                int key = (head * size + d) * capacity + at;
                int value = (head * capacity + at) * row + d;
                if (type == Type.FP32) {
                    for (int i = 0; i < count; i++) {
                        keys.set(key + i, k.data().get(lane + i));
                        values.set(value + i * row, v.data().get(lane + i));
                    }
                } else {
                    for (int i = 0; i < count; i++) {
                        Halves.set(ints(keys), key + i, half(k.data().get(lane + i)));
                        Halves.set(ints(values), value + i * row, half(v.data().get(lane + i)));
                    }
                }
            }
            t += count;
        }
    }

    void grow(int tokens) {
        length += tokens;
    }

    private static float half(float v) {
        if (!(Math.abs(v) <= Halves.MOST)) {
            throw new UserError("--cache fp16: found a key or value of " + v + ", expected at most " + (int) Halves.MOST + "; use fp32");
        }
        return v;
    }

    private static Ints ints(Floats f) {
        return new Ints(f.segment(), f.length());
    }

    /** Attention of one head of queries, tokens {@code from .. to}, which are the last that were added. */
    void attend(Attention kernel, Heads heads, int head, Value q, int from, int to, Value out, Floats scratch) {
        int shared = head / (heads.count() / this.heads);
        Floats k = part(keys, shared, size);
        Floats v = part(values, shared, row);
        if (type == Type.FP32) {
            kernel.attendPast(q.data(), out.data(), q.features(), q.width(), from, to, head, size, heads.scale(), k, v, capacity, length, scratch);
        } else {
            kernel.attendPast(q.data(), out.data(), q.features(), q.width(), from, to, head, size, heads.scale(), ints(k), ints(v), capacity, length, scratch);
        }
    }

    private Floats part(Floats of, int head, int rows) {
        int count = type.words(rows * capacity);
        return of.slice(head * count, count);
    }

    /** Forgets all but the first {@code tokens}. */
    public void cut(int tokens) {
        length = Math.min(length, tokens);
    }

    public long bytes() {
        return keys.bytes() + values.bytes();
    }
}
