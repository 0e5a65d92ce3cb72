package dev.filigree.encode;

import dev.filigree.encode.LessonBatch.Reading;
import dev.filigree.base.Floats;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * What a model that stays as it is makes of texts, computed once: of every text the states that a {@link Side} looks at, in binary16,
 * and the vector of the whole text.
 *
 * @param states of each text, row after row: its pooled state, those of its words, or those of all its tokens; null where the side needs none
 * @param terms  of {@link Side#MLP} the term of each row, else null
 * @param whole  {@code [texts] [hidden]}, of length 1
 */
record Bank(int hidden, short[][] states, int[][] terms, float[][] whole) {

    /** @param told how many texts were read since it was told before; may be called from many threads */
    static Bank of(SentenceEncoder model, List<Cutter.Cut> cuts, Side side, IntConsumer told) {
        int hidden = model.dimension();
        short[][] states = side.needsModel() ? new short[cuts.size()][] : null;
        int[][] terms = side == Side.MLP ? new int[cuts.size()][] : null;
        float[][] whole = new float[cuts.size()][];
        new States(model).each(cuts.stream().map(Cutter.Cut::ids).toList(), (ops, which, x, spans) -> {
            Value pooled = ops.pool(model.config().pooling(), x, spans);
            for (int i = 0; i < which.size(); i++) {
                int text = which.get(i);
                float[] one = pooled.token(i);
                whole[text] = unit(one);
                if (side == Side.CLS_MLM) {
                    states[text] = half(one);
                } else if (side.needsModel()) {
                    int from = spans.start()[i];
                    int[] rows = side == Side.MLP ? cuts.get(text).places() : IntStream.range(0, spans.length(i)).toArray();
                    states[text] = new short[rows.length * hidden];
                    for (int r = 0; r < rows.length; r++) {
                        System.arraycopy(half(x.token(from + rows[r])), 0, states[text], r * hidden, hidden);
                    }
                }
                if (terms != null) {
                    terms[text] = cuts.get(text).terms();
                }
            }
            ops.release(pooled);
            told.accept(which.size());
        });
        return new Bank(hidden, states, terms, whole);
    }

    /** Some texts as one reading. */
    Reading reading(int[] texts) {
        int[] start = new int[texts.length + 1];
        for (int i = 0; i < texts.length; i++) {
            start[i + 1] = start[i] + states[texts[i]].length / hidden;
        }
        int tokens = start[texts.length];
        int width = Kernels.widthFor(Math.max(1, tokens));
        Value x = new Value(Floats.allocate(Value.length(hidden, tokens, width)), hidden, tokens, width);
        int[] of = terms == null ? null : new int[tokens];
        for (int i = 0; i < texts.length; i++) {
            short[] rows = states[texts[i]];
            for (int r = 0; r < rows.length; r++) {
                x.data().set(x.at(start[i] + r / hidden, r % hidden), Float.float16ToFloat(rows[r]));
            }
            if (of != null) {
                System.arraycopy(terms[texts[i]], 0, of, start[i], start[i + 1] - start[i]);
            }
        }
        return new Reading(x, new Spans(start), of);
    }

    static float[] unit(float[] x) {
        double sum = 0;
        for (float v : x) {
            sum += (double) v * v;
        }
        double length = Math.max(1e-12, Math.sqrt(sum));
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = (float) (x[i] / length);
        }
        return y;
    }

    private static short[] half(float[] x) {
        short[] y = new short[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = Float.floatToFloat16(x[i]);
        }
        return y;
    }

    static float dot(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
