package dev.filigree.train;

import dev.filigree.base.Rng;
import dev.filigree.io.data.DataSet;
import dev.filigree.io.data.Shape;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Form;
import dev.filigree.train.loss.CrossEntropy;
import dev.filigree.train.loss.Objective;
import java.util.AbstractList;
import java.util.List;
import java.util.Locale;

/**
 * Which class an example belongs to.
 *
 * @param augmentation what is done to examples of training each time they are shown
 * @param weights      how much an example of each class counts in training; empty for all alike
 */
public record Classification(DataSet data, Augmentation augmentation, List<Double> weights) implements Problem {

    /** Classes that count alike. */
    public Classification(DataSet data, Augmentation augmentation) {
        this(data, augmentation, List.of());
    }

    /** Examples as they are. */
    public Classification(DataSet data) {
        this(data, Augmentation.NONE);
    }

    @Override
    public Shape input() {
        return data.train().shape();
    }

    @Override
    public int outputs() {
        return data.train().classes().size();
    }

    @Override
    public Batches training(int size, Rng rng) {
        return training(size, Form.FEATURES, rng);
    }

    @Override
    public Batches training(int size, Form form, Rng rng) {
        return new ExampleBatches(data.train(), size, form, augmentation, rng);
    }

    @Override
    public List<Batch> testing(int size) {
        return testing(size, Form.FEATURES);
    }

    @Override
    public List<Batch> testing(int size, Form form) {
        int count = data.test().count();
        return new AbstractList<>() {
            @Override
            public Batch get(int i) {
                return ExampleBatches.range(data.test(), i * size, Math.min(count, (i + 1) * size), form);
            }

            @Override
            public int size() {
                return Math.ceilDiv(count, size);
            }
        };
    }

    @Override
    public Objective objective(double smoothing) {
        return new CrossEntropy(smoothing, weights);
    }

    @Override
    public String about() {
        return String.format(Locale.ROOT, "%s: %,d training and %,d test examples of %s, %d classes (%s)", data.name(), data.train().count(),
                data.test().count(), input(), outputs(), data.origin());
    }
}
