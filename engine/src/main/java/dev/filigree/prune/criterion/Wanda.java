package dev.filigree.prune.criterion;

import dev.filigree.base.Catalog;
import dev.filigree.calib.Need;
import dev.filigree.prune.Scope;
import dev.filigree.prune.Subject;
import java.util.Set;

/** |w_ij| times the norm of input j, compared inside each output: comparing inside the layer is clearly worse. */
public record Wanda() implements Criterion {

    public static final Catalog.Entry<Criterion> ENTRY = Catalog.entry("wanda", "Sun et al. 2023, arXiv:2306.11695",
            "|weight| times the norm of its input, compared inside each output", Wanda::new);

    @Override
    public Set<Need> needs() {
        return Set.of(Need.INPUT_NORM);
    }

    @Override
    public Scope scope() {
        return Scope.ROW;
    }

    @Override
    public float[] score(Subject subject) {
        float[] norm = subject.evidence().of(subject.site(), Need.INPUT_NORM);
        float[] score = subject.weights().values().clone();
        for (int i = 0; i < score.length; i++) {
            score[i] = Math.abs(score[i]) * norm[i % norm.length];
        }
        return score;
    }
}
