package dev.filigree.encode;

import dev.filigree.encode.LessonBatch.Reading;
import dev.filigree.grad.Tape;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Value;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.train.Loop;
import dev.filigree.train.Loss;
import dev.filigree.train.Step;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Learns from queries and documents: scores are inner products of their vectors, {@code s_qd = sum_v q_v d_v}; the loss is that of
 * the recipe's {@link Lesson} and what its {@link Regularizer} costs on the sides that have a model.
 *
 * @param idf    of each term
 * @param window terms that a text keeps at most; 0 for all
 */
record LessonStep(EncoderRecipe recipe, float[] idf, int window) implements Step {

    /** What the regularizer's weight grows over, as a share of the run. */
    private static final double GROWING = 0.5;

    @Override
    public Loss run(Loop loop, Batch in) {
        LessonBatch batch = in.as(LessonBatch.class);
        Tape tape = loop.tape();
        SparseHead head = (SparseHead) loop.model();
        Vectors documents = vectors(loop, head, recipe.document(), batch.documents(), batch.literal(), recipe.literal() || !recipe.document().needsModel());
        Vectors queries = vectors(loop, head, recipe.query(), batch.queries(), batch.tables(), !recipe.query().needsModel());
        int n = batch.size();
        int m = documents.whole.length;
        float[][] scores = new float[n][m];
        loop.compute().parallel().run(m, d -> {
            for (int q = 0; q < n; q++) {
                scores[q][d] = queries.dot(q, documents.whole[d]);
            }
        });
        float[][] slopes = new float[n][m];
        double taught = recipe.lesson().score(scores, batch.teachers(), batch.right(), slopes);
        loop.compute().parallel().run(m, d -> {
            for (int q = 0; q < n; q++) {
                queries.axpy(q, slopes[q][d], documents.slopes[d]);
            }
        });
        if (queries.learned != null) {
            loop.compute().parallel().run(n, q -> {
                for (int d = 0; d < m; d++) {
                    add(slopes[q][d], documents.whole[d], queries.slopes[q]);
                }
            });
        }
        if (recipe.lesson() == Lesson.TERM_MSE) {
            taught = terms(batch, documents);
        }
        double grown = Math.min(1, loop.step() / (GROWING * Math.max(1, loop.steps())));
        double cost = 0;
        for (Vectors side : List.of(documents, queries)) {
            if (side.learned != null) {
                cost += recipe.regularizer().add(recipe.lambda() * grown * grown, side.learned.weights(), idf, side.slopes);
                tape.seed(side.learned.scores(), g -> side.learned.back(side.slopes, g));
            }
        }
        tape.backward();
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("lesson", taught);
        parts.put("sparsity", cost);
        return new Loss(taught + cost, parts);
    }

    /**
     * The vectors of one side.
     *
     * @param learned null where there is no model
     * @param fixed   sparse vectors, where the side is these
     * @param whole   {@code [texts] [terms]}; null where the side is sparse
     * @param slopes  the gradient at them
     */
    private record Vectors(TermWeights learned, List<SparseVector> fixed, float[][] whole, float[][] slopes) {

        float dot(int i, float[] other) {
            float sum = 0;
            if (whole == null) {
                SparseVector v = fixed.get(i);
                for (int j = 0; j < v.size(); j++) {
                    sum += v.weights()[j] * other[v.terms()[j]];
                }
                return sum;
            }
            for (int v = 0; v < other.length; v++) {
                sum += whole[i][v] * other[v];
            }
            return sum;
        }

        void axpy(int i, float factor, float[] to) {
            if (whole == null) {
                SparseVector v = fixed.get(i);
                for (int j = 0; j < v.size(); j++) {
                    to[v.terms()[j]] += factor * v.weights()[j];
                }
            } else {
                add(factor, whole[i], to);
            }
        }
    }

    private static void add(float factor, float[] x, float[] to) {
        for (int v = 0; v < x.length; v++) {
            to[v] += factor * x[v];
        }
    }

    /** @param add whether the fixed vectors are added to what is learned */
    private Vectors vectors(Loop loop, SparseHead head, Side side, Reading reading, List<SparseVector> fixed, boolean add) {
        if (reading == null) {
            return new Vectors(null, fixed, null, null);
        }
        TermWeights learned = null;
        if (side.needsModel()) {
            Value scores = head.scores(loop.tape(), side, loop.tape().input(reading.states()), reading.spans());
            learned = TermWeights.of(side, scores, reading, idf, window, add ? fixed : null);
        }
        float[][] whole = new float[fixed.size()][];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = learned == null ? new float[idf.length] : learned.weights()[i].clone();
            for (int j = 0; add && j < fixed.get(i).size(); j++) {
                whole[i][fixed.get(i).terms()[j]] += fixed.get(i).weights()[j];
            }
        }
        return new Vectors(learned, fixed, whole, new float[whole.length][idf.length]);
    }

    /** Mean over the words of the documents that queries were made of; the gradient goes to their slopes. */
    private static double terms(LessonBatch batch, Vectors documents) {
        long words = Arrays.stream(batch.right()).mapToLong(d -> batch.literal().get(d).size()).sum();
        double sum = 0;
        for (int q = 0; q < batch.size(); q++) {
            int d = batch.right()[q];
            boolean[] held = new boolean[documents.whole[d].length];
            for (int t : batch.tables().get(q).terms()) {
                held[t] = true;
            }
            for (int t : batch.literal().get(d).terms()) {
                double off = documents.whole[d][t] - (held[t] ? 1 : 0);
                sum += off * off / words;
                documents.slopes[d][t] += (float) (2 * off / words);
            }
        }
        return sum;
    }
}
