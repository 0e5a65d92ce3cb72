package dev.filigree.prune.criterion;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.calib.Need;
import dev.filigree.prune.Curvature;
import dev.filigree.prune.Matrix;
import dev.filigree.prune.Subject;
import java.util.List;
import java.util.Set;

/**
 * {@code w_ij^2 / U_jj^2}: the squared output error of removing a weight when the later ones of its row make up for it.
 *
 * @param damp share of the mean diagonal added to the Gram matrix
 */
public record Obs(double damp) implements Criterion {

    public static final Catalog.Entry<Criterion> ENTRY = Catalog.entry("obs", "Hassibi and Stork 1993, Optimal Brain Surgeon",
            "the squared output error of removing a weight, by the inverse Gram matrix",
            List.of(Option.of("damp", 0.01, "share of the mean diagonal added to the Gram matrix")), s -> new Obs(s.number("damp")));

    @Override
    public Set<Need> needs() {
        return Set.of(Need.GRAM);
    }

    @Override
    public float[] score(Subject subject) {
        Matrix w = subject.weights();
        return Curvature.of(subject.site().name(), subject.evidence().of(subject.site(), Need.GRAM), w.cols(), damp, subject.compute().parallel()).costs(w);
    }
}
