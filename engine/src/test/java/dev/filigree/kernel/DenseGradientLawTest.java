package dev.filigree.kernel;

import static dev.filigree.kernel.Cases.assertClose;
import static dev.filigree.kernel.Cases.assertSame;
import static dev.filigree.kernel.Cases.copy;
import static dev.filigree.kernel.Cases.random;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Rng;
import dev.filigree.base.Shorts;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of dense weights in tiles, what turns their factors, and who survives equal their scalar definitions. */
@ParameterizedClass
@MethodSource("kernels")
record DenseGradientLawTest(Kernels vector) {

    private static final DenseGradients SCALAR = Kernels.scalar().denseGradients();

    static Stream<Named<Kernels>> kernels() {
        return VectorWidths.all();
    }

    @Test
    void panelsAreTurnedTokensOutwards() {
        for (int width : Kernels.WIDTHS) {
            for (int features : new int[] {1, 3, 61, 64, 65, 131}) {
                Floats x = random(features * width, new Rng(features));
                for (int from = 0; from < features; from += DenseGradients.GROUP) {
                    Floats expected = Floats.allocate(width * DenseGradients.GROUP).fill(7f);
                    Floats actual = Floats.allocate(width * DenseGradients.GROUP).fill(8f);
                    SCALAR.turn(x, features, width, from, expected);
                    vector.denseGradients().turn(x, features, width, from, actual);
                    assertSame(expected, actual, vector.name() + " width " + width + " features " + from + " of " + features);
                }
            }
        }
    }

    @Test
    void gradientsInTilesAreThoseOfTheDefinitionAndTheRestIsLeftAlone() {
        for (int cols : new int[] {1, 7, 64, 67, 129}) {
            for (int width : Kernels.WIDTHS) {
                for (int rows : new int[] {5, 12, 50}) {
                    for (int panels : new int[] {1, 3}) {
                        tiles(cols, width, rows, panels, false);
                        tiles(cols, width, rows, panels, true);
                    }
                }
            }
        }
    }

    private void tiles(int cols, int width, int rows, int panels, boolean add) {
        Rng rng = new Rng(cols + width);
        int skipped = 3; // rows of each panel before those at work
        Floats dy = random(panels * (skipped + rows) * width, rng);
        Floats first = dy.slice(skipped * width, dy.length() - skipped * width);
        Floats x = random(panels * width * DenseGradients.GROUP, rng);
        int tiles = Tiled.tiles(rows);
        Floats before = random(tiles * cols * Kernels.TILE_ROWS, rng);
        for (int fromCol = 0; fromCol < cols; fromCol += DenseGradients.GROUP) {
            Floats expected = copy(before);
            Floats actual = copy(before);
            SCALAR.tiles(first, (skipped + rows) * width, rows, width, panels, x, cols, fromCol, 1, tiles, expected, add);
            vector.denseGradients().tiles(first, (skipped + rows) * width, rows, width, panels, x, cols, fromCol, 1, tiles, actual, add);
            assertClose(expected, actual, 1e-6 * panels * width, vector.name() + " " + rows + " x " + cols + " from column " + fromCol + ", " + panels + " panels of " + width
                    + ", add " + add);
        }
    }

    @Test
    void theTransposeOfTilesIsTheTranspose() {
        for (int rows : new int[] {1, 4, 7, 37}) {
            for (int cols : new int[] {1, 4, 11, 64, 101}) {
                Tiled w = new Tiled(rows, cols, random(Tiled.tiles(rows) * Kernels.TILE_ROWS * cols, new Rng(rows * cols)));
                for (Kernels k : new Kernels[] {Kernels.scalar(), vector}) {
                    Floats tiles = Floats.allocate(Tiled.tiles(cols) * Kernels.TILE_ROWS * rows).fill(9f);
                    int half = Tiled.tiles(cols) / 2;
                    k.denseGradients().transpose(w.tiles(), rows, cols, half, Tiled.tiles(cols), tiles, rows);
                    k.denseGradients().transpose(w.tiles(), rows, cols, 0, half, tiles, rows);
                    Tiled turned = new Tiled(cols, rows, tiles);
                    for (int r = 0; r < rows; r++) {
                        for (int c = 0; c < cols; c++) {
                            assertEquals(w.get(r, c), turned.get(c, r), k.name() + " " + rows + " x " + cols + " at " + r + ", " + c);
                        }
                        for (int c = cols; c < Tiled.tiles(cols) * Kernels.TILE_ROWS; c++) {
                            assertEquals(0f, turned.get(c, r), k.name() + ": past the last column");
                        }
                    }
                }
            }
        }
    }

    @Test
    void theSameWeightsSurvive() {
        int tiles = 5;
        for (int[] nm : new int[][] {{1, 2}, {2, 4}, {3, 5}, {4, 8}, {1, 12}, {5, 16}, {64, 128}}) {
            int cols = 3 * nm[1];
            Floats w = Floats.allocate(tiles * Kernels.TILE_ROWS * cols);
            Rng rng = new Rng(cols);
            for (int i = 0; i < w.length(); i++) {
                w.set(i, (rng.nextInt(21) - 10) / 8f); // equal magnitudes are common
            }
            MemorySegment expected = Arena.ofAuto().allocate((long) tiles * cols).fill((byte) 77);
            MemorySegment actual = Arena.ofAuto().allocate((long) tiles * cols).fill((byte) 77);
            Kernels.scalar().survivors().largest(w, cols, nm[0], nm[1], 1, 4, expected);
            vector.survivors().largest(w, cols, nm[0], nm[1], 1, 4, actual);
            assertEquals(-1, expected.mismatch(actual), vector.name() + " " + nm[0] + ":" + nm[1]);
            Floats added = copy(w);
            Kernels.scalar().survivors().addOthers(w, cols, 1, 4, expected, 0.25f, added);
            Floats alike = copy(w);
            vector.survivors().addOthers(w, cols, 1, 4, expected, 0.25f, alike);
            assertSame(added, alike, vector.name() + " others than " + nm[0] + ":" + nm[1]);
            Kernels.scalar().survivors().shrinkOthers(added, cols, 1, 4, expected, 0.5f);
            vector.survivors().shrinkOthers(alike, cols, 1, 4, expected, 0.5f);
            assertSame(added, alike, vector.name() + " smaller others than " + nm[0] + ":" + nm[1]);
        }
    }

    @Test
    void survivorsArePackedAndTurnedAsByTheDefinition() {
        for (int[] nm : new int[][] {{1, 2}, {2, 4}, {3, 5}, {4, 8}, {1, 12}, {5, 16}, {3, 24}, {64, 128}}) {
            for (int groups : new int[] {1, 3, 7}) {
                for (int rows : new int[] {1, 5, 16, 19}) {
                    packed(nm[0], nm[1], groups * nm[1], rows);
                }
            }
        }
    }

    private void packed(int n, int m, int cols, int rows) {
        String what = vector.name() + " " + n + ":" + m + " of " + rows + " x " + cols;
        int tiles = Tiled.tiles(rows);
        Floats w = random(tiles * Kernels.TILE_ROWS * cols, new Rng(rows * cols));
        MemorySegment live = Arena.ofAuto().allocate((long) tiles * cols);
        Kernels.scalar().survivors().largest(w, cols, n, m, 0, tiles, live);
        for (int chunk : new int[] {cols, 2 * m, 8 * m}) {
            Csr expected = room(live, rows, cols, chunk);
            Csr actual = room(live, rows, cols, chunk);
            int first = Math.min(1, tiles - 1);
            Kernels.scalar().survivors().pack(w, rows, cols, n, m, first, tiles, live, chunk, expected.start(), expected.column(), expected.values());
            vector.survivors().pack(w, rows, cols, n, m, first, tiles, live, chunk, actual.start(), actual.column(), actual.values());
            assertEquals(-1, expected.column().segment().mismatch(actual.column().segment()), what);
            assertSame(expected.values(), actual.values(), what);
        }
        Csr whole = room(live, rows, cols, 2 * m);
        Kernels.scalar().survivors().pack(w, rows, cols, n, m, 0, tiles, live, 2 * m, whole.start(), whole.column(), whole.values());
        int from = rows / 3;
        Csr expected = turned(Kernels.scalar(), whole, from);
        Csr actual = turned(vector, whole, from);
        assertEquals(-1, expected.start().segment().mismatch(actual.start().segment()), what);
        assertEquals(-1, expected.column().segment().mismatch(actual.column().segment()), what);
        assertSame(expected.values(), actual.values(), what + " turned");
    }

    /** The transpose of all rows from one on. */
    private static Csr turned(Kernels k, Csr w, int from) {
        int count = Math.toIntExact(w.nonZeros() / w.rows() * (w.rows() - from));
        Ints start = Ints.allocate(w.cols() + 1);
        Shorts column = Shorts.allocate(count);
        Floats values = Floats.allocate(count).fill(7f);
        start.set(w.cols(), count);
        k.survivors().turn(w.rows(), w.cols(), w.chunk(), w.start(), w.column(), w.values(), from, w.rows(), start, 0, 0, column, values);
        return new Csr(w.cols(), w.rows() - from, w.rows() - from, start, column, values);
    }

    /** Sparse rows for what is marked. */
    private static Csr room(MemorySegment live, int rows, int cols, int chunk) {
        Topology.Builder marked = new Topology.Builder(rows, cols, rows * cols);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                if ((live.get(JAVA_BYTE, r / Kernels.TILE_ROWS * cols + c) >> r % Kernels.TILE_ROWS & 1) != 0) {
                    marked.add(r, c);
                }
            }
        }
        Topology t = marked.build();
        Csr room = Csr.pack(Arena.ofAuto(), t, Floats.allocate(t.count()).fill(7f), chunk);
        room.column().segment().fill((byte) 77);
        return room;
    }
}
