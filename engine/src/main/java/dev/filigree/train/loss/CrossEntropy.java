package dev.filigree.train.loss;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Labelled;
import dev.filigree.ops.Value;
import java.util.Arrays;
import java.util.List;

/**
 * {@code -sum_c q_c log softmax(y)_c}, where q is 1 - smoothing at the label and smoothing / classes everywhere (Szegedy et
 * al. 2016, arXiv:1512.00567): the mean over what has a label, so also over tokens and what follows them, and over some
 * nodes of a graph. The gradient is {@code (softmax(y) - q) / labels}. A result is right when no class scores higher and none
 * before it as high.
 *
 * <p>With weights of classes it is the mean weighted by the label's, {@code sum_i w_l(i) loss_i / sum_i w_l(i)}, and the gradient accordingly.
 *
 * @param smoothing share of the label's weight that is spread over all classes, in [0, 1)
 * @param weights   of each class, above 0; empty for classes that count alike
 */
public record CrossEntropy(double smoothing, List<Double> weights) implements Objective {

    public CrossEntropy {
        weights = List.copyOf(weights);
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new UserError("label smoothing: found " + smoothing + ", expected a share in [0, 1)");
        }
        if (weights.stream().anyMatch(w -> !(w > 0 && w < Double.MAX_VALUE))) {
            throw new UserError("weights of classes: found " + weights + ", expected numbers above 0");
        }
    }

    /** Classes that count alike. */
    public CrossEntropy(double smoothing) {
        this(smoothing, List.of());
    }

    private double weight(int label) {
        return weights.isEmpty() ? 1 : weights.get(label);
    }

    @Override
    public Score score(Compute compute, Value y, Batch batch, Value gradient) {
        int[] labels = batch.as(Labelled.class).labels();
        if (labels.length != y.tokens()) {
            throw new IllegalArgumentException(labels.length + " labels for " + y.tokens() + " results");
        }
        int count = (int) Arrays.stream(labels).filter(l -> l >= 0).count();
        double all = Arrays.stream(labels).filter(l -> l >= 0).mapToDouble(this::weight).sum();
        double[] losses = new double[y.panels()];
        float[] sure = new float[y.tokens()]; // of what was predicted, below 0 where that was wrong
        compute.parallel().run(y.panels(), p -> panel(compute, y, labels, all, gradient, p, losses, sure));
        double loss = 0;
        for (double part : losses) {
            loss += part;
        }
        int right = 0;
        Reliability reliability = new Reliability();
        for (int t = 0; t < sure.length; t++) {
            if (labels[t] >= 0) {
                right += sure[t] > 0 ? 1 : 0;
                if (gradient == null) {
                    reliability.add(Math.abs(sure[t]), sure[t] > 0);
                }
            }
        }
        return new Score(count == 0 ? 0 : loss / all, right / (double) Math.max(1, count), count, reliability);
    }

    private void panel(Compute compute, Value y, int[] labels, double all, Value gradient, int panel, double[] losses, float[] sure) {
        int width = y.width();
        int at = panel * y.features() * width;
        Floats facts = Floats.allocate(3 * width);
        Floats scale = Floats.allocate(width);
        compute.kernels().norms().logSumExp(y.data(), at, y.features(), width, facts);
        int tokens = Math.min(width, y.tokens() - panel * width);
        for (int t = 0; t < tokens; t++) {
            int label = labels[panel * width + t];
            if (label >= 0) {
                double wanted = (1 - smoothing) * y.data().get(at + label * width + t) + smoothing * facts.get(2 * width + t);
                losses[panel] += weight(label) * (facts.get(t) - wanted);
                int predicted = (int) facts.get(width + t);
                float confidence = (float) Math.exp(y.data().get(at + predicted * width + t) - facts.get(t));
                sure[panel * width + t] = predicted == label ? confidence : -confidence;
                scale.set(t, (float) (weight(label) / all));
            }
        }
        if (gradient == null) {
            return;
        }
        compute.kernels().norms().softmaxGradient(y.data(), gradient.data(), at, y.features(), width, facts, scale, (float) (smoothing / y.features()));
        for (int t = 0; t < tokens; t++) {
            int label = labels[panel * width + t];
            if (label >= 0) {
                int i = at + label * width + t;
                gradient.data().set(i, gradient.data().get(i) - (float) ((1 - smoothing) * scale.get(t)));
            }
        }
    }
}
