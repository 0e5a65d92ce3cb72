package dev.filigree.infer;

import dev.filigree.base.UserError;
import dev.filigree.model.CausalModel;
import dev.filigree.ops.Eager;
import dev.filigree.ops.KeyValues;
import dev.filigree.ops.Past;
import dev.filigree.ops.Sequences;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** One sequence that a language model goes on with, and what it remembers of it. For one thread at a time. */
public final class Decoding implements AutoCloseable {

    /** Tokens of a prompt that are computed together: enough to use each weight well while it is in cache. */
    private static final int CHUNK = 256;

    private final CausalModel model;
    private final Eager ops;
    private final Arena arena = Arena.ofShared();
    private final List<KeyValues> memory;

    /** @param capacity tokens that the sequence may have */
    Decoding(CausalModel model, Eager ops, int capacity) {
        this(model, ops, KeyValues.Type.FP32, capacity);
    }

    /**
     * @param cache    how keys and values are held
     * @param capacity tokens that the sequence may have
     */
    Decoding(CausalModel model, Eager ops, KeyValues.Type cache, int capacity) {
        this.model = model;
        this.ops = ops;
        try {
            this.memory = IntStream.range(0, model.blocks()).mapToObj(i -> new KeyValues(arena, cache, model.config().keyHeads(), model.config().headSize(), capacity)).toList();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Some tokens that go on where a sequence was. */
    private record Next(int[] ids, int from, List<KeyValues> memory) implements Sequences {

        @Override
        public int size() {
            return 1;
        }

        @Override
        public Spans spans() {
            return new Spans(new int[] {0, ids.length});
        }

        @Override
        public int[] positions() {
            return IntStream.range(from, from + ids.length).toArray();
        }

        @Override
        public Past past(int block) {
            return new Past(List.of(memory.get(block)));
        }
    }

    /** Tokens so far. */
    public int length() {
        return memory.getFirst().length();
    }

    /** Bytes of remembered keys and values. */
    public long bytes() {
        return memory.stream().mapToLong(KeyValues::bytes).sum();
    }

    /** Adds tokens without asking what comes next. */
    public void read(int... ids) {
        for (int i = 0; i < ids.length; i += CHUNK) {
            run(Arrays.copyOfRange(ids, i, Math.min(ids.length, i + CHUNK)), false);
        }
    }

    /** Adds a token; the scores of every token that may follow, {@code [vocabulary]}. */
    public float[] next(int id) {
        return run(new int[] {id}, true)[0];
    }

    /** Adds tokens; for each the scores of what may follow it, {@code [tokens] [vocabulary]}. */
    public float[][] scores(int... ids) {
        return run(ids, true);
    }

    /** Forgets all but the first {@code tokens}. */
    public void cut(int tokens) {
        memory.forEach(m -> m.cut(tokens));
    }

    private float[][] run(int[] ids, boolean scored) {
        for (int id : ids) {
            if (id < 0 || id >= model.config().vocab()) {
                throw new UserError("token: found " + id + ", expected 0 to " + (model.config().vocab() - 1));
            }
        }
        Next in = new Next(ids, length(), memory);
        Value x = model.enter(ops, in);
        for (int i = 0; i < model.blocks(); i++) {
            Value y = model.block(ops, i, x, in);
            ops.release(x);
            x = y;
        }
        float[][] out = new float[0][];
        if (scored) {
            Value y = model.leave(ops, x, in);
            out = IntStream.range(0, ids.length).mapToObj(y::token).toArray(float[][]::new);
            ops.release(y);
        }
        ops.release(x);
        return out;
    }

    @Override
    public void close() {
        ops.close();
        arena.close();
    }
}
