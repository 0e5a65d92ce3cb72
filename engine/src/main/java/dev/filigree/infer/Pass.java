package dev.filigree.infer;

import dev.filigree.base.UserError;
import dev.filigree.model.CausalModel;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Past;
import dev.filigree.ops.Sequences;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;
import java.util.List;
import java.util.stream.IntStream;

/** Tokens that go on with some sequences, each where it was, computed together once. */
final class Pass implements Sequences {

    /** Tokens of one sequence. */
    record Part(int[] ids, SequenceMemory memory) {
    }

    private final List<Part> parts;
    private final int[] ids;
    private final Spans spans;
    private final int[] positions; // taken down at once: memories grow while blocks run

    Pass(List<Part> parts) {
        this.parts = parts;
        this.ids = parts.stream().flatMapToInt(p -> IntStream.of(p.ids)).toArray();
        this.positions = parts.stream().flatMapToInt(p -> IntStream.range(p.memory.length(), p.memory.length() + p.ids.length)).toArray();
        int[] start = new int[parts.size() + 1];
        for (int i = 0; i < parts.size(); i++) {
            start[i + 1] = start[i] + parts.get(i).ids.length;
        }
        this.spans = new Spans(start);
    }

    @Override
    public int size() {
        return parts.size();
    }

    @Override
    public int[] ids() {
        return ids;
    }

    @Override
    public Spans spans() {
        return spans;
    }

    @Override
    public int[] positions() {
        return positions;
    }

    @Override
    public Past past(int block) {
        return new Past(parts.stream().map(p -> p.memory.block(block)).toList());
    }

    /**
     * Computes every token.
     *
     * @param scored tokens, counted over all parts, after which is asked what may follow
     * @return {@code [scored] [vocabulary]}
     */
    float[][] run(CausalModel model, Ops ops, int... scored) {
        for (int id : ids) {
            if (id < 0 || id >= model.config().vocab()) {
                throw new UserError("token: found " + id + ", expected 0 to " + (model.config().vocab() - 1));
            }
        }
        Value x = model.enter(ops, this);
        for (int i = 0; i < model.blocks(); i++) {
            Value y = model.block(ops, i, x, this);
            ops.release(x);
            x = y;
        }
        if (scored.length == 0) {
            ops.release(x);
            return new float[0][];
        }
        if (scored.length < x.tokens()) {
            Value some = ops.pick(x, scored);
            ops.release(x);
            x = some;
        }
        Value y = model.leave(ops, x, this);
        ops.release(x);
        float[][] out = IntStream.range(0, scored.length).mapToObj(y::token).toArray(float[][]::new);
        ops.release(y);
        return out;
    }
}
