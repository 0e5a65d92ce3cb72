package dev.filigree.train;

import dev.filigree.base.Rng;

/** The numbers 0 .. count-1 in random order, epoch after epoch, each epoch a new permutation; a part of a run's state. */
final class Order implements Stateful {

    private final int count;
    private final Rng rng;
    private long epoch = -1;
    private long epochState; // of the stream, before it drew the present permutation
    private int[] order = {};
    private int at;

    /** @param rng a stream that nobody else draws from */
    Order(int count, Rng rng) {
        this.count = count;
        this.rng = rng;
    }

    int next() {
        if (at == order.length) {
            epoch++;
            shuffle();
            at = 0;
        }
        return order[at++];
    }

    /** Epochs begun before the present one. */
    long epoch() {
        return Math.max(0, epoch);
    }

    @Override
    public void save(StateWriter out) {
        out.put("epoch", epoch);
        out.put("epochState", epoch < 0 ? rng.state() : epochState);
        out.put("at", at);
    }

    @Override
    public void load(StateReader in) {
        epoch = in.integer("epoch");
        at = Math.toIntExact(in.integer("at"));
        rng.restore(in.integer("epochState"));
        if (epoch >= 0) {
            shuffle();
        } else {
            order = new int[0];
        }
        if (at < 0 || at > order.length) {
            throw in.damaged("at", "is " + at + ", expected at most " + order.length);
        }
    }

    private void shuffle() {
        epochState = rng.state();
        order = rng.permutation(count);
    }
}
