package dev.filigree.prune.criterion;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.calib.Need;
import dev.filigree.prune.Matrix;
import dev.filigree.prune.Scope;
import dev.filigree.prune.Subject;
import java.util.List;
import java.util.Set;

/**
 * A weight's share of its output's and of its input's magnitudes, times a power of the input's norm (RIA): no input and
 * no output is cut off because all its weights are small.
 *
 * @param power of the norm; 0 ignores inputs, 1 weighs them as Wanda does
 */
public record RelativeImportance(double power) implements Criterion {

    public static final Catalog.Entry<Criterion> ENTRY = Catalog.entry("ria", "Zhang et al. 2024, Plug-and-Play, ICLR",
            "|weight| as a share of its row and of its column, times a power of its input's norm",
            List.of(Option.of("power", 0.5, "exponent of the input's norm, at least 0")), s -> new RelativeImportance(s.number("power")));

    public RelativeImportance {
        if (!(power >= 0)) {
            throw new UserError("setting 'power' of ria: found " + power + ", expected at least 0");
        }
    }

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
        Matrix w = subject.weights();
        float[] norm = subject.evidence().of(subject.site(), Need.INPUT_NORM);
        double[] row = new double[w.rows()];
        double[] column = new double[w.cols()];
        for (int i = 0; i < w.values().length; i++) {
            row[i / w.cols()] += Math.abs(w.values()[i]);
            column[i % w.cols()] += Math.abs(w.values()[i]);
        }
        float[] score = new float[w.values().length];
        for (int i = 0; i < score.length; i++) {
            int r = i / w.cols();
            int c = i % w.cols();
            double magnitude = Math.abs(w.values()[i]); // zero exactly where a sum may be zero
            score[i] = magnitude == 0 ? 0 : (float) ((magnitude / row[r] + magnitude / column[c]) * Math.pow(norm[c], power));
        }
        return score;
    }
}
