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
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A few tokens, each in a panel of its own: one pass over the weight computes what the definition says, there and back. */
@ParameterizedClass
@MethodSource("kernels")
record FewTokensLawTest(Kernels vector) {

    private static final int[][] SHAPES = {{1, 1}, {5, 7}, {13, 31}, {33, 70}, {70, 33}, {257, 129}};
    private static final int MOST = 5;

    static Stream<Named<Kernels>> kernels() {
        return VectorWidths.all();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 32, 1000})
    void aProductIsTheSumOverTheEntriesForEveryToken(int chunk) {
        forEachShape(chunk, (rng, rows, cols, tokens, s, what) -> {
            Floats v = random(s.entries(), rng);
            Floats bias = tokens % 2 == 0 ? null : random(rows, rng);
            Floats x = random(cols * tokens, rng);
            Floats expected = Floats.allocate(rows * tokens);
            Floats whole = random(rows * tokens, rng);
            Floats cut = random(rows * tokens, rng);
            Kernels.scalar().fewTokens().product(s.start(), s.column(), v, s.chunk(), bias, rows, cols, x, expected, tokens, 0, rows);
            vector.fewTokens().product(s.start(), s.column(), v, s.chunk(), bias, rows, cols, x, whole, tokens, 0, rows);
            assertClose(expected, whole, sumTolerance(cols), what);
            vector.fewTokens().product(s.start(), s.column(), v, s.chunk(), bias, rows, cols, x, cut, tokens, rows / 3, rows);
            vector.fewTokens().product(s.start(), s.column(), v, s.chunk(), bias, rows, cols, x, cut, tokens, 0, rows / 3);
            assertSame(whole, cut, what + " cut at " + rows / 3);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 32, 1000})
    void bothGradientsOfAChunkAreThoseOfTheDefinition(int chunk) {
        forEachShape(chunk, (rng, rows, cols, tokens, s, what) -> {
            Floats v = random(s.entries(), rng);
            Floats x = random(cols * tokens, rng);
            Floats dy = random(rows * tokens, rng);
            for (int i = 0; i < dy.length(); i += 3) {
                dy.set(i, 0); // outputs that a ReLU has closed
            }
            Floats before = random(s.entries(), rng);
            for (int c = 0; c < s.chunks(); c++) {
                for (int[] part : new int[][] {{0, rows}, {rows / 3, rows - rows / 4}}) {
                    Floats dx = random(cols * tokens, rng);
                    Floats gradient = copy(before);
                    Floats expectedDx = copy(dx);
                    Floats expectedGradient = copy(before);
                    Kernels.scalar().fewTokens().back(s.start(), s.column(), v, s.chunk(), rows, cols, dy, x, expectedDx, expectedGradient, tokens, c, part[0], part[1]);
                    vector.fewTokens().back(s.start(), s.column(), v, s.chunk(), rows, cols, dy, x, dx, gradient, tokens, c, part[0], part[1]);
                    assertClose(expectedDx, dx, sumTolerance(rows), what + " dx, chunk " + c);
                    assertClose(expectedGradient, gradient, sumTolerance(tokens), what + " gradient, chunk " + c);
                }
            }
        });
    }

    private interface Case {
        void run(Rng rng, int rows, int cols, int tokens, Cases.Sparse s, String what);
    }

    private void forEachShape(int chunk, Case body) {
        for (int[] shape : SHAPES) {
            for (int tokens = 1; tokens <= MOST; tokens++) {
                Rng rng = new Rng(chunk).split(shape[0] + "x" + shape[1] + "x" + tokens);
                body.run(rng, shape[0], shape[1], tokens, Cases.Sparse.random(shape[0], shape[1], chunk, 0.3, 0.2, rng),
                        vector.name() + " [" + shape[0] + " x " + shape[1] + "] tokens " + tokens + " chunk " + chunk);
            }
        }
    }
}
