package dev.filigree.retrieve;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

/**
 * Which entries of a forward index go into posting lists: the largest of the whole index, and of a list that would be too long its largest.
 * Lists are gathered for a range of terms at a time, so that memory stays bounded.
 */
final class KeptPostings {

    /** Bytes of a posting while it is gathered: the number of its document, and below it the bits of its weight. */
    static final int BYTES = Long.BYTES;

    private final ForwardIndex index;
    private final int least;
    private final int longest;
    private final int[] counts;

    KeptPostings(ForwardIndex index, SeismicSettings settings) {
        this.index = index;
        long[] histogram = new long[ForwardIndex.LARGEST_BITS + 1];
        boolean[] used = new boolean[index.vocabulary()];
        for (int d = 0; d < index.documents(); d++) {
            for (int i = 0; i < index.size(d); i++) {
                histogram[index.bits(d, i)]++;
                used[index.term(d, i)] = true;
            }
        }
        long lists = Math.max(1, IntStream.range(0, used.length).filter(t -> used[t]).count());
        long wanted = (long) Math.max(settings.share() * index.entries(), (double) settings.fewest() * lists);
        int bits = histogram.length - 1;
        for (long kept = histogram[bits]; bits > 1 && kept < wanted; kept += histogram[bits]) {
            bits--;
        }
        this.least = bits;
        this.longest = (int) Math.min(index.documents(), Math.ceil(settings.longest() * wanted / lists));
        this.counts = new int[index.vocabulary()];
        for (int d = 0; d < index.documents(); d++) {
            for (int i = 0; i < index.size(d); i++) {
                if (index.bits(d, i) >= least) {
                    counts[index.term(d, i)]++;
                }
            }
        }
    }

    /** Documents of the list of a term, before it is cut to the longest that is allowed. */
    int count(int term) {
        return counts[term];
    }

    /** The lists of some terms. */
    final class Range implements AutoCloseable {

        private final Arena arena = Arena.ofShared();
        private final int from;
        private final long[] start;
        private final MemorySegment postings;

        /** Gathers the lists of terms {@code from .. to}; every task reads all documents for a part of the terms. */
        Range(int from, int to, Parallel parallel) {
            this.from = from;
            this.start = new long[to - from + 1];
            for (int t = from; t < to; t++) {
                start[t - from + 1] = start[t - from] + counts[t];
            }
            this.postings = arena.allocate(Math.max(1, start[to - from]) * BYTES, Floats.ALIGNMENT);
            int tasks = parallel.threads();
            parallel.run(tasks, task -> gather(split(task, tasks, to), split(task + 1, tasks, to)));
        }

        /** Where a part of the terms ends that has its share of postings. */
        private int split(int task, int tasks, int to) {
            int t = from;
            while (t < to && start[t - from] < start[to - from] * task / tasks) {
                t++;
            }
            return task == tasks ? to : t;
        }

        private void gather(int low, int high) {
            long[] next = start.clone();
            for (int d = 0; d < index.documents(); d++) {
                for (int i = 0; i < index.size(d); i++) {
                    int term = index.term(d, i);
                    if (term >= low && term < high && index.bits(d, i) >= least) {
                        postings.setAtIndex(ValueLayout.JAVA_LONG, next[term - from]++, (long) index.bits(d, i) << 32 | d);
                    }
                }
            }
        }

        /** The documents of a list, rising, cut to the longest that is allowed: of equal weights those with smaller numbers stay. */
        int[] documents(int term) {
            long first = start[term - from];
            int count = counts[term];
            int[] documents = new int[Math.min(count, longest)];
            int above = 0;
            int bits = 0;
            if (count > longest) {
                int[] histogram = new int[ForwardIndex.LARGEST_BITS + 1];
                for (int i = 0; i < count; i++) {
                    histogram[bits(first + i)]++;
                }
                bits = histogram.length - 1;
                for (; above + histogram[bits] <= longest; bits--) {
                    above += histogram[bits];
                }
            }
            int equal = longest - above;
            for (int i = 0, n = 0; i < count; i++) {
                int b = bits(first + i);
                if (b > bits || b == bits && equal-- > 0) {
                    documents[n++] = (int) postings.getAtIndex(ValueLayout.JAVA_LONG, first + i);
                }
            }
            return documents;
        }

        private int bits(long posting) {
            return (int) (postings.getAtIndex(ValueLayout.JAVA_LONG, posting) >>> 32);
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
