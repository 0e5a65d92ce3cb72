package dev.filigree.prune.criterion;

import dev.filigree.base.Catalog;
import dev.filigree.prune.Subject;

/** |w|: needs no data. */
public record Magnitude() implements Criterion {

    public static final Catalog.Entry<Criterion> ENTRY = Catalog.entry("magnitude", "Han et al. 2015, arXiv:1506.02626", "|weight|", Magnitude::new);

    @Override
    public float[] score(Subject subject) {
        float[] score = subject.weights().values().clone();
        for (int i = 0; i < score.length; i++) {
            score[i] = Math.abs(score[i]);
        }
        return score;
    }
}
