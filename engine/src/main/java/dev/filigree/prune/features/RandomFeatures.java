package dev.filigree.prune.features;

import dev.filigree.base.Catalog;
import dev.filigree.base.Rng;
import dev.filigree.io.data.Examples;
import dev.filigree.kernel.Compute;

/** Features at random: what a score has to beat. */
public record RandomFeatures() implements Features {

    public static final Catalog.Entry<Features> ENTRY = Catalog.entry("random", "", "keeps features at random", RandomFeatures::new);

    @Override
    public float[] score(Compute compute, Examples examples, Rng rng) {
        float[] scores = new float[examples.shape().size()];
        for (int f = 0; f < scores.length; f++) {
            scores[f] = rng.nextFloat();
        }
        return scores;
    }
}
