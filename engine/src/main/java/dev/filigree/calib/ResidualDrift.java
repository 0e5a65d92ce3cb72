package dev.filigree.calib;

import dev.filigree.kernel.Compute;
import dev.filigree.ops.Value;
import dev.filigree.ops.Workspace;

/** How far the residual that is added to a site's outputs has moved, against the inputs of the site. */
final class ResidualDrift {

    private final double[] sum;
    private final Gram product;
    private long tokens;

    ResidualDrift(int outputs, int inputs, Workspace workspace) {
        this.sum = new double[outputs];
        this.product = new Gram(outputs, inputs, false, workspace);
    }

    void add(Compute compute, Value moved, Value x) {
        tokens += x.tokens();
        for (int f = 0; f < sum.length; f++) {
            sum[f] += InputStatistics.sum(moved, f);
        }
        product.add(compute, moved, x);
    }

    float[] of(Need need) {
        if (need == Need.RESIDUAL_DRIFT) {
            return product.mean(tokens);
        }
        float[] mean = new float[sum.length];
        for (int f = 0; f < mean.length; f++) {
            mean[f] = (float) (sum[f] / tokens);
        }
        return mean;
    }
}
