package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.ops.Form;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;

/**
 * A few examples out of all that were offered, each as likely as the other (Vitter 1985, ACM TOMS 11): the n-th takes the place of a
 * random one of m with probability {@code m / n}. Beside each lies what a model said about it then.
 */
public final class Reservoir implements Stateful {

    private final int capacity;
    private final int features;
    private final int outputs;
    private final Floats examples; // [capacity x features]
    private final Floats said; // [capacity x outputs]
    private final Ints labels;
    private long offered;

    /**
     * @param capacity examples that it holds
     * @param features numbers of each
     * @param outputs  numbers that a model says about each
     */
    public Reservoir(int capacity, int features, int outputs) {
        if (capacity < 1) {
            throw new UserError("replay: found a buffer of " + capacity + " examples, expected at least 1");
        }
        this.capacity = capacity;
        this.features = features;
        this.outputs = outputs;
        this.examples = Floats.allocate(Math.multiplyExact(capacity, features));
        this.said = Floats.allocate(Math.multiplyExact(capacity, outputs));
        this.labels = Ints.allocate(capacity);
    }

    /** Examples in it. */
    public int size() {
        return (int) Math.min(capacity, offered);
    }

    /** Offers all examples of a batch, and what was said about them: {@code [samples x outputs]}. */
    public void offer(Samples batch, Value answers, Rng rng) {
        if (batch.x().tokens() != batch.size() || batch.x().features() != features || answers.features() != outputs) {
            throw new UserError("replay: found examples of " + batch.x().features() + " features or channels and " + answers.features() + " answers, expected plain examples of "
                    + features + " and " + outputs + "; choose a model of features, such as mlp");
        }
        for (int i = 0; i < batch.size(); i++) {
            long place = offered < capacity ? offered : (long) (rng.nextDouble() * (offered + 1));
            offered++;
            if (place < capacity) {
                examples.set((int) place * features, batch.x().token(i), 0, features);
                said.set((int) place * outputs, answers.token(i), 0, outputs);
                labels.set((int) place, batch.labels()[i]);
            }
        }
    }

    /**
     * Some of its examples, drawn one by one with all in it each time; targets are what was said about them.
     *
     * @param count of them
     */
    public Samples draw(int count, Rng rng) {
        Value x = Form.FEATURES.allocate(count, features, 1, 1);
        Value targets = Form.FEATURES.allocate(count, outputs, 1, 1);
        int[] drawn = new int[count];
        float[] example = new float[features];
        float[] answers = new float[outputs];
        for (int i = 0; i < count; i++) {
            int k = rng.nextInt(size());
            examples.get(k * features, example, 0, features);
            said.get(k * outputs, answers, 0, outputs);
            Form.FEATURES.write(example, i, x);
            Form.FEATURES.write(answers, i, targets);
            drawn[i] = labels.get(k);
        }
        return new Samples(x, drawn, targets);
    }

    @Override
    public void save(StateWriter out) {
        out.put("offered", offered);
        out.put("examples", examples);
        out.put("said", said);
        out.put("labels", labels);
    }

    @Override
    public void load(StateReader in) {
        offered = in.integer("offered");
        examples.copyFrom(in.floats("examples"));
        said.copyFrom(in.floats("said"));
        labels.set(0, in.ints("labels").toArray());
    }
}
