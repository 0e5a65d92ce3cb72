package dev.filigree.retrieve;

import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import java.util.Arrays;

/** The places of the largest weights of every document, by which documents are compared while blocks form. */
final class Heaviest {

    private static final int CHUNK = 4096;

    private final int most;
    private final Ints places;

    /** Finds {@code most} places of every document, fewer of one that has fewer terms; of equal weights the first. */
    Heaviest(ForwardIndex index, int most, Parallel parallel) {
        this.most = most;
        this.places = Ints.allocate(Math.multiplyExact(index.documents(), most));
        parallel.run(Math.ceilDiv(index.documents(), CHUNK), chunk -> {
            long[] order = new long[0];
            for (int d = chunk * CHUNK; d < Math.min(index.documents(), (chunk + 1) * CHUNK); d++) {
                int size = index.size(d);
                order = order.length < size ? new long[2 * size] : order;
                for (int i = 0; i < size; i++) {
                    order[i] = (long) -index.bits(d, i) << 32 | i;
                }
                Arrays.sort(order, 0, size);
                for (int i = 0; i < Math.min(most, size); i++) {
                    places.set(d * most + i, (int) order[i]);
                }
            }
        });
    }

    int most() {
        return most;
    }

    int place(int document, int i) {
        return places.get(document * most + i);
    }
}
