package dev.filigree.tensor;

import dev.filigree.base.Ints;

/**
 * Cuts the rows of a weight into ranges of about equal work, which is its stored entries: rows of one task may be few and full
 * or many and empty. No sum crosses a cut, so where it lies leaves no trace in a result.
 */
final class Cuts {

    private Cuts() {
    }

    /**
     * @param wanted ranges; there may be fewer, for tiles and blocks are not cut
     * @return row at which each range begins, ascending from 0, and the number of rows
     */
    static int[] of(Weight w, int wanted) {
        int together = Matmul.rowsTogether(w);
        int units = Math.ceilDiv(w.rows(), together);
        int ranges = Math.min(wanted, units);
        int[] cuts = new int[ranges + 1];
        long total = before(w, units);
        int last = 0;
        for (int i = 1; i < ranges; i++) {
            // each range gets a unit at least, however the entries lie
            last = Math.clamp(total == 0 ? (long) units * i / ranges : firstWith(w, total * i / ranges, units), last + 1, units - (ranges - i));
            cuts[i] = last * together;
        }
        cuts[ranges] = w.rows();
        return cuts;
    }

    /** The first unit that has {@code share} entries before it. */
    private static int firstWith(Weight w, long share, int units) {
        int low = 0;
        int high = units;
        while (low < high) {
            int mid = (low + high) >>> 1;
            if (before(w, mid) < share) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }

    /** Stored entries before unit {@code u}; a unit is what {@link Matmul#rowsTogether} counts. */
    private static long before(Weight w, int u) {
        return switch (w) {
            case Csr c -> inChunks(c.start(), c.rows(), c.chunks(), u);
            case RowGroups g -> inChunks(g.start(), g.rows(), g.chunks(), u);
            case BlockCsr b -> b.start().get(u);
            case CodedBlocks b -> b.start().get(u);
            case CodedGroups g -> g.start().get(u);
            case Bitmap b -> b.start().get(u);
            case SlicedEll s -> s.firstStep().get(u);
            case Tiled _, Columns _, PackedNofM _, Dense _ -> u;
            case ConvWeight c -> inChunks(c.start(), c.outputs(), c.chunks(), u);
        };
    }

    private static long inChunks(Ints start, int rows, int chunks, int row) {
        long n = 0;
        for (int c = 0; c < chunks; c++) {
            n += start.get(c * rows + row) - start.get(c * rows);
        }
        return n;
    }
}
