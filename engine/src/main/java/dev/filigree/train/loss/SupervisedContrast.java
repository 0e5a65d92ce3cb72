package dev.filigree.train.loss;

import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Labelled;
import dev.filigree.ops.Value;

/**
 * Results of one class near each other and far from those of others: with {@code z = y / |y|} and {@code s_ij = z_i z_j / T}, the mean
 * over all i that share their class with others P(i) of {@code -1/|P(i)| sum_(p in P(i)) log (exp s_ip / sum_(a != i) exp s_ia)} (Khosla
 * et al. 2020, arXiv:2004.11362). The gradient at s_ij is {@code (q_ij - [j in P(i)] / |P(i)|) / count}, q being the softmax over a.
 * A result of zeros is near nothing and has no gradient. Nothing is predicted.
 *
 * @param temperature T, above 0
 */
public record SupervisedContrast(double temperature) implements Objective {

    public SupervisedContrast {
        if (!(temperature > 0 && temperature < Double.MAX_VALUE)) {
            throw new UserError("contrast temperature: found " + temperature + ", expected a number above 0");
        }
    }

    @Override
    public Score score(Compute compute, Value y, Batch batch, Value gradient) {
        int[] labels = batch.as(Labelled.class).labels();
        return score(compute, y, labels, gradient);
    }

    /** The same where labels are not those of one batch. */
    public Score score(Compute compute, Value y, int[] labels, Value gradient) {
        int n = y.tokens();
        float[][] z = new float[n][];
        double[] length = new double[n];
        compute.parallel().run(n, i -> {
            z[i] = y.token(i);
            for (float v : z[i]) {
                length[i] += v * v;
            }
            length[i] = Math.sqrt(length[i]);
            for (int f = 0; f < z[i].length; f++) {
                z[i][f] = length[i] == 0 ? 0 : (float) (z[i][f] / length[i]);
            }
        });
        int[] friends = friends(labels);
        int count = 0;
        for (int f : friends) {
            count += f > 0 ? 1 : 0;
        }
        double[][] slope = new double[n][n]; // at s_ij
        double[] losses = new double[n];
        double share = 1.0 / Math.max(1, count);
        compute.parallel().run(n, i -> losses[i] = friends[i] == 0 ? 0 : row(z, labels, i, friends[i], share, slope[i]));
        double loss = 0;
        for (double l : losses) {
            loss += share * l;
        }
        if (gradient != null) {
            compute.parallel().run(n, i -> back(z, length[i], slope, i, gradient));
        }
        return new Score(loss, Double.NaN, count);
    }

    private static int[] friends(int[] labels) {
        int[] friends = new int[labels.length];
        for (int i = 0; i < labels.length; i++) {
            for (int j = 0; j < labels.length; j++) {
                friends[i] += i != j && labels[i] == labels[j] ? 1 : 0;
            }
        }
        return friends;
    }

    private double row(float[][] z, int[] labels, int i, int friends, double share, double[] slope) {
        double most = Double.NEGATIVE_INFINITY;
        double near = 0;
        for (int j = 0; j < z.length; j++) {
            if (j != i) {
                slope[j] = dot(z[i], z[j]) / temperature;
                most = Math.max(most, slope[j]);
                near += labels[i] == labels[j] ? slope[j] / friends : 0;
            }
        }
        double sum = 0;
        for (int j = 0; j < z.length; j++) {
            sum += j == i ? 0 : Math.exp(slope[j] - most);
        }
        for (int j = 0; j < z.length; j++) {
            slope[j] = j == i ? 0 : share * (Math.exp(slope[j] - most) / sum - (labels[i] == labels[j] ? 1.0 / friends : 0));
        }
        return most + Math.log(sum) - near;
    }

    /** {@code dL/dy_i = (g - (g z_i) z_i) / |y_i|} with {@code g = sum_j (slope_ij + slope_ji) z_j / T}. */
    private void back(float[][] z, double length, double[][] slope, int i, Value gradient) {
        double[] g = new double[z[i].length];
        for (int j = 0; j < z.length; j++) {
            double s = (slope[i][j] + slope[j][i]) / temperature;
            for (int f = 0; f < g.length && s != 0; f++) {
                g[f] += s * z[j][f];
            }
        }
        double along = 0;
        for (int f = 0; f < g.length; f++) {
            along += g[f] * z[i][f];
        }
        for (int f = 0; f < g.length; f++) {
            gradient.data().set(gradient.at(i, f), length == 0 ? 0 : (float) ((g[f] - along * z[i][f]) / length));
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int f = 0; f < a.length; f++) {
            sum += a[f] * b[f];
        }
        return sum;
    }
}
