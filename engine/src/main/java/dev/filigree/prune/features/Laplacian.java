package dev.filigree.prune.features;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Examples;
import dev.filigree.io.data.Standardised;
import dev.filigree.kernel.Compute;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Features that differ little between examples that are near each other (He, Cai and Niyogi 2005, NIPS). With
 * {@code s_ij = exp(-|x_i - x_j|^2 / t)} where one is among the nearest of the other and else 0, {@code d_i = sum_j s_ij}, and f
 * a standardised feature less its mean weighted by d: {@code score = -sum_{i<j} s_ij (f_i - f_j)^2 / sum_i d_i f_i^2}. Here t is
 * the mean squared distance to a neighbour.
 *
 * @param neighbours of an example
 * @param examples   looked at, drawn at random where there are more: distances are squared in number
 */
public record Laplacian(int neighbours, int examples) implements Features {

    public static final Catalog.Entry<Features> ENTRY = Catalog.entry("laplacian", "He et al. 2005, NIPS", "keeps the features that change little between neighbours",
            List.of(Option.of("neighbours", 5, "of an example"), Option.of("examples", 2000, "looked at, of those there are")), s -> new Laplacian(s.integer("neighbours"), s.integer("examples")));

    public Laplacian {
        if (neighbours < 1 || examples <= neighbours) {
            throw new UserError("features laplacian: found neighbours=" + neighbours + " and examples=" + examples + ", expected at least 1 and more than that");
        }
    }

    @Override
    public float[] score(Compute compute, Examples all, Rng rng) {
        Examples some = all.count() <= examples ? all : all.only(Arrays.copyOf(rng.permutation(all.count()), examples));
        float[][] x = Features.rows(Standardised.of(some));
        int n = x.length;
        int k = Math.min(neighbours, n - 1);
        int[][] nearest = new int[n][];
        float[][] distance = new float[n][];
        compute.parallel().run(n, i -> {
            Nearest near = new Nearest(k);
            for (int j = 0; j < n; j++) {
                if (j != i) {
                    near.offer(j, Nearest.squared(x[i], x[j]));
                }
            }
            nearest[i] = near.examples();
            distance[i] = near.distances();
        });
        double t = Math.max(Float.MIN_NORMAL, Arrays.stream(distance).mapToDouble(d -> IntStream.range(0, k).mapToDouble(j -> d[j]).sum()).sum() / ((double) n * k));
        double[] degree = new double[n];
        double[] across = new double[x[0].length]; // of each feature
        for (int i = 0; i < n; i++) {
            for (int e = 0; e < k; e++) {
                int j = nearest[i][e];
                int me = i;
                if (j > i || IntStream.of(nearest[j]).noneMatch(b -> b == me)) { // each pair once
                    double s = Math.exp(-distance[i][e] / t);
                    degree[i] += s;
                    degree[j] += s;
                    for (int f = 0; f < across.length; f++) {
                        double off = x[i][f] - x[j][f];
                        across[f] += s * off * off;
                    }
                }
            }
        }
        return scores(x, degree, across);
    }

    private static float[] scores(float[][] x, double[] degree, double[] across) {
        double whole = Arrays.stream(degree).sum();
        float[] scores = new float[across.length];
        for (int f = 0; f < scores.length; f++) {
            double mean = 0;
            double squares = 0;
            for (int i = 0; i < x.length; i++) {
                mean += degree[i] * x[i][f] / whole;
                squares += degree[i] * x[i][f] * x[i][f];
            }
            double spread = squares - whole * mean * mean;
            scores[f] = spread <= 0 ? -Float.MAX_VALUE : (float) (-across[f] / spread); // what never changes says nothing
        }
        return scores;
    }
}
