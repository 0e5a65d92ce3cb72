package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.io.data.Examples;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;

/** Examples in random order, epoch after epoch, laid into panels. A batch may span two epochs, so every batch is full. */
public final class ExampleBatches implements Batches {

    private final Examples examples;
    private final int size;
    private final Order order;
    private final float[] example;
    private final Value x;

    /**
     * @param size examples a batch
     * @param rng  a stream that nobody else draws from
     */
    public ExampleBatches(Examples examples, int size, Rng rng) {
        if (examples.count() < 1 || size < 1) {
            throw new IllegalArgumentException(examples.count() + " examples in batches of " + size);
        }
        this.examples = examples;
        this.size = size;
        this.order = new Order(examples.count(), rng);
        this.example = new float[examples.shape().size()];
        this.x = panels(example.length, size);
    }

    @Override
    public Samples next() {
        int[] labels = new int[size];
        for (int i = 0; i < size; i++) {
            labels[i] = write(order.next(), i, x);
        }
        return new Samples(x, labels);
    }

    /** The examples {@code from .. to} in their own order, for looks at quality. */
    public static Samples range(Examples examples, int from, int to) {
        ExampleBatches reader = new ExampleBatches(examples, to - from, new Rng(0));
        int[] labels = new int[to - from];
        for (int i = from; i < to; i++) {
            labels[i - from] = reader.write(i, i - from, reader.x);
        }
        return new Samples(reader.x, labels);
    }

    private int write(int from, int to, Value x) {
        examples.read(from, example);
        int at = x.at(to, 0);
        for (int f = 0; f < example.length; f++) {
            x.data().set(at + f * x.width(), example[f]);
        }
        return examples.label(from);
    }

    private static Value panels(int features, int size) {
        int width = Kernels.widthFor(size);
        return new Value(Floats.allocate(Value.length(features, size, width)), features, size, width);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int count() {
        return examples.count();
    }

    @Override
    public long epoch() {
        return order.epoch();
    }

    @Override
    public String fingerprint() {
        return examples.fingerprint() + " by " + size;
    }

    @Override
    public void save(StateWriter out) {
        order.save(out);
    }

    @Override
    public void load(StateReader in) {
        order.load(in);
    }
}
