package dev.filigree.tensor;

import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Which positions of a matrix [rows x cols] are live: for each row the ascending columns. Its order, row by row, is the
 * canonical order in which values travel between layouts, files and optimizers. Never a dense mask.
 */
public final class Topology {

    private final int rows;
    private final int cols;
    private final Ints start;
    private final Ints column;

    private Topology(int rows, int cols, Ints start, Ints column) {
        this.rows = rows;
        this.cols = cols;
        this.start = start;
        this.column = column;
    }

    /**
     * Checks every index once, so that nothing after this needs to.
     *
     * @param start  {@code rows + 1} ascending offsets into {@code column}, the first 0, the last its length
     * @param column ascending inside each row, in {@code 0 .. cols-1}
     */
    public static Topology of(String name, int rows, int cols, Ints start, Ints column) {
        if (start.length() != rows + 1 || start.get(0) != 0 || start.get(rows) != column.length()) {
            throw new UserError(name + ": row offsets do not span the " + column.length() + " stored columns of " + rows + " rows");
        }
        for (int r = 0; r < rows; r++) {
            int from = start.get(r);
            int to = start.get(r + 1);
            if (to < from || to > column.length()) {
                throw new UserError(name + ": row offsets must ascend, row " + r + " runs from " + from + " to " + to);
            }
            int previous = -1;
            for (int j = from; j < to; j++) {
                int c = column.get(j);
                if (c <= previous || c >= cols) {
                    throw new UserError(name + ": column " + c + " of row " + r + " is out of order or outside 0.." + (cols - 1));
                }
                previous = c;
            }
        }
        return new Topology(rows, cols, start, column);
    }

    /** Of offsets and columns that are known to obey the rules of {@link #of(String, int, int, Ints, Ints)}. */
    static Topology checked(int rows, int cols, Ints start, Ints column) {
        return new Topology(rows, cols, start, column);
    }

    /** The positions of {@code w}, in canonical order. */
    public static Topology of(Weight w) {
        return Canonical.topology(Arena.ofAuto(), Parallel.single(), w);
    }

    /** Every position. */
    public static Topology full(int rows, int cols) {
        Builder b = new Builder(rows, cols, Math.multiplyExact(rows, cols));
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                b.add(r, c);
            }
        }
        return b.build();
    }

    public int rows() {
        return rows;
    }

    public int cols() {
        return cols;
    }

    /** Live positions. */
    public int count() {
        return column.length();
    }

    /** Offsets of the rows, {@code rows + 1} of them. */
    public Ints start() {
        return start;
    }

    /** Columns, row by row. */
    public Ints column() {
        return column;
    }

    /** Canonical index of (row, col), or -1 when that position is not live. */
    public int find(int row, int col) {
        int low = start.get(row);
        int high = start.get(row + 1) - 1;
        while (low <= high) {
            int mid = (low + high) >>> 1;
            int c = column.get(mid);
            if (c == col) {
                return mid;
            } else if (c < col) {
                low = mid + 1;
            } else {
                high = mid - 1;
            }
        }
        return -1;
    }

    /** Whether every {@code height} rows share their columns, and there are at least two such blocks. */
    public boolean isBlocks(int height) {
        if (rows < 2 * height) {
            return false;
        }
        for (int r = 0; r < rows; r++) {
            int first = r - r % height;
            int count = start.get(r + 1) - start.get(r);
            if (count != start.get(first + 1) - start.get(first)) {
                return false;
            }
            for (int j = 0; j < count; j++) {
                if (column.get(start.get(r) + j) != column.get(start.get(first) + j)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether every row consists of groups of {@code width} consecutive columns, the first a multiple of {@code width}, as all columns do. */
    public boolean isGroups(int width) {
        if (cols % width != 0) {
            return false;
        }
        for (int r = 0; r < rows; r++) {
            int from = start.get(r);
            int to = start.get(r + 1);
            if ((to - from) % width != 0) {
                return false;
            }
            for (int j = from; j < to; j++) {
                int place = (j - from) % width;
                if (column.get(j) % width != place || place > 0 && column.get(j - 1) != column.get(j) - 1) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether exactly {@code n} of every {@code m} consecutive columns are live in each row. */
    public boolean isNofM(int n, int m) {
        int perRow = cols / m * n;
        if (cols % m != 0) {
            return false;
        }
        for (int r = 0; r < rows; r++) {
            int from = start.get(r);
            if (start.get(r + 1) - from != perRow) {
                return false;
            }
            for (int j = 0; j < perRow; j++) {
                if (column.get(from + j) / m != j / n) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Collects positions in any order; each must come once. */
    public static final class Builder {

        private final int rows;
        private final int cols;
        private long[] positions;
        private int count;

        public Builder(int rows, int cols, int expected) {
            this.rows = rows;
            this.cols = cols;
            this.positions = new long[Math.max(16, expected)];
        }

        public void add(int row, int col) {
            if (count == positions.length) {
                positions = Arrays.copyOf(positions, count + (count >> 1));
            }
            positions[count++] = (long) row * cols + col;
        }

        public Topology build() {
            if (!ascending()) {
                Arrays.sort(positions, 0, count);
            }
            int[] start = new int[rows + 1];
            int[] column = new int[count];
            for (int i = 0; i < count; i++) {
                start[(int) (positions[i] / cols) + 1]++;
                column[i] = (int) (positions[i] % cols);
            }
            for (int r = 0; r < rows; r++) {
                start[r + 1] += start[r];
            }
            return Topology.of("positions", rows, cols, Ints.of(start), Ints.of(column));
        }

        private boolean ascending() {
            for (int i = 1; i < count; i++) {
                if (positions[i] <= positions[i - 1]) {
                    return false;
                }
            }
            return true;
        }
    }
}
