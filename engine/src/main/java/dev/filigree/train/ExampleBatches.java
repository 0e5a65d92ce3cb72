package dev.filigree.train;

import dev.filigree.base.Rng;
import dev.filigree.io.data.Examples;
import dev.filigree.ops.Form;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;

/** Examples in random order, epoch after epoch, laid into panels or planes. A batch may span two epochs, so every batch is full. */
public final class ExampleBatches implements Batches {

    private final Examples examples;
    private final int size;
    private final Form form;
    private final Augmentation augmentation;
    private final Order order;
    private final Rng changes; // of the augmentation
    private final float[] example;
    private final float[] scratch;
    private final Value x;

    /**
     * @param size examples a batch
     * @param rng  a stream that nobody else draws from
     */
    public ExampleBatches(Examples examples, int size, Rng rng) {
        this(examples, size, Form.FEATURES, Augmentation.NONE, rng);
    }

    /**
     * @param size examples a batch
     * @param form what the model wants
     * @param rng  a stream that nobody else draws from
     */
    public ExampleBatches(Examples examples, int size, Form form, Augmentation augmentation, Rng rng) {
        if (examples.count() < 1 || size < 1) {
            throw new IllegalArgumentException(examples.count() + " examples in batches of " + size);
        }
        this.examples = examples;
        this.size = size;
        this.form = form;
        this.augmentation = augmentation;
        this.changes = rng.split("augmentation");
        this.order = new Order(examples.count(), rng);
        this.example = new float[examples.shape().size()];
        this.scratch = new float[example.length];
        this.x = form.allocate(size, examples.shape().channels(), examples.shape().height(), examples.shape().width());
    }

    @Override
    public Samples next() {
        int[] labels = new int[size];
        for (int i = 0; i < size; i++) {
            labels[i] = write(order.next(), i);
        }
        return new Samples(x, labels);
    }

    /** The examples {@code from .. to} in their own order, for looks at quality. */
    public static Samples range(Examples examples, int from, int to) {
        return range(examples, from, to, Form.FEATURES);
    }

    /** The same laid out as a model wants them. */
    public static Samples range(Examples examples, int from, int to, Form form) {
        ExampleBatches reader = new ExampleBatches(examples, to - from, form, Augmentation.NONE, new Rng(0));
        int[] labels = new int[to - from];
        for (int i = from; i < to; i++) {
            labels[i - from] = reader.write(i, i - from);
        }
        return new Samples(reader.x, labels);
    }

    private int write(int from, int to) {
        examples.read(from, example);
        augmentation.apply(examples.shape(), example, scratch, changes);
        form.write(example, to, x);
        return examples.label(from);
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
        return examples.fingerprint() + " by " + size + (augmentation.equals(Augmentation.NONE) ? "" : " " + augmentation);
    }

    @Override
    public void save(StateWriter out) {
        order.save(out);
        out.put("changes", changes.state());
    }

    @Override
    public void load(StateReader in) {
        order.load(in);
        changes.restore(in.integer("changes"));
    }
}
