package dev.filigree.infer;

import dev.filigree.infer.policy.Gates;
import dev.filigree.infer.policy.Skipping;
import dev.filigree.infer.policy.Spent;
import dev.filigree.model.CausalModel;
import dev.filigree.ops.Eager;
import dev.filigree.ops.KeyValues;
import dev.filigree.ops.Ops;
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
    private final SequenceMemory memory;

    /** @param capacity tokens that the sequence may have */
    Decoding(CausalModel model, Eager eager, int capacity) {
        this(model, eager, null, KeyValues.Type.FP32, capacity);
    }

    /**
     * @param gates the policy under which tokens are computed; null for none
     * @param cache how keys and values are held
     */
    Decoding(CausalModel model, Eager eager, Gates gates, KeyValues.Type cache, int capacity) {
        this.model = model;
        this.eager = eager;
        this.skipping = gates == null ? null : new Skipping(eager, model, gates);
        this.ops = gates == null ? eager : skipping;
        this.memory = new SequenceMemory(model, cache, capacity);
    }

    /** Tokens so far. */
    public int length() {
        return memory.length();
    }

    /** Bytes of remembered keys and values. */
    public long bytes() {
        return memory.bytes();
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
        memory.cut(tokens);
    }

    /** Adds tokens without asking what comes next. */
    public void read(int... ids) {
        for (int i = 0; i < ids.length; i += CHUNK) {
            run(Arrays.copyOfRange(ids, i, Math.min(ids.length, i + CHUNK)));
        }
    }

    /** Adds a token; the scores of every token that may follow, {@code [vocabulary]}. */
    public float[] next(int id) {
        return run(new int[] {id}, 0)[0];
    }

    /** Adds tokens; for each the scores of what may follow it, {@code [tokens] [vocabulary]}. */
    public float[][] scores(int... ids) {
        return run(ids, IntStream.range(0, ids.length).toArray());
    }

    private float[][] run(int[] ids, int... scored) {
        if (skipping != null) {
            boolean[] masked = new boolean[ids.length];
            Arrays.fill(masked, Math.clamp(whole - length(), 0, ids.length), ids.length, true);
            skipping.tokens(masked);
        }
        return new Pass(List.of(new Pass.Part(ids, memory))).run(model, ops, scored);
    }

    @Override
    public void close() {
        eager.close();
        memory.close();
    }
}
