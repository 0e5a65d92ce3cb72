package dev.filigree.prune.channels;

import dev.filigree.base.UserError;

/**
 * The largest convex function below {@code |x|^2 / 2} of vectors of which at most {@code k} groups are not zero, and infinity elsewhere
 * (Refael et al. 2022, arXiv:2212.12921): {@code E(x) = min over u of sum |x_g|^2 / (2 u_g)} with {@code 0 <= u_g <= 1} and
 * {@code sum w_g u_g <= k}. For equal weights of 1 that is half the square of the k-support norm of the groups' lengths; for others the
 * budget may be spent on a part of a group.
 */
final class Envelope {

    private static final int HALVINGS = 100;

    private Envelope() {
    }

    /**
     * What the proximal operator {@code argmin over x of |x - v|^2 / 2 + t E(x)} multiplies each group with: {@code u_g / (u_g + t)}, where
     * {@code u_g = clip(a |v_g| / sqrt(w_g) - t, 0, 1)} and {@code a} is what spends the budget, found by bisection.
     *
     * @param lengths of the groups, {@code |v_g|}
     * @param weights above 0
     * @param k       budget, above 0
     * @param t       step, above 0
     */
    static double[] shrinkage(double[] lengths, double[] weights, double k, double t) {
        if (!(k > 0 && t > 0)) {
            throw new UserError("channels group-envelope: found a budget of " + k + " and a step of " + t + ", expected both above 0");
        }
        double low = 0;
        double high = 0;
        for (int g = 0; g < lengths.length; g++) {
            high = lengths[g] > 0 ? Math.max(high, (1 + t) * Math.sqrt(weights[g]) / lengths[g]) : high;
        }
        if (spent(lengths, weights, high, t) > k) {
            for (int i = 0; i < HALVINGS; i++) {
                double middle = (low + high) / 2;
                if (spent(lengths, weights, middle, t) > k) {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            high = low;
        }
        double[] factors = new double[lengths.length];
        for (int g = 0; g < lengths.length; g++) {
            double u = share(lengths[g], weights[g], high, t);
            factors[g] = u / (u + t);
        }
        return factors;
    }

    private static double spent(double[] lengths, double[] weights, double a, double t) {
        double sum = 0;
        for (int g = 0; g < lengths.length; g++) {
            sum += weights[g] * share(lengths[g], weights[g], a, t);
        }
        return sum;
    }

    private static double share(double length, double weight, double a, double t) {
        return Math.clamp(a * length / Math.sqrt(weight) - t, 0, 1);
    }
}
