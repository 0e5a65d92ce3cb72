package dev.filigree.train;

import dev.filigree.base.Rng;
import dev.filigree.ops.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Sentences in random order, epoch after epoch, each epoch a new permutation. A batch may span two epochs, so every
 * batch is full. Batches are packed without padding, hence sentences need not be sorted by length.
 */
public final class SentenceBatches implements Batches {

    private final List<int[]> sequences;
    private final int size;
    private final Order order;

    /**
     * @param sequences token ids
     * @param size      sentences a batch
     * @param rng       a stream that nobody else draws from
     */
    public SentenceBatches(List<int[]> sequences, int size, Rng rng) {
        if (sequences.isEmpty() || size < 1) {
            throw new IllegalArgumentException(sequences.size() + " sentences in batches of " + size);
        }
        this.sequences = List.copyOf(sequences);
        this.size = size;
        this.order = new Order(sequences.size(), rng);
    }

    @Override
    public Tokens next() {
        List<int[]> chosen = new ArrayList<>(size);
        while (chosen.size() < size) {
            chosen.add(sequences.get(order.next()));
        }
        return Tokens.of(chosen);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int count() {
        return sequences.size();
    }

    @Override
    public long epoch() {
        return order.epoch();
    }

    @Override
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
        order.save(out);
    }

    @Override
    public void load(StateReader in) {
        order.load(in);
    }

    private static void add(CRC32C sum, int v) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            sum.update(v >>> shift);
        }
    }
}
