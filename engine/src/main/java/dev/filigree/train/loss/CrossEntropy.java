package dev.filigree.train.loss;

import dev.filigree.base.UserError;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;

/**
 * {@code -sum_c q_c log softmax(y)_c}, where q is 1 - smoothing at the label and smoothing / classes everywhere (Szegedy et
 * al. 2016, arXiv:1512.00567). The gradient is {@code (softmax(y) - q) / samples}.
 *
 * @param smoothing share of the label's weight that is spread over all classes, in [0, 1)
 */
public record CrossEntropy(double smoothing) implements Objective {

    public CrossEntropy {
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new UserError("label smoothing: found " + smoothing + ", expected a share in [0, 1)");
        }
    }

    @Override
    public Score score(Value y, Batch batch, Value gradient) {
        int[] labels = batch.as(Samples.class).labels();
        double loss = 0;
        int right = 0;
        if (gradient != null) {
            gradient.data().fill(0f);
        }
        double[] exp = new double[y.features()];
        for (int i = 0; i < y.tokens(); i++) {
            int best = 0;
            for (int c = 1; c < exp.length; c++) {
                best = y.get(i, c) > y.get(i, best) ? c : best;
            }
            double max = y.get(i, best);
            double sum = 0;
            double mean = 0;
            for (int c = 0; c < exp.length; c++) {
                exp[c] = Math.exp(y.get(i, c) - max);
                sum += exp[c];
                mean += (y.get(i, c) - max) / exp.length;
            }
            double log = Math.log(sum);
            loss += log - (1 - smoothing) * (y.get(i, labels[i]) - max) - smoothing * mean;
            right += best == labels[i] ? 1 : 0;
            for (int c = 0; c < exp.length && gradient != null; c++) {
                double q = smoothing / exp.length + (c == labels[i] ? 1 - smoothing : 0);
                gradient.data().set(gradient.at(i, c), (float) ((exp[c] / sum - q) / y.tokens()));
            }
        }
        return new Score(loss / y.tokens(), right / (double) y.tokens(), y.tokens());
    }
}
