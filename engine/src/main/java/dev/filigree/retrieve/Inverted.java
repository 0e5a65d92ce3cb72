package dev.filigree.retrieve;

import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.base.Shorts;

/**
 * The full lists of postings of a collection, outside of the heap: for each term the documents that hold it, in the order of their
 * numbers, and what it weighs there. Documents are cut into ranges of 65,536, and lists into a part for each range, which lie together:
 * a posting takes four bytes, and the scores of a range stay in a processor's cache while all lists of a query pass.
 */
public final class Inverted {

    /** Documents of a range; numbers within one take 16 bits. */
    static final int RANGE = Shorts.RANGE;

    final ForwardIndex forward;
    /** Bits of the documents' numbers in their range. */
    final Shorts documents;
    /** Weights as binary16. */
    final Shorts weights;
    private final int vocabulary;
    /** Where the part of each range and term begins {@code [ranges] [vocabulary]}, and one more. */
    private final Ints start;
    /** Bits of the heaviest weight of each range and term. */
    private final Shorts heaviest;

    private Inverted(ForwardIndex forward) {
        this.forward = forward;
        this.vocabulary = forward.vocabulary();
        this.documents = Shorts.allocate(forward.entries());
        this.weights = Shorts.allocate(forward.entries());
        Math.multiplyExact(ranges(), vocabulary);
        this.start = Ints.allocate(parts() + 1);
        this.heaviest = Shorts.allocate(parts());
    }

    /** The lists of all terms of a collection. */
    public static Inverted of(ForwardIndex forward) {
        try (Parallel alone = Parallel.single()) {
            return of(forward, alone);
        }
    }

    /** The same, range by range on several threads. */
    public static Inverted of(ForwardIndex forward, Parallel parallel) {
        Inverted lists = new Inverted(forward);
        int[] before = new int[lists.ranges() + 1];
        for (int r = 0; r < lists.ranges(); r++) {
            before[r + 1] = before[r];
            for (int d = r * RANGE; d < r * RANGE + lists.size(r); d++) {
                before[r + 1] += forward.size(d);
            }
        }
        parallel.run(lists.ranges(), r -> lists.fill(r, before[r]));
        lists.start.set(lists.parts(), before[lists.ranges()]);
        return lists;
    }

    private void fill(int range, int before) {
        int[] next = new int[vocabulary];
        int first = range * RANGE;
        for (int d = first; d < first + size(range); d++) {
            for (int i = 0; i < forward.size(d); i++) {
                next[forward.term(d, i)]++;
            }
        }
        int at = before;
        for (int t = 0; t < vocabulary; t++) {
            int count = next[t];
            start.set(part(range, t), at);
            next[t] = at;
            at += count;
        }
        for (int d = first; d < first + size(range); d++) {
            for (int i = 0; i < forward.size(d); i++) {
                int t = forward.term(d, i);
                int bits = forward.bits(d, i);
                documents.set(next[t], d - first);
                weights.set(next[t]++, bits);
                if (bits > heaviest.get(part(range, t))) {
                    heaviest.set(part(range, t), bits);
                }
            }
        }
    }

    int ranges() {
        return Math.ceilDiv(forward.documents(), RANGE);
    }

    /** Parts of lists, one for each range and term: range after range. */
    int parts() {
        return ranges() * vocabulary;
    }

    /** The number of such a part. */
    int part(int range, int term) {
        return range * vocabulary + term;
    }

    /** Documents of a range. */
    int size(int range) {
        return Math.min(RANGE, forward.documents() - range * RANGE);
    }

    /** Where a list's postings in a range begin. */
    int from(int range, int term) {
        return start.get(part(range, term));
    }

    /** Where they end. */
    int to(int range, int term) {
        return start.get(part(range, term) + 1);
    }

    /** The largest weight that a term has in a range; zero where it has none. */
    float heaviest(int range, int term) {
        return Float.float16ToFloat((short) heaviest.get(part(range, term)));
    }

    float weight(int posting) {
        return Float.float16ToFloat((short) weights.get(posting));
    }

    /** Bytes that the lists take, the forward index not counted. */
    public long bytes() {
        return documents.bytes() + weights.bytes() + start.bytes() + heaviest.bytes();
    }
}
