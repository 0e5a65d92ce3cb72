package dev.filigree.kernel;

import static dev.filigree.kernel.Cases.assertClose;
import static dev.filigree.kernel.Cases.assertSame;
import static dev.filigree.kernel.Cases.copy;
import static dev.filigree.kernel.Cases.random;
import static dev.filigree.kernel.Cases.sumTolerance;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients at live positions, bias gradients and Gram matrices of the vector kernels equal their scalar definitions. */
@ParameterizedClass
@MethodSource("kernels")
record SparseGradientLawTest(Kernels vector) {

    private static final int[][] SHAPES = {{1, 1, 1}, {5, 7, 2}, {7, 65, 1}, {13, 31, 3}, {33, 70, 5}, {40, 130, 1}};
    private static final int[] ONE_TOKEN_TOO = {1, 16, 32, 64};

    static Stream<Named<Kernels>> kernels() {
        return VectorWidths.all();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 32, 64, 1000})
    void csrGradientsAreTheSampledProduct(int chunk) {
        forEachShape(chunk, (rng, rows, cols, panels, width, dy, x, what) -> {
            Cases.Sparse s = Cases.Sparse.random(rows, cols, chunk, 0.4, 0.2, rng);
            compare(s.entries(), rows, panels * width, what + " chunk " + chunk, rng, (k, g, from, to) -> k.sparseGradients()
                    .csr(s.start(), s.column(), s.chunk(), rows, cols, dy, x, width, panels, g, from, to));
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 8, 16})
    void blockGradientsAreTheSampledProduct(int blockRows) {
        forEachShape(blockRows, (rng, rows, cols, panels, width, dy, x, what) -> {
            int blocks = (rows + blockRows - 1) / blockRows;
            Cases.Sparse s = Cases.Sparse.random(blocks, cols, cols, 0.4, 0.2, rng);
            compare(s.entries() * blockRows, blocks, panels * width, what + " block rows " + blockRows, rng, (k, g, from, to) -> k.sparseGradients()
                    .blocks(s.start(), s.column(), blockRows, rows, cols, dy, x, width, panels, g, from, to));
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16})
    void groupGradientsAreTheSampledProduct(int size) {
        forEachShape(size, (rng, rows, anyCols, panels, width, dy, anyX, what) -> {
            int cols = Math.ceilDiv(anyCols, size) * size;
            Floats x = random(cols * panels * width, rng);
            for (int chunk : new int[] {size, 4 * size, 1024}) {
                Cases.Sparse s = Cases.Sparse.groups(rows, cols, size, chunk, 0.4, 0.2, rng);
                compare(s.entries() * size, rows, panels * width, what + " groups of " + size + " in chunks of " + chunk, rng, (k, g, from, to) -> k.sparseGradients()
                        .groups(s.start(), s.column(), size, chunk, rows, cols, dy, x, width, panels, g, from, to));
            }
        });
    }

    @Test
    void rowSumsAddAllTokens() {
        forEachShape(1, ONE_TOKEN_TOO, (rng, rows, cols, panels, width, dy, x, what) -> compare(rows, rows, panels * width, what, rng,
                (k, g, from, to) -> k.sparseGradients().rowSums(dy, rows, width, panels, g, from, to)));
    }

    @Test
    void gramLeavesOutLanesPastTheLastToken() {
        forEachShape(2, ONE_TOKEN_TOO, (rng, rows, cols, panels, width, dy, x, what) -> {
            int tokens = (panels - 1) * width + 1 + rng.nextInt(width);
            compare(cols * cols, cols, tokens, what + " tokens " + tokens, rng,
                    (k, g, from, to) -> k.sparseGradients().gram(x, cols, tokens, width, g, from, to));
        });
    }

    private interface Case {
        void run(Rng rng, int rows, int cols, int panels, int width, Floats dy, Floats x, String what);
    }

    private interface Call {
        void run(Kernels kernels, Floats gradient, int from, int to);
    }

    private static void forEachShape(long seed, Case body) {
        forEachShape(seed, Kernels.WIDTHS, body);
    }

    private static void forEachShape(long seed, int[] widths, Case body) {
        for (int[] s : SHAPES) {
            for (int width : widths) {
                Rng rng = new Rng(seed).split(s[0] + "x" + s[1] + "x" + s[2] + "x" + width);
                body.run(rng, s[0], s[1], s[2], width, random(s[0] * s[2] * width, rng), random(s[1] * s[2] * width, rng),
                        "[" + s[0] + " x " + s[1] + "] panels " + s[2] + " width " + width + " seed " + seed);
            }
        }
    }

    /** Vector = scalar, added to what was there; the cut of the range leaves no trace. */
    private void compare(int length, int units, int depth, String what, Rng rng, Call call) {
        Floats expected = random(length, rng);
        Floats whole = copy(expected);
        Floats cut = copy(expected);
        call.run(Kernels.scalar(), expected, 0, units);
        call.run(vector, whole, 0, units);
        assertClose(expected, whole, sumTolerance(depth), vector.name() + " " + what);
        call.run(vector, cut, units / 3, units);
        call.run(vector, cut, 0, units / 3);
        assertSame(whole, cut, vector.name() + " " + what + " cut at " + units / 3);
    }
}
