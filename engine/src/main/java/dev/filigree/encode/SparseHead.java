package dev.filigree.encode;

import dev.filigree.base.Pooling;
import dev.filigree.kernel.Activation;
import dev.filigree.model.Init;
import dev.filigree.model.Network;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.ops.LayerNorm;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;

/**
 * From the states of tokens to scores of terms, see {@link Side}: a layer normalisation, then one row of a table for each term of the
 * vocabulary, or one vector for all. It is what is trained; the model below stays as it is.
 */
public final class SparseHead extends Network {

    static final String TABLE = "head.terms";
    static final String TRANSFORM = "head.transform";

    private final Pooling pooling;
    private final float eps;
    private final int hidden;
    private final int terms;
    private final Held transform; // null where states are normalised as they are
    private final Held transformBias;
    private final Held gain;
    private final Held shift;
    private final Held table; // null where no side adds terms
    private final Held bias;
    private final Held scalar; // null where no side weighs words alone
    private final Held scalarBias;

    /**
     * A head without values.
     *
     * @param hidden  features of a state
     * @param terms   of the vocabulary
     * @param guesses whether {@code gelu(W x + b)} stands before the normalisation, as in a {@link MaskedHead}
     */
    SparseHead(EncoderRecipe recipe, int hidden, int terms, boolean guesses, Pooling pooling, float eps) {
        this.pooling = pooling;
        this.eps = eps;
        this.hidden = hidden;
        this.terms = terms;
        this.transform = guesses ? unpruned(TRANSFORM, hidden, hidden, new Init.Constant(0)) : null;
        this.transformBias = guesses ? vector(TRANSFORM + ".bias", hidden, 0) : null;
        this.gain = vector("head.norm.weight", hidden, 1);
        this.shift = vector("head.norm.bias", hidden, 0);
        boolean expands = recipe.document().expands() || recipe.query().expands();
        boolean weighs = recipe.document() == Side.MLP || recipe.query() == Side.MLP;
        this.table = expands ? unpruned(TABLE, terms, hidden, new Init.Constant(0)) : null;
        this.bias = expands ? vector("head.terms.bias", terms, 0) : null;
        this.scalar = weighs ? unpruned("head.words", 1, hidden, new Init.Constant(0)) : null;
        this.scalarBias = weighs ? vector("head.words.bias", 1, 1) : null;
    }

    /**
     * Scores of terms.
     *
     * @param states {@code [tokens x hidden]}; what was pooled before is one token a text
     * @return {@code [texts x terms]}, of {@link Side#MLP} {@code [tokens x 1]}
     */
    Value scores(Ops ops, Side side, Value states, Spans spans) {
        return switch (side) {
            case BINARY -> throw new IllegalArgumentException("what is binary needs no scores");
            case MLP -> product(ops, scalar, scalarBias, states);
            case MLM -> {
                Value all = product(ops, table, bias, states);
                Value most = ops.largest(all, spans);
                ops.release(all);
                yield most;
            }
            case CLS_MLM -> {
                Value pooled = ops.pool(pooling, states, spans);
                Value y = product(ops, table, bias, pooled);
                ops.release(pooled);
                yield y;
            }
        };
    }

    private Value product(Ops ops, Held weight, Held offset, Value x) {
        Value wide = transform == null ? x : ops.linear(transform, transformBias, Activation.GELU, x);
        Value normal = ops.norm(new LayerNorm(gain, shift, eps), wide);
        if (wide != x) {
            ops.release(wide);
        }
        Value y = ops.linear(weight, offset, Activation.NONE, normal);
        ops.release(normal);
        return y;
    }

    /** Whether {@code gelu(W x + b)} stands before the normalisation. */
    boolean guesses() {
        return transform != null;
    }

    /** Whether products use a parameter as a weight. */
    boolean packed(Held p) {
        return p == table || p == scalar || p == transform;
    }

    int rows(Held p) {
        return p == table || p == bias ? terms : p == scalar || p == scalarBias ? 1 : hidden;
    }

    int cols(Held p) {
        return packed(p) ? hidden : 1;
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        return ops.input(in.as(LessonBatch.class).documents().states());
    }

    @Override
    public int blocks() {
        return 0;
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        throw new IllegalArgumentException("a head has no block " + i);
    }

    /** Scores of the documents of a batch. */
    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        LessonBatch batch = in.as(LessonBatch.class);
        return scores(ops, batch.recipe().document(), x, batch.documents().spans());
    }
}
