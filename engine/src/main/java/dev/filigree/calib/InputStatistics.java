package dev.filigree.calib;

import dev.filigree.kernel.Compute;
import dev.filigree.ops.Value;
import dev.filigree.ops.Workspace;
import java.util.Set;
import java.util.function.IntToDoubleFunction;

/** Running statistics of one linear input; lanes past the last token do not count. */
final class InputStatistics {

    private static final int FEATURES = 32; // per task

    private final int inputs;
    private final double[] sum;
    private final double[] squares;
    private final double[] originalSum;
    private final Gram gram;
    private final Gram drift;
    private long tokens;

    InputStatistics(int inputs, Set<Need> needs, Workspace workspace) {
        this.inputs = inputs;
        this.sum = new double[inputs];
        this.squares = new double[inputs];
        this.originalSum = new double[inputs];
        this.gram = needs.contains(Need.GRAM) || needs.contains(Need.DRIFT) ? new Gram(inputs, inputs, true, workspace) : null;
        this.drift = needs.contains(Need.DRIFT) ? new Gram(inputs, inputs, false, workspace) : null;
    }

    /**
     * Adds the tokens of one batch.
     *
     * @param original the same input in the model as it was, or null when drift is not asked for
     */
    void add(Compute compute, Value x, Value original) {
        tokens += x.tokens();
        compute.parallel().run(Math.ceilDiv(inputs, FEATURES), task -> {
            for (int f = task * FEATURES; f < Math.min(inputs, (task + 1) * FEATURES); f++) {
                double s = 0;
                double q = 0;
                for (double v : x.feature(f)) {
                    s += v;
                    q += v * v;
                }
                sum[f] += s;
                squares[f] += q;
                originalSum[f] += original == null ? 0 : sum(original, f);
            }
        });
        if (gram != null) {
            gram.add(compute, x, x);
        }
        if (drift != null) {
            drift.add(compute, original, x);
        }
    }

    /** The sum of one feature over all real tokens. */
    static double sum(Value v, int feature) {
        double sum = 0;
        for (double x : v.feature(feature)) {
            sum += x;
        }
        return sum;
    }

    /** One of the statistics that were asked for. */
    float[] of(Need need) {
        return switch (need) {
            case INPUT_MEAN -> each(i -> sum[i] / tokens);
            case INPUT_NORM -> each(i -> Math.sqrt(squares[i] / tokens));
            case INPUT_VARIANCE -> each(i -> Math.max(0, squares[i] / tokens - sum[i] / tokens * (sum[i] / tokens)));
            case GRAM -> gram.mean(tokens);
            case MEAN_DRIFT -> each(i -> (originalSum[i] - sum[i]) / tokens);
            case RESIDUAL_DRIFT, MEAN_RESIDUAL_DRIFT -> throw new IllegalArgumentException(need + " belongs to one site, not to its input");
            case DRIFT -> difference(drift.mean(tokens), gram.mean(tokens));
        };
    }

    private float[] each(IntToDoubleFunction f) {
        float[] out = new float[inputs];
        for (int i = 0; i < inputs; i++) {
            out[i] = (float) f.applyAsDouble(i);
        }
        return out;
    }

    private static float[] difference(float[] a, float[] b) {
        for (int i = 0; i < a.length; i++) {
            a[i] -= b[i];
        }
        return a;
    }
}
