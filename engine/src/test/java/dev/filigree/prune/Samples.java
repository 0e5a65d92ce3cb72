package dev.filigree.prune;

import dev.filigree.base.Rng;
import dev.filigree.calib.Evidence;
import dev.filigree.calib.Need;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.prune.allocation.Uniform;
import dev.filigree.prune.pattern.Pattern;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Random weights with the statistics of random, correlated inputs; a few inputs are never active. */
final class Samples {

    private Samples() {
    }

    static Site site(int rows, int cols) {
        return new Site("weight " + rows + " x " + cols, 0, Role.QUERY, rows, cols);
    }

    static Subject subject(int rows, int cols, long seed, Compute compute) {
        Rng rng = new Rng(seed);
        Matrix w = new Matrix(rows, cols, new float[rows * cols]);
        for (int i = 0; i < w.values().length; i++) {
            w.values()[i] = (float) rng.nextGaussian();
        }
        return new Subject(site(rows, cols), w, evidence(inputs(cols, 2 * cols + 3, seed)), compute, rng.split("subject"));
    }

    /** {@code [tokens] [cols]}: a shared component makes inputs correlated, every eleventh is dead, all have a mean. */
    static double[][] inputs(int cols, int tokens, long seed) {
        Rng rng = new Rng(seed).split("inputs");
        double[][] x = new double[tokens][cols];
        for (double[] token : x) {
            double shared = rng.nextGaussian();
            for (int c = 0; c < cols; c++) {
                token[c] = c % 11 == 10 ? 0 : 0.3 * (c % 3) + shared + rng.nextGaussian() * (1 + c % 5);
            }
        }
        return x;
    }

    static Evidence evidence(double[][] x) {
        int n = x[0].length;
        Map<Need, float[]> known = new ConcurrentHashMap<>();
        return new Evidence() {
            @Override
            public float[] of(Site site, Need need) {
                return known.computeIfAbsent(need, this::compute);
            }

            private float[] compute(Need need) {
                float[] mean = mean(1, 0);
                float[] square = mean(2, 0);
                float[] out = new float[n];
                switch (need) {
                    case INPUT_MEAN -> out = mean;
                    case INPUT_NORM -> fill(out, square, mean, 0);
                    case INPUT_VARIANCE -> fill(out, square, mean, 1);
                    case GRAM -> out = gram();
                    default -> throw new IllegalArgumentException("no drift here");
                }
                return out;
            }

            @Override
            public boolean has(Site site, Need need) {
                return !need.name().endsWith("DRIFT");
            }

            private float[] mean(int power, int from) {
                float[] mean = new float[n];
                for (int c = 0; c < n; c++) {
                    double sum = 0;
                    for (double[] token : x) {
                        sum += power == 1 ? token[c] : token[c] * token[c];
                    }
                    mean[c] = (float) (sum / x.length);
                }
                return mean;
            }

            private void fill(float[] out, float[] square, float[] mean, int centred) {
                for (int c = 0; c < n; c++) {
                    out[c] = (float) (centred == 1 ? square[c] - (double) mean[c] * mean[c] : Math.sqrt(square[c]));
                }
            }

            private float[] gram() {
                float[] g = new float[n * n];
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < n; j++) {
                        double sum = 0;
                        for (double[] token : x) {
                            sum += token[i] * token[j];
                        }
                        g[i * n + j] = (float) (sum / x.length);
                    }
                }
                return g;
            }
        };
    }

    /** The task of a subject with a uniform share of zeros. */
    static Task task(Subject subject, Pattern pattern, Scope scope, double sparsity) {
        var cells = pattern.cells(subject.site(), scope);
        long[] keep = new Uniform().keep(cells, sparsity, null);
        for (int i = 0; i < keep.length; i++) {
            keep[i] = cells.get(i).fixedKeep().orElse(keep[i]);
        }
        return new Task(subject, pattern, keep);
    }
}
