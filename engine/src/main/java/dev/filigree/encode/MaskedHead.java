package dev.filigree.encode;

import dev.filigree.base.Floats;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.StoredEncoder;
import dev.filigree.model.MaskedLm;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Tiled;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * The head with which a model guesses hidden words, {@code E norm(gelu(W x + b)) + c}: where the head of a sparse encoder begins whose terms are
 * the model's tokens (SPLADE, Formal et al. 2021, arXiv:2107.05720).
 *
 * @param weight {@code W [hidden x hidden]}
 * @param table  {@code E [tokens x hidden]}
 * @param words  {@code c}
 */
public record MaskedHead(int hidden, Floats weight, Floats bias, Floats gain, Floats shift, Floats table, Floats words) {

    private static final String HEAD = "cls.predictions.";

    /** That of a stored model, copied; empty where it has none. */
    public static Optional<MaskedHead> of(StoredEncoder stored) {
        Checkpoint c = stored.weights();
        if (!c.has(HEAD + "transform.dense.weight")) {
            return Optional.empty();
        }
        int hidden = stored.config().hidden();
        int vocabulary = stored.config().vocab();
        Arena arena = Arena.ofAuto();
        String table = c.has(MaskedLm.DECODER) ? MaskedLm.DECODER : "embeddings.word_embeddings.weight";
        return Optional.of(new MaskedHead(hidden, c.weights(arena, HEAD + "transform.dense.weight", hidden, hidden), c.weights(arena, HEAD + "transform.dense.bias", hidden),
                c.weights(arena, HEAD + "transform.LayerNorm.weight", hidden), c.weights(arena, HEAD + "transform.LayerNorm.bias", hidden),
                c.weights(arena, table, vocabulary, hidden), c.weights(arena, HEAD + "bias", vocabulary)));
    }

    /** Gives its values to a head. @param tokens the id of each term */
    void begin(SparseHead head, int[] tokens) {
        Floats rows = Floats.allocate(tokens.length * hidden);
        Floats offsets = Floats.allocate(Arena.ofAuto(), tokens.length);
        for (int v = 0; v < tokens.length; v++) {
            offsets.set(v, words.get(tokens[v]));
            for (int f = 0; f < hidden; f++) {
                rows.set(v * hidden + f, table.get(tokens[v] * hidden + f));
            }
        }
        head.param(SparseHead.TRANSFORM).set(Tiled.pack(Arena.ofAuto(), Dense.of(hidden, hidden, weight)));
        head.param(SparseHead.TRANSFORM + ".bias").set(vector(bias));
        head.param("head.norm.weight").set(vector(gain));
        head.param("head.norm.bias").set(vector(shift));
        head.param(SparseHead.TABLE).set(Tiled.pack(Arena.ofAuto(), Dense.of(tokens.length, hidden, rows)));
        head.param(SparseHead.TABLE + ".bias").set(Dense.of(tokens.length, 1, offsets));
    }

    /** A copy: what begins here is trained. */
    private static Dense vector(Floats values) {
        Floats own = Floats.allocate(Arena.ofAuto(), values.length());
        own.copyFrom(values);
        return Dense.of(own.length(), 1, own);
    }
}
