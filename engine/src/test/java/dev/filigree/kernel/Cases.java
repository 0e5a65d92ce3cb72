package dev.filigree.kernel;

import static org.junit.jupiter.api.Assertions.fail;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Rng;
import dev.filigree.base.Shorts;

/** Random inputs of the kernel laws, and the comparison with the scalar definition. */
final class Cases {

    private Cases() {
    }

    /** Uniform in [-1, 1). */
    static Floats random(int length, Rng rng) {
        Floats f = Floats.allocate(length);
        for (int i = 0; i < length; i++) {
            f.set(i, 2 * rng.nextFloat() - 1);
        }
        return f;
    }

    static Floats copy(Floats f) {
        return Floats.allocate(f.length()).copyFrom(f);
    }

    /**
     * Fails unless all elements agree within {@code tolerance}, times their size where that is above one; {@code what}
     * holds the shape and the seed.
     */
    static void assertClose(Floats expected, Floats actual, double tolerance, String what) {
        for (int i = 0; i < expected.length(); i++) {
            if (!(Math.abs(expected.get(i) - actual.get(i)) <= tolerance * Math.max(1, Math.abs(expected.get(i))))) {
                fail(what + ": element " + i + " is " + actual.get(i) + ", expected " + expected.get(i) + " within " + tolerance);
            }
        }
    }

    static void assertSame(Floats expected, Floats actual, String what) {
        for (int i = 0; i < expected.length(); i++) {
            if (Float.floatToRawIntBits(expected.get(i)) != Float.floatToRawIntBits(actual.get(i))) {
                fail(what + ": element " + i + " is " + actual.get(i) + ", expected the same bits as " + expected.get(i));
            }
        }
    }

    /** Rounding error of a sum of {@code length} products of numbers up to one grows like its root. */
    static double sumTolerance(int length) {
        return 2e-6 * (1 + Math.sqrt(length));
    }

    /**
     * A random sparse pattern in the layout of {@link Products#csr}, or of {@link Products#blocks} with one chunk and
     * {@code rows} block rows. The share {@code idle} of the rows is empty.
     */
    record Sparse(int rows, Ints start, Shorts column, int entries, int chunk) {

        int chunks() {
            return (start.length() - 1) / rows;
        }

        /** The columns counted from the first of the matrix, not of their chunk. */
        Ints columns() {
            Ints all = Ints.allocate(entries);
            for (int list = 0; list < start.length() - 1; list++) {
                for (int j = start.get(list); j < start.get(list + 1); j++) {
                    all.set(j, list / rows * chunk + column.get(j));
                }
            }
            return all;
        }

        /** Groups of {@code size} columns: entries are groups, and their columns those at which they begin. */
        static Sparse groups(int rows, int cols, int size, int chunk, double density, double idle, Rng rng) {
            Sparse s = random(rows, cols / size, chunk / size, density, idle, rng);
            for (int j = 0; j < s.entries; j++) {
                s.column.set(j, s.column.get(j) * size);
            }
            return new Sparse(rows, s.start, s.column, s.entries, chunk);
        }

        static Sparse random(int rows, int cols, int chunk, double density, double idle, Rng rng) {
            int chunks = (cols + chunk - 1) / chunk;
            boolean[] empty = new boolean[rows];
            for (int r = 0; r < rows; r++) {
                empty[r] = rng.nextDouble() < idle;
            }
            int[] start = new int[chunks * rows + 1];
            int[] column = new int[rows * cols];
            int n = 0;
            for (int c = 0; c < chunks; c++) {
                for (int r = 0; r < rows; r++) {
                    start[c * rows + r] = n;
                    for (int k = c * chunk; k < Math.min(cols, (c + 1) * chunk); k++) {
                        if (!empty[r] && rng.nextDouble() < density) {
                            column[n++] = k - c * chunk;
                        }
                    }
                }
            }
            start[chunks * rows] = n;
            return new Sparse(rows, Ints.of(start), Shorts.of(java.util.Arrays.copyOf(column, n)), n, chunk);
        }
    }
}
