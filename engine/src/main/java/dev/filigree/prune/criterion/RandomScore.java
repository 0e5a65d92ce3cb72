package dev.filigree.prune.criterion;

import dev.filigree.base.Catalog;
import dev.filigree.base.Rng;
import dev.filigree.prune.Subject;

/** Uniform noise: what every other criterion must beat. */
public record RandomScore() implements Criterion {

    public static final Catalog.Entry<Criterion> ENTRY = Catalog.entry("random", "", "uniform noise, the bottom line of every comparison", RandomScore::new);

    @Override
    public float[] score(Subject subject) {
        Rng rng = subject.rng().split("score");
        float[] score = new float[subject.weights().values().length];
        for (int i = 0; i < score.length; i++) {
            score[i] = rng.nextFloat();
        }
        return score;
    }
}
