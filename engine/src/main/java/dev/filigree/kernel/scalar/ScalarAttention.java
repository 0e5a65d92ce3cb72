package dev.filigree.kernel.scalar;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.kernel.Attention;
import dev.filigree.kernel.Halves;
import java.util.function.IntToDoubleFunction;

final class ScalarAttention implements Attention {

    @Override
    public int scratch(int length, int headSize) {
        return 0;
    }

    @Override
    public void attend(Floats q, Floats k, Floats v, Floats out, int features, int width, int from, int to, int head, int headSize, float scale,
            boolean causal, Floats scratch) {
        for (int i = from; i < to; i++) {
            double[] p = weights(q, k, features, width, from, to, head, headSize, scale, causal, i);
            for (int d = head * headSize; d < (head + 1) * headSize; d++) {
                double sum = 0;
                for (int j = from; j < to; j++) {
                    sum += p[j - from] * v.get(at(features, width, d, j));
                }
                out.set(at(features, width, d, i), (float) sum);
            }
        }
    }

    @Override
    public void attendBackward(Floats q, Floats k, Floats v, Floats dOut, Floats dq, Floats dk, Floats dv, int features, int width, int from, int to,
            int head, int headSize, float scale, boolean causal, Floats scratch) {
        int n = to - from;
        double[][] p = new double[n][];
        double[][] ds = new double[n][n];
        for (int i = 0; i < n; i++) {
            p[i] = weights(q, k, features, width, from, to, head, headSize, scale, causal, from + i);
            double mean = 0;
            for (int j = 0; j < n; j++) {
                for (int d = head * headSize; d < (head + 1) * headSize; d++) {
                    ds[i][j] += dOut.get(at(features, width, d, from + i)) * (double) v.get(at(features, width, d, from + j));
                }
                mean += p[i][j] * ds[i][j];
            }
            for (int j = 0; j < n; j++) {
                ds[i][j] = p[i][j] * (ds[i][j] - mean) * scale;
            }
        }
        for (int d = head * headSize; d < (head + 1) * headSize; d++) {
            for (int a = 0; a < n; a++) {
                double sumQ = 0;
                double sumK = 0;
                double sumV = 0;
                for (int b = 0; b < n; b++) {
                    sumQ += ds[a][b] * k.get(at(features, width, d, from + b));
                    sumK += ds[b][a] * q.get(at(features, width, d, from + b));
                    sumV += p[b][a] * dOut.get(at(features, width, d, from + b));
                }
                dq.set(at(features, width, d, from + a), (float) sumQ);
                dk.set(at(features, width, d, from + a), (float) sumK);
                dv.set(at(features, width, d, from + a), (float) sumV);
            }
        }
    }

    @Override
    public int pastScratch(int capacity, int headSize) {
        return 0;
    }

    @Override
    public void attendPast(Floats q, Floats out, int features, int width, int from, int to, int head, int headSize, float scale, Floats keys, Floats values,
            int capacity, int length, Floats scratch) {
        attendPast(q, out, features, width, from, to, head, headSize, scale, keys::get, values::get, Attention.whole(headSize), capacity, length);
    }

    @Override
    public void attendPast(Floats q, Floats out, int features, int width, int from, int to, int head, int headSize, float scale, Ints keys, Ints values,
            int capacity, int length, Floats scratch) {
        attendPast(q, out, features, width, from, to, head, headSize, scale, i -> Halves.get(keys, i), i -> Halves.get(values, i), Halves.whole(headSize), capacity, length);
    }

    private static void attendPast(Floats q, Floats out, int features, int width, int from, int to, int head, int headSize, float scale, IntToDoubleFunction keys,
            IntToDoubleFunction values, int row, int capacity, int length) {
        for (int t = from; t < to; t++) {
            double[] p = new double[length - (to - 1 - t)];
            for (int j = 0; j < p.length; j++) {
                for (int d = 0; d < headSize; d++) {
                    p[j] += q.get(at(features, width, head * headSize + d, t)) * keys.applyAsDouble(d * capacity + j) * scale;
                }
            }
            softmax(p, p.length);
            for (int d = 0; d < headSize; d++) {
                double sum = 0;
                for (int j = 0; j < p.length; j++) {
                    sum += p[j] * values.applyAsDouble(j * row + d);
                }
                out.set(at(features, width, head * headSize + d, t), (float) sum);
            }
        }
    }

    private static double[] weights(Floats q, Floats k, int features, int width, int from, int to, int head, int headSize, float scale, boolean causal,
            int query) {
        double[] p = new double[to - from]; // zero for keys that are not seen
        int seen = causal ? query + 1 : to;
        for (int j = from; j < seen; j++) {
            for (int d = head * headSize; d < (head + 1) * headSize; d++) {
                p[j - from] += (double) q.get(at(features, width, d, query)) * k.get(at(features, width, d, j)) * scale;
            }
        }
        softmax(p, seen - from);
        return p;
    }

    /** Of the first {@code count} numbers; the others stay zero. */
    private static void softmax(double[] p, int count) {
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < count; j++) {
            max = Math.max(max, p[j]);
        }
        double sum = 0;
        for (int j = 0; j < count; j++) {
            p[j] = Math.exp(p[j] - max);
            sum += p[j];
        }
        for (int j = 0; j < count; j++) {
            p[j] /= sum;
        }
    }

    private static int at(int features, int width, int feature, int token) {
        return (token / width * features + feature) * width + token % width;
    }
}
