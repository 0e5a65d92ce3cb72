package dev.filigree.train;

import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Labelled;
import dev.filigree.ops.Value;
import java.util.Arrays;
import java.util.List;

/**
 * Tells examples that a model was trained on from others by its confidence in their labels, {@code softmax(y)_label}: a member is
 * what reaches a threshold, which is the one that separates known members from known others best, the mean of both shares that it
 * gets right being highest (Song and Mittal 2021, arXiv:2003.10595, with one threshold for all classes). Of thresholds that are
 * equally good the lowest counts.
 *
 * @param threshold confidence from which an example counts as a member
 */
public record Membership(double threshold) {

    /** Learns the threshold. */
    public static Membership between(double[] members, double[] others) {
        double[] in = sorted(members);
        double[] out = sorted(others);
        double best = -1;
        double threshold = Double.POSITIVE_INFINITY;
        for (double t : sorted(concat(in, out))) {
            double right = (1 - below(in, t) / (double) in.length) + below(out, t) / (double) out.length;
            if (right > best) {
                best = right;
                threshold = t;
            }
        }
        return new Membership(threshold);
    }

    /** The share that is taken for others: of what was to be forgotten, the efficacy of forgetting. */
    public double shareOfOthers(double[] confidences) {
        return Arrays.stream(confidences).filter(c -> !(c >= threshold)).count() / (double) confidences.length;
    }

    /** A model's confidence in the label of each example. */
    public static double[] confidences(Compute compute, Model model, List<Batch> batches) {
        double[] all = new double[batches.stream().mapToInt(b -> b.as(Labelled.class).labels().length).sum()];
        int at = 0;
        try (Eager eager = new Eager(compute)) {
            for (Batch batch : batches) {
                Value y = model.forward(eager, batch);
                int[] labels = batch.as(Labelled.class).labels();
                for (int i = 0; i < labels.length; i++) {
                    all[at++] = confidence(y, i, labels[i]);
                }
                eager.release(y);
            }
        }
        return all;
    }

    private static double confidence(Value y, int example, int label) {
        double sum = 0;
        for (int c = 0; c < y.features(); c++) {
            sum += Math.exp(y.get(example, c) - y.get(example, label));
        }
        return 1 / sum;
    }

    /** How many of some ascending numbers are below t. */
    private static int below(double[] ascending, double t) {
        int low = 0;
        int high = ascending.length;
        while (low < high) {
            int mid = (low + high) >>> 1;
            if (ascending[mid] < t) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }

    private static double[] sorted(double[] values) {
        double[] copy = values.clone();
        Arrays.sort(copy);
        return copy;
    }

    private static double[] concat(double[] a, double[] b) {
        double[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
