package dev.filigree.prune;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.calib.Evidence;
import dev.filigree.calib.Need;
import dev.filigree.model.Site;
import dev.filigree.ops.Forward;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Dense;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a pruned weight is asked to reproduce on the inputs that it will see.
 *
 * @param drift  share of the way from what the dense weight puts out on these inputs (0, as in SparseGPT) to what the
 *               model as it was puts out here (1): later weights then also make up for what earlier ones lost
 * @param bias   whether the bias takes over the mean of the error, so that weights need only reproduce deviations from it
 * @param staged whether a weight also sees the outputs of the pruned weights before it in its own block, which costs a pass
 *               over the block for each set of weights that share an input; without it, drift inside a block goes unseen
 */
public record Aim(double drift, boolean bias, boolean staged) {

    private static final double DAMP = 0.01;

    public Aim {
        if (!(drift >= 0 && drift <= 1)) {
            throw new UserError("drift: found " + drift + ", expected 0 to 1");
        }
    }

    /** The dense weight's own outputs, bias untouched, each block at once: what the papers do. */
    public static Aim plain() {
        return new Aim(0, false, false);
    }

    /** The same for a weight whose outputs have a bias, or none that could take anything over. */
    Aim of(boolean biased) {
        return bias && !biased ? new Aim(drift, false, staged) : this;
    }

    Set<Need> needs() {
        Set<Need> needs = EnumSet.noneOf(Need.class);
        if (drift > 0) {
            needs.add(Need.GRAM);
            needs.add(Need.DRIFT);
            needs.add(Need.MEAN_DRIFT);
            needs.add(Need.RESIDUAL_DRIFT);
            needs.add(Need.MEAN_RESIDUAL_DRIFT);
        }
        if (bias) {
            needs.add(Need.INPUT_MEAN);
        }
        return needs;
    }

    /**
     * The weights that would do best were none of them pruned: {@code W + drift (W D + R) H^-1}, D the drift of the inputs
     * and R that of the residual which is added to the outputs.
     */
    Matrix target(Subject s) {
        if (drift == 0) {
            return s.weights();
        }
        float[] gram = s.evidence().of(s.site(), Need.GRAM);
        Curvature h = Curvature.of(s.site().name(), gram, s.weights().cols(), DAMP, s.compute().parallel());
        Matrix moved = OutputError.times(s.weights(), s.evidence().of(s.site(), Need.DRIFT), s.compute());
        if (s.evidence().has(s.site(), Need.RESIDUAL_DRIFT)) {
            float[] residual = s.evidence().of(s.site(), Need.RESIDUAL_DRIFT);
            for (int i = 0; i < residual.length; i++) {
                moved.values()[i] += residual[i];
            }
        }
        Matrix change = h.solve(moved, s.compute());
        for (int i = 0; i < change.values().length; i++) {
            change.values()[i] = (float) (s.weights().values()[i] + drift * change.values()[i]);
        }
        return change;
    }

    /** The evidence that weights are judged by: with the bias free, Gram matrix and drift are about the means. */
    Evidence evidence(Evidence raw) {
        return bias ? new Centred(raw) : raw;
    }

    /** Moves the bias so that the mean output is what it should be. */
    void settleBias(Held present, Subject given, Kept kept) {
        if (!bias) {
            return;
        }
        float[] mean = given.evidence().of(given.site(), Need.INPUT_MEAN);
        float[] moved = drift == 0 ? new float[mean.length] : given.evidence().of(given.site(), Need.MEAN_DRIFT);
        float[] residual = given.evidence().has(given.site(), Need.MEAN_RESIDUAL_DRIFT)
                ? given.evidence().of(given.site(), Need.MEAN_RESIDUAL_DRIFT) : new float[given.weights().rows()];
        int n = mean.length;
        Floats shifted = Floats.allocate(kept.values().rows()).copyFrom(Forward.vector(present));
        for (int r = 0; r < shifted.length(); r++) {
            double change = drift * residual[r];
            for (int c = 0; c < n; c++) {
                double w = given.weights().values()[r * n + c];
                change += w * (mean[c] + drift * moved[c]) - (double) kept.values().values()[r * n + c] * mean[c];
            }
            shifted.set(r, (float) (shifted.get(r) + change));
        }
        present.set(Dense.of(shifted.length(), 1, shifted));
    }

    /** Evidence about deviations from the mean. */
    private record Centred(Evidence raw) implements Evidence {

        @Override
        public float[] of(Site site, Need need) {
            float[] values = raw.of(site, need);
            float[] mean = raw.of(site, Need.INPUT_MEAN);
            float[] other = switch (need) {
                case GRAM -> mean;
                case DRIFT -> raw.of(site, Need.MEAN_DRIFT);
                case RESIDUAL_DRIFT -> raw.of(site, Need.MEAN_RESIDUAL_DRIFT);
                default -> new float[0];
            };
            float[] centred = other.length == 0 ? values : values.clone();
            for (int i = 0; i < other.length; i++) {
                for (int j = 0; j < mean.length; j++) {
                    centred[i * mean.length + j] -= other[i] * mean[j];
                }
            }
            return centred;
        }

        @Override
        public boolean has(Site site, Need need) {
            return raw.has(site, need);
        }
    }
}
