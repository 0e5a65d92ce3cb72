package dev.filigree.infer;

import dev.filigree.base.UserError;
import dev.filigree.infer.policy.Gates;
import dev.filigree.infer.policy.Skipping;
import dev.filigree.infer.policy.Spent;
import dev.filigree.model.CausalModel;
import dev.filigree.ops.Eager;
import dev.filigree.ops.KeyValues;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Past;
import dev.filigree.ops.Sequences;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** One sequence that a language model goes on with, and what it remembers of it. For one thread at a time. */
public final class Decoding implements AutoCloseable {

    /** Tokens of a prompt that are computed together: enough to use each weight well while it is in cache. */
    private static final int CHUNK = 256;

    private final CausalModel model;
    private final Eager eager;
    private final Skipping skipping; // null where everything is read
    private final Ops ops;
    private int whole;
    private final List<KeyValues> memory;

    /** @param capacity tokens that the sequence may have */
    Decoding(CausalModel model, Eager eager, int capacity) {
        this(model, eager, null, capacity);
    }

    /** @param gates the policy under which tokens are computed; null for none */
    Decoding(CausalModel model, Eager eager, Gates gates, int capacity) {
        this.model = model;
        this.eager = eager;
        this.skipping = gates == null ? null : new Skipping(eager, model, gates);
        this.ops = gates == null ? eager : skipping;
        this.memory = IntStream.range(0, model.blocks()).mapToObj(i -> new KeyValues(model.config().keyHeads(), model.config().headSize(), capacity)).toList();
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

    /** From now on the first {@code tokens} of the sequence are computed with everything read, whatever the policy; those after them under it. */
    public Decoding whole(int tokens) {
        whole = tokens;
        return this;
    }

    /** What was left out so far; nothing where there is no policy. */
    public Optional<Spent> spent() {
        return Optional.ofNullable(skipping).map(Skipping::spent);
    }

    /** Forgets all but the first {@code tokens}. */
    public void cut(int tokens) {
        memory.forEach(m -> m.cut(tokens));
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

    private float[][] run(int[] ids, boolean scored) {
        for (int id : ids) {
            if (id < 0 || id >= model.config().vocab()) {
                throw new UserError("token: found " + id + ", expected 0 to " + (model.config().vocab() - 1));
            }
        }
        Next in = new Next(ids, length(), memory);
        if (skipping != null) {
            boolean[] masked = new boolean[ids.length];
            Arrays.fill(masked, Math.clamp(whole - length(), 0, ids.length), ids.length, true);
            skipping.tokens(masked);
        }
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
        eager.close();
    }
}
