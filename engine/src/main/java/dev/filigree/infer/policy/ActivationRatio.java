package dev.filigree.infer.policy;

import dev.filigree.base.UserError;
import dev.filigree.model.Role;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * PPL-p% sparsity (Luo et al. 2024, arXiv:2411.02335): how few hidden units of its feed-forward nets a model needs. Of every layer the units of least output
 * {@code |h_j| ||W_down,j||} are off, below a threshold so that the cumulative error of what is off, {@code CETT = ||sum of what is off|| / ||y||}, is on
 * average the same in every layer; the CETT is as large as perplexity may rise by the factor {@code 1 + p}, found by bisection.
 *
 * @param ratio      share of units that are on
 * @param cett       of every layer
 * @param perplexity with all units
 * @param reached    with these alone
 */
public record ActivationRatio(double ratio, double cett, double perplexity, double reached) {

    /** Halvings: the CETT is found to a thousandth. */
    private static final int STEPS = 10;
    /** Thresholds at which the CETT of a layer is measured. */
    private static final int POINTS = 64;

    /**
     * Measures a model.
     *
     * @param p share by which perplexity may rise: 0.01 for PPL-1%
     */
    public static ActivationRatio of(Calibration text, double p) {
        if (!(p > 0 && p <= 1)) {
            throw new UserError("activation ratio: found a rise of perplexity of " + 100 * p + " %, expected above 0 and at most 100 %");
        }
        if (text.sequences().isEmpty()) {
            throw new UserError("activation ratio: found no text, expected some to judge on");
        }
        Map<String, Truncation> layers = layers(text);
        double dense = Math.exp(text.loss(Map.of()));
        double low = 0;
        double high = 1;
        Trial best = new Trial(0, dense, 1);
        for (int i = 0; i < STEPS; i++) {
            double cett = (low + high) / 2;
            Trial t = trial(text, layers, cett);
            if (t.perplexity <= dense * (1 + p)) {
                low = cett;
                best = t;
            } else {
                high = cett;
            }
        }
        return new ActivationRatio(best.ratio, best.cett, dense, best.perplexity);
    }

    private record Trial(double cett, double perplexity, double ratio) {
    }

    private static Trial trial(Calibration text, Map<String, Truncation> layers, double cett) {
        Map<String, Gate> gates = new HashMap<>();
        layers.forEach((name, layer) -> gates.put(name, Inputs.below(layer.threshold(cett), layer.norms)));
        Calibration.Judged judged = text.judged(gates);
        return new Trial(cett, Math.exp(judged.loss()), 1 - judged.spent().byRole().get(Role.FFN_OUT));
    }

    private static Map<String, Truncation> layers(Calibration text) {
        Map<String, Truncation> layers = new LinkedHashMap<>();
        text.blocks(block -> block.sites().stream().filter(s -> s.role() == Role.FFN_OUT).forEach(s -> {
            float[] norms = ColumnNorms.of(text.model().param(s).forward());
            Quantiles scores = block.inputs(Map.of(s, norms)).get(s);
            float[] thresholds = new float[POINTS];
            for (int i = 0; i < POINTS; i++) {
                thresholds[i] = scores.at((double) i / POINTS);
            }
            layers.put(s.name(), new Truncation(norms, thresholds, block.truncation(s, norms, thresholds)));
        }));
        return layers;
    }

    /** CETT of one layer by threshold, both rising. */
    private record Truncation(float[] norms, float[] thresholds, double[] cett) {

        /** The threshold whose CETT is this, between those tried by a straight line. */
        float threshold(double wanted) {
            int i = 0;
            while (i + 1 < cett.length && cett[i + 1] <= wanted) {
                i++;
            }
            if (i + 1 == cett.length) {
                return thresholds[i];
            }
            double rise = cett[i + 1] - cett[i];
            return (float) (thresholds[i] + (rise > 0 ? (wanted - cett[i]) / rise : 0) * (thresholds[i + 1] - thresholds[i]));
        }
    }
}
