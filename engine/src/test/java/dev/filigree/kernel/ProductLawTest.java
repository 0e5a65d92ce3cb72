package dev.filigree.kernel;

import static dev.filigree.kernel.Cases.assertClose;
import static dev.filigree.kernel.Cases.assertSame;
import static dev.filigree.kernel.Cases.random;
import static dev.filigree.kernel.Cases.sumTolerance;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Rng;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every product of the vector kernels equals its scalar definition, at every vector width and panel width. */
@ParameterizedClass
@MethodSource("kernels")
record ProductLawTest(Kernels vector) {

    private static final int[][] SHAPES = {{1, 1}, {1, 7}, {5, 1}, {6, 64}, {7, 65}, {13, 31}, {24, 96}, {37, 129}, {96, 200}};
    private static final Floats NO_BIAS = null;

    static Stream<Named<Kernels>> kernels() {
        return VectorWidths.all();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void tiledIsTheDenseProduct(long seed) {
        forEachShape(seed, (rng, rows, cols, width, bias, x, what) -> {
            int tiles = (rows + Kernels.TILE_ROWS - 1) / Kernels.TILE_ROWS;
            Floats w = random(tiles * cols * Kernels.TILE_ROWS, rng);
            compare(rows, width, tiles, cols, what,
                    (k, y, from, to) -> k.products().tiled(w, bias, rows, cols, x, y, width, from, to));
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 64, 1000})
    void csrIsTheProductOfItsEntries(int chunk) {
        forEachShape(chunk, (rng, rows, cols, width, bias, x, what) -> {
            Cases.Sparse s = Cases.Sparse.random(rows, cols, chunk, 0.3, 0.2, rng);
            Floats v = random(s.entries(), rng);
            compare(rows, width, rows, cols, what + " chunk " + chunk,
                    (k, y, from, to) -> k.products().csr(s.start(), s.column(), v, s.chunk(), bias, rows, cols, x, y, width, from, to));
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7, 8, 16, 32})
    void blocksAreTheProductOfTheirEntries(int blockRows) {
        forEachShape(blockRows, (rng, rows, cols, width, bias, x, what) -> {
            int blocks = (rows + blockRows - 1) / blockRows;
            Cases.Sparse s = Cases.Sparse.random(blocks, cols, cols, 0.3, 0.2, rng);
            Floats v = random(s.entries() * blockRows, rng);
            compare(rows, width, blocks, cols, what + " block rows " + blockRows,
                    (k, y, from, to) -> k.products().blocks(s.start(), s.column(), v, blockRows, bias, rows, x, y, width, from, to));
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16})
    void groupsAreTheProductOfTheirEntries(int size) {
        forEachShape(size, (rng, rows, anyCols, width, bias, anyX, what) -> {
            int cols = Math.ceilDiv(anyCols, size) * size;
            Floats x = random(cols * width, rng);
            for (int chunk : new int[] {size, 4 * size, 1024}) {
                Cases.Sparse s = Cases.Sparse.groups(rows, cols, size, chunk, 0.3, 0.2, rng);
                Floats v = random(s.entries() * size, rng);
                compare(rows, width, rows, cols, what + " groups of " + size + " in chunks of " + chunk,
                        (k, y, from, to) -> k.products().groups(s.start(), s.column(), v, size, chunk, bias, rows, cols, x, y, width, from, to));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"1:2", "2:4", "1:4", "4:8", "3:5", "4:4", "1:16"})
    void nOfMReadsEachGroup(String pattern) {
        int n = Integer.parseInt(pattern.split(":")[0]);
        int m = Integer.parseInt(pattern.split(":")[1]);
        forEachShape(n * 100 + m, (rng, rows, anyCols, width, bias, anyX, what) -> {
            int groups = (anyCols + m - 1) / m;
            int cols = groups * m;
            Floats x = random(cols * width, rng);
            MemorySegment place = Arena.ofAuto().allocate((long) rows * groups * n, 64);
            for (int g = 0; g < rows * groups; g++) {
                int[] order = rng.permutation(m);
                int[] chosen = java.util.Arrays.copyOf(order, n);
                java.util.Arrays.sort(chosen);
                for (int i = 0; i < n; i++) {
                    place.set(ValueLayout.JAVA_BYTE, (long) g * n + i, (byte) chosen[i]);
                }
            }
            Floats v = random(rows * groups * n, rng);
            compare(rows, width, rows, cols, what + " pattern " + pattern,
                    (k, y, from, to) -> k.products().nOfM(place, v, n, m, bias, cols, x, y, width, from, to));
        });
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1, 0.5, 1})
    void bitmapReadsEachSetBit(double density) {
        forEachShape((long) (density * 10), (rng, rows, cols, width, bias, x, what) -> {
            int words = (cols + 63) / 64;
            MemorySegment bits = Arena.ofAuto().allocate(8L * rows * words, 64);
            Ints start = Ints.allocate(rows);
            int n = 0;
            for (int r = 0; r < rows; r++) {
                start.set(r, n);
                for (int c = 0; c < cols; c++) {
                    if (rng.nextDouble() < density) {
                        long at = (long) r * words + c / 64;
                        bits.setAtIndex(ValueLayout.JAVA_LONG, at, bits.getAtIndex(ValueLayout.JAVA_LONG, at) | 1L << c % 64);
                        n++;
                    }
                }
            }
            Floats v = random(n, rng);
            compare(rows, width, rows, cols, what + " density " + density,
                    (k, y, from, to) -> k.products().bitmap(bits, start, v, bias, cols, x, y, width, from, to));
        });
    }

    private interface Case {
        void run(Rng rng, int rows, int cols, int width, Floats bias, Floats x, String what);
    }

    private interface Call {
        void run(Kernels kernels, Floats y, int from, int to);
    }

    private static void forEachShape(long seed, Case body) {
        for (int[] shape : SHAPES) {
            for (int width : new int[] {16, 32, 64}) {
                Rng rng = new Rng(seed).split(shape[0] + "x" + shape[1] + "x" + width);
                Floats bias = rng.nextInt(3) == 0 ? NO_BIAS : random(shape[0], rng);
                body.run(rng, shape[0], shape[1], width, bias, random(shape[1] * width, rng),
                        "[" + shape[0] + " x " + shape[1] + "] width " + width + " seed " + seed);
            }
        }
    }

    /** Vector = scalar; the cut of the range leaves no trace; nothing past the last row is written. */
    private void compare(int rows, int width, int units, int depth, String what, Call call) {
        int guard = 64 * width;
        Floats expected = Floats.allocate(rows * width + guard).fill(7f);
        Floats whole = Floats.allocate(rows * width + guard).fill(7f);
        Floats cut = Floats.allocate(rows * width + guard).fill(7f);
        call.run(Kernels.scalar(), expected, 0, units);
        call.run(vector, whole, 0, units);
        assertClose(expected, whole, sumTolerance(depth), vector.name() + " " + what);
        call.run(vector, cut, units / 3, units);
        call.run(vector, cut, 0, units / 3);
        assertSame(whole, cut, vector.name() + " " + what + " cut at " + units / 3);
    }
}
