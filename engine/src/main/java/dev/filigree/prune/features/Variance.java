package dev.filigree.prune.features;

import dev.filigree.base.Catalog;
import dev.filigree.base.Rng;
import dev.filigree.io.data.Examples;
import dev.filigree.kernel.Compute;

/** Features that vary most, in the units in which they were measured. */
public record Variance() implements Features {

    public static final Catalog.Entry<Features> ENTRY = Catalog.entry("variance", "", "keeps the features that vary most", Variance::new);

    @Override
    public float[] score(Compute compute, Examples examples, Rng rng) {
        int size = examples.shape().size();
        float[] row = new float[size];
        double[] mean = new double[size];
        double[] squares = new double[size];
        for (int i = 0; i < examples.count(); i++) { // Welford's update, for sums of squares of large numbers lose their difference
            examples.read(i, row);
            for (int f = 0; f < size; f++) {
                double off = row[f] - mean[f];
                mean[f] += off / (i + 1);
                squares[f] += off * (row[f] - mean[f]);
            }
        }
        float[] scores = new float[size];
        for (int f = 0; f < size; f++) {
            scores[f] = (float) (squares[f] / examples.count());
        }
        return scores;
    }
}
