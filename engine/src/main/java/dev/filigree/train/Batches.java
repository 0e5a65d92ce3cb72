package dev.filigree.train;

import dev.filigree.base.Rng;
import dev.filigree.ops.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Sentences in random order, epoch after epoch, each epoch a new permutation. A batch may span two epochs, so every
 * batch is full. Batches are packed without padding, hence sentences need not be sorted by length.
 */
public final class Batches implements Stateful {

    private final List<int[]> sequences;
    private final int size;
    private final Rng rng;
    private long epoch = -1;
    private long epochState; // of the stream, before it drew the permutation
    private int[] order = {};
    private int at;

    /**
     * @param sequences token ids
     * @param size      sentences a batch
     * @param rng       a stream that nobody else draws from
     */
    public Batches(List<int[]> sequences, int size, Rng rng) {
        if (sequences.isEmpty() || size < 1) {
            throw new IllegalArgumentException(sequences.size() + " sentences in batches of " + size);
        }
        this.sequences = List.copyOf(sequences);
        this.size = size;
        this.rng = rng;
    }

    public Batch next() {
        List<int[]> chosen = new ArrayList<>(size);
        while (chosen.size() < size) {
            if (at == order.length) {
                epoch++;
                shuffle();
                at = 0;
            }
            chosen.add(sequences.get(order[at++]));
        }
        return Batch.of(chosen);
    }

    /** Sentences a batch. */
    public int size() {
        return size;
    }

    /** Epochs begun before the present one. */
    public long epoch() {
        return Math.max(0, epoch);
    }

    /** A checksum of the sentences and how they are drawn: a run is resumed only with the same data. */
    public String fingerprint() {
        CRC32C sum = new CRC32C();
        for (int[] s : sequences) {
            add(sum, s.length);
            for (int id : s) {
                add(sum, id);
            }
        }
        return sequences.size() + " sentences by " + size + ", " + Long.toHexString(sum.getValue());
    }

    @Override
    public void save(StateWriter out) {
        out.put("epoch", epoch);
        out.put("epochState", epochState);
        out.put("at", at);
    }

    @Override
    public void load(StateReader in) {
        epoch = in.integer("epoch");
        at = Math.toIntExact(in.integer("at"));
        if (epoch >= 0) {
            rng.restore(in.integer("epochState"));
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
        order = rng.permutation(sequences.size());
    }

    private static void add(CRC32C sum, int v) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            sum.update(v >>> shift);
        }
    }
}
