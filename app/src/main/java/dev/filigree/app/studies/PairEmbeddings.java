package dev.filigree.app.studies;

import dev.filigree.base.Rng;
import java.util.Arrays;

/**
 * Unit vectors of n documents, and of a query for every two of them: what the query is made of is a vector of each document that
 * is only for queries, and one that all queries share, {@code normalised(w_a + w_b + c)}. So queries, of which there are n (n - 1) / 2, take n + 1
 * vectors. Trained by Adam on random queries, each against all documents.
 */
final class PairEmbeddings {

    /** What is learned from the inner products of a query with its two documents and with all others. */
    enum Loss {
        /** Each inner product for itself: {@code log(1 + exp(-y scale s))}, y = 1 for the query's documents and -1 for others. */
        SIGMOID,
        /** Both documents against all: the cross-entropy of the softmax of {@code scale s}. */
        INFO_NCE
    }

    private static final int BATCH = 64;
    private static final double RATE = 0.03;
    /** Inner products are scaled by this at first: all documents pull, and in the end those at the margin. */
    private static final double SOFT = 10;

    private final int n;
    private final int d;
    /** Documents {@code [n] [d]}, queries' parts {@code [n] [d]}, and what they share {@code [d]}, one after the other; not normalised. */
    private final float[] weights;
    private final float[] gradient;
    private final float[] first;
    private final float[] second;
    private final float[] units;
    /** The same {@code [d] [n]}, along which inner products run. */
    private final float[] turned;
    private final float[] scores;

    PairEmbeddings(int n, int d, Rng rng) {
        this.n = n;
        this.d = d;
        this.weights = new float[(2 * n + 1) * d];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (rng.nextGaussian() / Math.sqrt(d));
        }
        System.arraycopy(weights, 0, weights, n * d, n * d); // a document's part of queries begins where the document does
        this.gradient = new float[weights.length];
        this.first = new float[weights.length];
        this.second = new float[weights.length];
        this.units = new float[n * d];
        this.turned = new float[n * d];
        this.scores = new float[n];
    }

    /** @param hard the scale in the end */
    void train(Loss loss, double hard, int steps, Rng rng) {
        for (int step = 0; step < steps; step++) {
            Arrays.fill(gradient, 0);
            double[] lengths = normalise();
            float[] pulls = new float[n * d];
            double scale = SOFT + (hard - SOFT) * step / steps;
            for (int b = 0; b < BATCH; b++) {
                int one = rng.nextInt(n);
                int other = (one + 1 + rng.nextInt(n - 1)) % n;
                query(loss, scale, one, other, pulls);
            }
            for (int i = 0; i < n; i++) {
                back(pulls, i * d, units, i * d, lengths[i], gradient, i * d);
            }
            adam(step + 1, RATE * (1 - (double) step / steps));
        }
        normalise();
    }

    /** Documents as unit vectors; returns how long they were. */
    private double[] normalise() {
        double[] lengths = new double[n];
        for (int i = 0; i < n; i++) {
            lengths[i] = Math.sqrt(dot(weights, i * d, weights, i * d));
            for (int j = 0; j < d; j++) {
                units[i * d + j] = (float) (weights[i * d + j] / lengths[i]);
                turned[j * n + i] = units[i * d + j];
            }
        }
        return lengths;
    }

    private double dot(float[] a, int from, float[] b, int at) {
        double sum = 0;
        for (int j = 0; j < d; j++) {
            sum += a[from + j] * b[at + j];
        }
        return sum;
    }

    private void query(Loss loss, double scale, int one, int other, float[] pulls) {
        float[] u = new float[d];
        for (int j = 0; j < d; j++) {
            u[j] = weights[(n + one) * d + j] + weights[(n + other) * d + j] + weights[2 * n * d + j];
        }
        double length = Math.sqrt(dot(u, 0, u, 0));
        for (int j = 0; j < d; j++) {
            u[j] /= (float) length;
        }
        Arrays.fill(scores, 0);
        float most = -1;
        for (int j = 0; j < d; j++) {
            for (int i = 0; i < n; i++) {
                scores[i] += u[j] * turned[j * n + i];
            }
        }
        for (float s : scores) {
            most = Math.max(most, s);
        }
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double z = scale * scores[i];
            boolean mine = i == one || i == other;
            scores[i] = (float) (loss == Loss.INFO_NCE ? Math.exp(z - scale * most) : mine ? -1 / (1 + Math.exp(z)) : 1 / (1 + Math.exp(-z)));
            sum += scores[i];
        }
        float[] pull = new float[d];
        for (int i = 0; i < n; i++) {
            double g = loss == Loss.INFO_NCE ? scores[i] / sum - (i == one || i == other ? 0.5 : 0) : scores[i];
            float by = (float) (g * scale / BATCH);
            for (int j = 0; j < d; j++) {
                pull[j] += by * units[i * d + j];
                pulls[i * d + j] += by * u[j];
            }
        }
        back(pull, 0, u, 0, length, gradient, (n + one) * d);
        back(pull, 0, u, 0, length, gradient, (n + other) * d);
        back(pull, 0, u, 0, length, gradient, 2 * n * d);
    }

    /** The gradient of what was normalised: without its part along the unit vector, over the length. */
    private void back(float[] pull, int from, float[] unit, int at, double length, float[] out, int to) {
        double along = dot(pull, from, unit, at);
        for (int j = 0; j < d; j++) {
            out[to + j] += (float) ((pull[from + j] - along * unit[at + j]) / length);
        }
    }

    private void adam(int step, double rate) {
        double correct1 = 1 - Math.pow(0.9, step);
        double correct2 = 1 - Math.pow(0.99, step);
        for (int i = 0; i < weights.length; i++) {
            first[i] = 0.9f * first[i] + 0.1f * gradient[i];
            second[i] = 0.99f * second[i] + 0.01f * gradient[i] * gradient[i];
            weights[i] -= (float) (rate * first[i] / correct1 / (Math.sqrt(second[i] / correct2) + 1e-8));
        }
    }

    /**
     * How far queries tell their documents from others, over all queries.
     *
     * @param zero    the smallest distance of an inner product from zero on its right side: above for the query's documents, below for others
     * @param between half the smallest distance between the worse of a query's documents and the best other: wherever zero lies
     */
    record Margin(double zero, double between) {
    }

    /** Inner products of parts are found once, so that each query is n sums. */
    Margin margin() {
        float[] products = new float[(n + 1) * n]; // [part of queries] [document]
        for (int p = 0; p <= n; p++) {
            for (int i = 0; i < n; i++) {
                products[p * n + i] = (float) dot(weights, (n + p) * d, units, i * d);
            }
        }
        double zero = Double.POSITIVE_INFINITY;
        double between = Double.POSITIVE_INFINITY;
        float[] u = new float[d];
        for (int a = 0; a < n; a++) {
            for (int b = a + 1; b < n; b++) {
                for (int j = 0; j < d; j++) {
                    u[j] = weights[(n + a) * d + j] + weights[(n + b) * d + j] + weights[2 * n * d + j];
                }
                double length = Math.sqrt(dot(u, 0, u, 0));
                float best = Float.NEGATIVE_INFINITY;
                for (int i = 0; i < n; i++) {
                    best = i == a || i == b ? best : Math.max(best, products[a * n + i] + products[b * n + i] + products[n * n + i]);
                }
                double worse = Math.min(products[a * n + a] + products[b * n + a] + products[n * n + a], products[a * n + b] + products[b * n + b] + products[n * n + b]);
                zero = Math.min(zero, Math.min(worse, -best) / length);
                between = Math.min(between, (worse - best) / length / 2);
            }
        }
        return new Margin(zero, between);
    }
}
