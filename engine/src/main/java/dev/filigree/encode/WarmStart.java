package dev.filigree.encode;

import dev.filigree.base.Floats;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Tiled;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a head begins, for from nothing it learns nothing in minutes: the row of a term is what the model makes of its words alone,
 * {@code u_v = sum_w n_w e(w) / sum_w n_w} over the words w that the term stands for, less the mean of all rows. A query is the sum of
 * its terms and the score of a document is {@code sum_v idf_v u_v s}, so the head begins with nearly the scores that the model gives to
 * bags of words. States are centred by the shift of the normalisation. A model that has a {@link MaskedHead} begins with that.
 */
final class WarmStart {

    /** Deviation of scores at first; with literal weights, which are below 1, they are to stay small. */
    private static final double BESIDE_LITERAL = 0.08;
    private static final double ALONE = 0.5;
    /** A token alone is to speak for a term only if it is sure: the bias, in deviations. */
    private static final double SURE = 2;
    /** Texts that means and deviations are taken from. */
    private static final int SAMPLE = 256;

    private WarmStart() {
    }

    /** Takes two numbers. */
    @FunctionalInterface
    interface IntBinaryConsumer {
        void accept(int done, int all);
    }

    static void of(EncoderCorpus corpus, EncoderRecipe recipe, long seed, SparseHead head) {
        if (corpus.own().isPresent()) {
            corpus.own().get().begin(head, corpus.tokens());
            return;
        }
        int hidden = corpus.model().dimension();
        int terms = corpus.idf().length;
        Side side = recipe.document().needsModel() ? recipe.document() : recipe.query();
        Bank bank = recipe.document().needsModel() ? corpus.documents(side) : corpus.asked(seed, side);
        float[][] states = bank.states() == null ? bank.whole() : sample(bank);
        float[] mean = centre(states, head);
        if (!recipe.document().expands() && !recipe.query().expands()) {
            if (side == Side.MLP) {
                head.param("head.words").set(Tiled.room(1, hidden));
            }
            return;
        }
        float[][] rows = corpus.rows();
        double deviation = deviation(rows, states, mean);
        double wanted = recipe.literal() ? BESIDE_LITERAL : ALONE;
        float scale = (float) (wanted / Math.max(1e-12, deviation));
        Tiled table = Tiled.room(terms, hidden);
        table.forEach((r, c, slot, v) -> table.tiles().set(slot, scale * rows[r][c]));
        head.param(SparseHead.TABLE).set(table);
        if (recipe.document() == Side.MLP || recipe.query() == Side.MLP) {
            head.param("head.words").set(Tiled.room(1, hidden));
        }
        if (side == Side.MLM) {
            head.param(SparseHead.TABLE + ".bias").set(Dense.of(terms, 1, Floats.allocate(Arena.ofAuto(), terms).fill((float) (-SURE * wanted))));
        }
    }

    private static float[][] sample(Bank bank) {
        List<float[]> all = new ArrayList<>();
        int step = Math.max(1, bank.states().length / SAMPLE);
        for (int i = 0; i < bank.states().length; i += step) {
            short[] s = bank.states()[i];
            for (int r = 0; r < s.length / bank.hidden(); r += 1 + s.length / bank.hidden() / 8) {
                float[] one = new float[bank.hidden()];
                for (int f = 0; f < one.length; f++) {
                    one[f] = Float.float16ToFloat(s[r * one.length + f]);
                }
                all.add(one);
            }
        }
        return all.toArray(new float[0][]);
    }

    /** Sets the shift so that normalised states have the mean zero; gives the mean. */
    private static float[] centre(float[][] states, SparseHead head) {
        double[] sum = new double[states[0].length];
        for (float[] s : states) {
            float[] n = normal(s);
            for (int f = 0; f < n.length; f++) {
                sum[f] += n[f] / states.length;
            }
        }
        float[] mean = new float[sum.length];
        Floats shift = Floats.allocate(Arena.ofAuto(), sum.length);
        for (int f = 0; f < mean.length; f++) {
            mean[f] = (float) sum[f];
            shift.set(f, -mean[f]);
        }
        head.param("head.norm.bias").set(Dense.of(mean.length, 1, shift));
        return mean;
    }

    /** Less its mean, over its deviation. */
    private static float[] normal(float[] x) {
        double mean = 0;
        double square = 0;
        for (float v : x) {
            mean += v / (double) x.length;
            square += (double) v * v / x.length;
        }
        double deviation = Math.sqrt(Math.max(1e-12, square - mean * mean));
        float[] y = new float[x.length];
        for (int f = 0; f < x.length; f++) {
            y[f] = (float) ((x[f] - mean) / deviation);
        }
        return y;
    }

    private static double deviation(float[][] rows, float[][] states, float[] mean) {
        double sum = 0;
        int step = Math.max(1, states.length / SAMPLE);
        long count = 0;
        for (int i = 0; i < states.length; i += step) {
            float[] s = normal(states[i]);
            for (int f = 0; f < s.length; f++) {
                s[f] -= mean[f];
            }
            for (float[] row : rows) {
                double z = Bank.dot(row, s);
                sum += z * z;
                count++;
            }
        }
        return Math.sqrt(sum / Math.max(1, count));
    }

    /** @param told how many words were read since it was told before, and of how many */
    static float[][] rows(SentenceEncoder model, Cutter cutter, List<String> texts, int terms, IntBinaryConsumer told) {
        Map<String, Integer> count = new LinkedHashMap<>();
        texts.forEach(t -> Cutter.words(t).stream().filter(w -> cutter.term(w) >= 0).forEach(w -> count.merge(w, 1, Integer::sum)));
        List<String> words = List.copyOf(count.keySet());
        Bank bank = Bank.of(model, words.stream().map(cutter::cut).toList(), Side.BINARY, n -> told.accept(n, words.size()));
        int hidden = model.dimension();
        float[][] rows = new float[terms][hidden];
        double[] mass = new double[terms];
        double[] mean = new double[hidden];
        double all = 0;
        for (int w = 0; w < words.size(); w++) {
            int n = count.get(words.get(w));
            all += n;
            for (int term : cutter.terms(words.get(w))) {
                mass[term] += n;
                for (int f = 0; f < hidden; f++) {
                    rows[term][f] += n * bank.whole()[w][f];
                }
            }
            for (int f = 0; f < hidden; f++) {
                mean[f] += (double) n * bank.whole()[w][f];
            }
        }
        for (int v = 0; v < terms; v++) {
            for (int f = 0; f < hidden && mass[v] > 0; f++) {
                rows[v][f] = (float) (rows[v][f] / mass[v] - mean[f] / all);
            }
        }
        return rows;
    }
}
