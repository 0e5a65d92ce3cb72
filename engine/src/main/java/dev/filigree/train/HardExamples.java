package dev.filigree.train;

import dev.filigree.base.Ints;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Examples;
import dev.filigree.ops.Form;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import java.util.stream.IntStream;

/**
 * Examples of which the easiest are left out after some epochs: those that were classified wrong least often in them, of equal ones
 * the first (dynamic data removal of Wang et al. 2022, SparCL, arXiv:2209.09476). Who trains tells it what the model said.
 */
public final class HardExamples implements Batches, Rehearsal.Watcher {

    private final Examples examples;
    private final int size;
    private final Form form;
    private final int looks;
    private final double removed;
    private final Rng rng;
    private final int[] misses;
    private final int[] last; // examples of the present batch
    private final float[] example;
    private final Value x;
    private int[] left;
    private Order order;
    private long drawn;

    /**
     * @param size    examples a batch
     * @param looks   epochs of all examples
     * @param removed share that is left out after them
     * @param rng     a stream that nobody else draws from
     */
    public HardExamples(Examples examples, int size, Form form, int looks, double removed, Rng rng) {
        if (size < 1 || looks < 1 || !(removed >= 0 && removed < 1)) {
            throw new UserError("hard examples: found batches of " + size + ", looks=" + looks + ", removed=" + removed + ", expected at least 1 of both and a share in [0, 1)");
        }
        this.examples = examples;
        this.size = size;
        this.form = form;
        this.looks = looks;
        this.removed = removed;
        this.rng = rng;
        this.misses = new int[examples.count()];
        this.last = new int[size];
        this.example = new float[examples.shape().size()];
        this.x = form.allocate(size, examples.shape().channels(), examples.shape().height(), examples.shape().width());
        among(IntStream.range(0, examples.count()).toArray());
    }

    /** Steps of so many epochs, of which those after the first looks are shorter. */
    public long steps(double epochs) {
        double kept = examples.count() - Math.floor(removed * examples.count());
        return Math.max(1, Math.round((Math.min(epochs, looks) * examples.count() + Math.max(0, epochs - looks) * kept) / size));
    }

    @Override
    public Samples next() {
        int[] labels = new int[size];
        for (int i = 0; i < size; i++) {
            if (drawn == (long) looks * misses.length) {
                among(hardest());
            }
            drawn++;
            last[i] = left[order.next()];
            examples.read(last[i], example);
            form.write(example, i, x);
            labels[i] = examples.label(last[i]);
        }
        return new Samples(x, labels);
    }

    /** Counts who is classified wrong in the present batch. */
    @Override
    public void saw(Samples batch, Value y) {
        for (int i = 0; i < last.length && drawn <= (long) looks * misses.length; i++) {
            int best = 0;
            for (int c = 1; c < y.features(); c++) {
                best = y.get(i, c) > y.get(i, best) ? c : best;
            }
            misses[last[i]] += best == batch.labels()[i] ? 0 : 1;
        }
    }

    private int[] hardest() {
        return IntStream.range(0, misses.length).boxed().sorted((a, b) -> Integer.compare(misses[a], misses[b]))
                .skip((long) (removed * misses.length)).mapToInt(i -> i).sorted().toArray();
    }

    private void among(int[] some) {
        left = some;
        order = new Order(left.length, rng.split(left.length == misses.length ? "all" : "hard"));
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int count() {
        return misses.length;
    }

    @Override
    public long epoch() {
        return order.epoch() + (left.length == misses.length ? 0 : looks);
    }

    @Override
    public String fingerprint() {
        return examples.fingerprint() + " by " + size + " without the easiest " + removed + " after " + looks;
    }

    @Override
    public void save(StateWriter out) {
        out.put("drawn", drawn);
        out.put("misses", Ints.of(misses));
        out.put("left", Ints.of(left));
        order.save(out.in("order"));
    }

    @Override
    public void load(StateReader in) {
        drawn = in.integer("drawn");
        System.arraycopy(in.ints("misses").toArray(), 0, misses, 0, misses.length);
        among(in.ints("left").toArray());
        order.load(in.in("order"));
    }
}
