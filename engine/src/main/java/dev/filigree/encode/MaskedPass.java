package dev.filigree.encode;

import dev.filigree.infer.MaskedLanguageModel;
import dev.filigree.io.SparseModules;
import dev.filigree.io.SparseModules.Pool;
import dev.filigree.io.StoredEncoder;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;
import dev.filigree.retrieve.SparseVector;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Texts as a model that guesses hidden words weighs its tokens (SPLADE, Formal et al. 2021, arXiv:2107.05720 and arXiv:2109.10086):
 * {@code w_v = max_t f(z_tv)} or {@code sum_t f(z_tv)} over all tokens t, those around the text included, with {@code f(z) = log(1 + max(0, z))}.
 * Safe for many threads.
 */
final class MaskedPass implements AutoCloseable {

    private final SparseModules.Reader reader;
    private final MaskedLanguageModel model;
    private final States states;

    MaskedPass(SparseModules.Reader reader, int threads) {
        this.reader = reader;
        try (StoredEncoder stored = reader.open()) {
            this.model = new MaskedLanguageModel(stored, reader.longest(), threads);
        }
        this.states = new States(model.model().bert(), model.compute(), Optional.empty());
    }

    List<SparseVector> of(List<String> texts) {
        SparseVector[] out = new SparseVector[texts.size()];
        states.each(texts.stream().map(this::ids).toList(), (ops, which, x, spans) -> {
            Value scores = model.model().scores(ops, x);
            Value most = reader.pool() == Pool.MAX ? ops.largest(scores, spans) : null;
            for (int i = 0; i < which.size(); i++) {
                out[which.get(i)] = vector(most == null ? sum(scores, spans, i) : highest(most.token(i)));
            }
            if (most != null) {
                ops.release(most);
            }
            ops.release(scores);
        });
        return Arrays.asList(out);
    }

    private int[] ids(String text) {
        String stripped = (reader.prompt() + text).strip();
        return model.ids(reader.lower() ? stripped.toLowerCase(Locale.ROOT) : stripped);
    }

    private float f(float score) {
        float once = Side.weight(score);
        return reader.twice() ? (float) Math.log1p(once) : once;
    }

    /** f rises, so the highest score has the highest weight. */
    private float[] highest(float[] scores) {
        for (int v = 0; v < scores.length; v++) {
            scores[v] = f(scores[v]);
        }
        return scores;
    }

    private float[] sum(Value scores, Spans spans, int text) {
        float[] w = new float[scores.features()];
        for (int t = spans.start()[text]; t < spans.start()[text + 1]; t++) {
            for (int v = 0; v < w.length; v++) {
                w[v] += f(scores.get(t, v));
            }
        }
        return w;
    }

    /** The weights above zero. */
    static SparseVector vector(float[] weights) {
        int[] terms = new int[weights.length];
        float[] live = new float[weights.length];
        int size = 0;
        for (int v = 0; v < weights.length; v++) {
            if (weights[v] > 0) {
                terms[size] = v;
                live[size++] = weights[v];
            }
        }
        return new SparseVector(Arrays.copyOf(terms, size), Arrays.copyOf(live, size));
    }

    @Override
    public void close() {
        model.close();
    }
}
