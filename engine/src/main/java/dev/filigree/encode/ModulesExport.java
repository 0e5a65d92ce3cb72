package dev.filigree.encode;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.io.EncoderConfig;
import dev.filigree.io.SparseModulesWriter;
import dev.filigree.io.Store;
import dev.filigree.io.StoredTensor;
import dev.filigree.io.WeightWriter;
import dev.filigree.model.MaskedLm;
import dev.filigree.ops.Held;
import dev.filigree.retrieve.Vocabulary;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A trained encoder whose terms are tokens, as the modules of sentence-transformers. What stands there between a state x and its scores is
 * {@code E norm(gelu(W x + b)) + c}, and the head that was trained is {@code T norm(x) + c}: with W the unit matrix and b one large number
 * everywhere, gelu is the identity, and the normalisation takes the number away again. A head that began as a {@link MaskedHead} has W and b of its own.
 */
final class ModulesExport {

    private static final String HEAD = "cls.predictions.";
    /** So far above the states of a normalised layer that gelu changes nothing, so small that they keep 16 of their bits behind the point. */
    private static final float LIFT = 64;
    /** The score of a token that is no term: never above zero. */
    private static final float NEVER = -1e4f;

    private ModulesExport() {
    }

    /** Refuses in one line what these modules cannot say. */
    static void check(EncoderRecipe r) {
        String found = r.document() != Side.MLM ? "document=" + label(r.document()) : r.query() != Side.MLM && r.query() != Side.BINARY ? "query=" + label(r.query())
                : r.literal() ? "literal=true" : r.postings() != 0 ? "postings=" + r.postings() : null;
        if (found != null) {
            throw new UserError("--vocabulary " + WordPieces.NAME + ": found a recipe with " + found
                    + ", which modules of sentence-transformers cannot say; expected document=mlm, query=binary or mlm, literal=false, postings=0, such as 'idf-splade-doc(postings=0)'");
        }
    }

    private static String label(Side side) {
        return side.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static void write(Path folder, SparseEncoder e, WordPieces pieces) {
        EncoderConfig config = e.model().config();
        int[] term = terms(e.vocabulary(), pieces.tokens());
        try (Arena arena = Arena.ofShared()) {
            WeightWriter body = new WeightWriter(arena, Store.F32);
            e.model().model().params().forEach(p -> body.add(p.name(), p.forward()));
            List<StoredTensor> tensors = new ArrayList<>(body.tensors());
            tensors.addAll(head(e.head(), config, term, arena));
            SparseModulesWriter.write(folder, new SparseModulesWriter.Model(config, e.tokenizer(), Math.min(e.longest(), config.maxPositions()), tensors, body.metadata(), body.config()),
                    e.recipe().query().needsModel() ? null : table(e, term));
        }
    }

    /** The term that each token is; -1 for none. */
    private static int[] terms(Vocabulary vocabulary, List<String> tokens) {
        return tokens.stream().mapToInt(t -> vocabulary.number(t).orElse(-1)).toArray();
    }

    private static float[] table(SparseEncoder e, int[] term) {
        float[] idf = SparseEncoder.idf(e.lexical());
        float[] weights = new float[term.length];
        for (int i = 0; i < term.length; i++) {
            weights[i] = term[i] < 0 ? 0 : e.recipe().weighted() ? idf[term[i]] : 1;
        }
        return weights;
    }

    private static List<StoredTensor> head(SparseHead head, EncoderConfig config, int[] term, Arena arena) {
        int hidden = config.hidden();
        Floats before = Floats.allocate(arena, hidden * hidden);
        if (head.guesses()) {
            head.param(SparseHead.TRANSFORM).forward().forEach((r, c, slot, v) -> before.set(r * hidden + c, v));
        } else {
            for (int i = 0; i < hidden; i++) {
                before.set(i * hidden + i, 1);
            }
        }
        float[] rows = new float[head.rows(head.param(SparseHead.TABLE)) * hidden];
        head.param(SparseHead.TABLE).forward().forEach((r, c, slot, v) -> rows[r * hidden + c] = v);
        float[] offsets = vector(head, SparseHead.TABLE + ".bias");
        Floats table = Floats.allocate(arena, term.length * hidden);
        Floats bias = Floats.allocate(arena, term.length).fill(NEVER);
        for (int i = 0; i < term.length; i++) {
            if (term[i] >= 0) {
                bias.set(i, offsets[term[i]]);
                for (int f = 0; f < hidden; f++) {
                    table.set(i * hidden + f, rows[term[i] * hidden + f]);
                }
            }
        }
        return List.of(StoredTensor.of(HEAD + "transform.dense.weight", before, hidden, hidden),
                StoredTensor.of(HEAD + "transform.dense.bias", head.guesses() ? Floats.of(vector(head, SparseHead.TRANSFORM + ".bias")) : Floats.allocate(arena, hidden).fill(LIFT), hidden),
                StoredTensor.of(HEAD + "transform.LayerNorm.weight", Floats.of(vector(head, "head.norm.weight")), hidden),
                StoredTensor.of(HEAD + "transform.LayerNorm.bias", Floats.of(vector(head, "head.norm.bias")), hidden),
                StoredTensor.of(MaskedLm.DECODER, table, term.length, hidden),
                StoredTensor.of(HEAD + "decoder.bias", bias, term.length), StoredTensor.of(HEAD + "bias", bias, term.length));
    }

    private static float[] vector(SparseHead head, String name) {
        Held p = head.param(name);
        float[] values = new float[p.forward().rows()];
        p.forward().forEach((r, c, slot, v) -> values[r] = v);
        return values;
    }
}
