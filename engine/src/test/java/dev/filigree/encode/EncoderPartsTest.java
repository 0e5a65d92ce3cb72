package dev.filigree.encode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Tiled;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The parts of sparse encoders beside their formulas, and their gradients beside differences. */
class EncoderPartsTest {

    private static final double STEP = 1e-3;

    @ParameterizedTest
    @EnumSource(value = Lesson.class, names = {"CONTRASTIVE", "MARGIN_MSE", "KL"})
    void lessonsAgreeWithDifferences(Lesson lesson) {
        Rng rng = new Rng(1);
        float[][] s = random(3, 5, rng);
        float[][] y = random(3, 5, rng);
        int[] right = {4, 0, 2};
        float[][] slopes = new float[3][5];
        lesson.score(s, y, right, slopes);
        for (int q = 0; q < 3; q++) {
            for (int d = 0; d < 5; d++) {
                float at = s[q][d];
                s[q][d] = (float) (at + STEP);
                double up = lesson.score(s, y, right, new float[3][5]);
                s[q][d] = (float) (at - STEP);
                double down = lesson.score(s, y, right, new float[3][5]);
                s[q][d] = at;
                assertEquals((up - down) / (2 * STEP), slopes[q][d], 2e-3, lesson + " at " + q + ", " + d);
            }
        }
    }

    @Test
    void whatTheTeacherSaysCostsNothing() {
        float[][] s = random(2, 4, new Rng(2));
        assertEquals(0, Lesson.KL.score(s, s, new int[2], new float[2][4]), 1e-6);
        assertEquals(0, Lesson.MARGIN_MSE.score(s, s, new int[2], new float[2][4]), 1e-12);
        assertEquals(Math.log(2), Lesson.CONTRASTIVE.score(new float[1][2], new float[1][2], new int[1], new float[1][2]), 1e-6, "two alike");
    }

    @ParameterizedTest
    @EnumSource(Regularizer.class)
    void regularizersAgreeWithDifferences(Regularizer r) {
        float[][] w = random(4, 3, new Rng(3));
        for (float[] row : w) {
            for (int v = 0; v < 3; v++) {
                row[v] = Math.abs(row[v]) + 0.1f;
            }
        }
        float[] idf = {1, 2, 4};
        float[][] slopes = new float[4][3];
        r.add(0.7, w, idf, slopes);
        for (int i = 0; i < 4; i++) {
            for (int v = 0; v < 3; v++) {
                float at = w[i][v];
                w[i][v] = (float) (at + STEP);
                double up = r.add(0.7, w, idf, new float[4][3]);
                w[i][v] = (float) (at - STEP);
                double down = r.add(0.7, w, idf, new float[4][3]);
                w[i][v] = at;
                assertEquals((up - down) / (2 * STEP), slopes[i][v], 1e-3, r + " at " + i + ", " + v);
            }
        }
    }

    @Test
    void frequentTermsPayMore() {
        float[][] w = {{1, 1}, {3, 3}}; // means 2 and 2
        float[] idf = {1, 3}; // rates 1 / mean(1, 1/3) = 3/2 and 1/2
        assertEquals(4 + 4, Regularizer.FLOPS.add(1, w, idf, new float[2][2]), 1e-6);
        assertEquals(2 + 2, Regularizer.L1.add(1, w, idf, new float[2][2]), 1e-6);
        assertEquals(1.5 * 4 + 0.5 * 4, Regularizer.IDF_FLOPS.add(1, w, idf, new float[2][2]), 1e-5);
        assertEquals(0, Regularizer.NONE.add(1, w, idf, new float[2][2]));
    }

    @Test
    void onlyWhatMattersMostIsKept() {
        float[] w = {1, 2, 3, 2, 0};
        TermWeights.cut(w, new float[] {5, 2, 1, 2, 9}, 2, new int[0]); // worth 5, 4, 3, 4, 0
        assertArrayEquals(new float[] {1, 2, 0, 0, 0}, w, "of equal ones the first");
        float[] beside = {1, 2, 3, 2, 0};
        TermWeights.cut(beside, new float[] {5, 2, 1, 2, 9}, 1, new int[] {0, 2});
        assertArrayEquals(new float[] {1, 2, 3, 0, 0}, beside, "what is there in any case is not counted");
    }

    @Test
    void splade() {
        Compute scalar = new Compute(Kernels.scalar(), Parallel.single());
        EncoderRecipe recipe = EncoderRecipe.IDF_SPLADE_DOC.make();
        SparseHead head = new SparseHead(recipe, 2, 3, false, Pooling.MEAN, 0f);
        float[] table = {1, 0, 0, -1, 2, 1};
        head.param(SparseHead.TABLE).set(Tiled.pack(Arena.ofAuto(), Dense.of(3, 2, Floats.of(table))));
        head.param("head.terms.bias").set(Dense.of(3, 1, Floats.of(0, 0.5f, -1)));
        Value states = new Value(Floats.allocate(2 * 16), 2, 3, 16);
        float[][] tokens = {{3, 1}, {1, 5}, {-1, -4}}; // normalised over two features: (1, -1), (-1, 1), (1, -1)
        for (int t = 0; t < 3; t++) {
            for (int f = 0; f < 2; f++) {
                states.data().set(states.at(t, f), tokens[t][f]);
            }
        }
        Spans spans = new Spans(new int[] {0, 2, 3});
        try (Eager ops = new Eager(scalar)) {
            Value z = head.scores(ops, Side.MLM, states, spans);
            // W n + b: of (1, -1) they are 1, 1.5, 0; of (-1, 1) they are -1, -0.5, -2
            assertArrayEquals(new float[] {1, 1.5f, 0}, z.token(0), 1e-5f, "the largest of two tokens");
            assertArrayEquals(new float[] {1, 1.5f, 0}, z.token(1), 1e-5f);
            float[][] w = TermWeights.of(Side.MLM, z, new LessonBatch.Reading(states, spans, null), new float[] {1, 1, 1}, 0, null).weights();
            assertArrayEquals(new float[] {(float) Math.log(2), (float) Math.log(2.5), 0}, w[0], 1e-5f, "log(1 + max(0, z))");
        }
    }

    @Test
    void wordsAreWeighedWhereTheyWeighMost() {
        Value z = new Value(Floats.allocate(16), 1, 3, 16);
        z.data().set(0, 1);
        z.data().set(1, 3);
        z.data().set(2, -1);
        LessonBatch.Reading reading = new LessonBatch.Reading(z, new Spans(new int[] {0, 3}), new int[] {2, 2, 0});
        TermWeights t = TermWeights.of(Side.MLP, z, reading, new float[] {1, 1, 1}, 0, null);
        assertArrayEquals(new float[] {0, 0, (float) Math.log(4)}, t.weights()[0], 1e-6f);
        Value gradient = new Value(Floats.allocate(16), 1, 3, 16);
        t.back(new float[][] {{1, 1, 2}}, gradient);
        assertArrayEquals(new float[] {0, 0.5f, 0}, gradient.feature(0), 1e-6f, "2 / (1 + 3) where the weight came from");
    }

    @Test
    void teachersAreMadeComparable() {
        float[][] sum = new float[2][3];
        Teacher.addNormalised(new float[][] {{1, 2, 3}, {4, 4, 4}}, 10, sum);
        assertArrayEquals(new float[] {0, 5, 10}, sum[0]);
        assertArrayEquals(new float[3], sum[1], "who has no opinion has no say");
        assertArrayEquals(new int[] {1, 3, 0}, Teacher.highest(new float[] {0, 2, -1, 2}, 3));
        assertEquals(EnumSet.allOf(Teacher.class), Teacher.named("minilm, bm25"));
        assertEquals(Optional.of("minilm"), Teacher.model("bm25, minilm"));
        assertEquals(Optional.empty(), Teacher.model("bm25"));
        assertTrue(assertThrows(UserError.class, () -> Teacher.named("minilm,bge-small")).getMessage().contains("--teachers"));
    }

    @Test
    void recipesSayWhatTheyCannot() {
        assertEquals(Side.CLS_MLM, EncoderRecipe.SHELF.make("idf-splade-doc(document=cls-mlm)").document());
        assertEquals(136, EncoderRecipe.RESIDUAL_DOC.make().window(68), "three times the words, and the words are there already");
        assertThrows(UserError.class, () -> EncoderRecipe.SHELF.make("splade(lesson=guess)"));
        assertThrows(UserError.class, () -> EncoderRecipe.SHELF.make("splade(regularizer=top-k,postings=0)"));
        assertThrows(UserError.class, () -> EncoderRecipe.SHELF.make("deepct(document=binary)"));
        assertThrows(UserError.class, () -> EncoderRecipe.SHELF.make("residual-doc(rate=0)"));
    }

    private static float[][] random(int rows, int cols, Rng rng) {
        float[][] m = new float[rows][cols];
        for (float[] row : m) {
            for (int i = 0; i < cols; i++) {
                row[i] = (float) rng.nextGaussian();
            }
        }
        return m;
    }
}
