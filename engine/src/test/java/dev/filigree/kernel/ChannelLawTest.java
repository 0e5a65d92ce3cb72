package dev.filigree.kernel;

import static dev.filigree.kernel.Cases.assertClose;
import static dev.filigree.kernel.Cases.assertSame;
import static dev.filigree.kernel.Cases.copy;
import static dev.filigree.kernel.Cases.random;
import static dev.filigree.kernel.Cases.sumTolerance;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The loops over channels of images equal their scalar definitions, at every vector width, and touch nothing beside their range. */
@ParameterizedClass
@MethodSource("kernels")
record ChannelLawTest(Kernels vector) {

    private static final Channels SCALAR = Kernels.scalar().channels();
    private static final int[] LENGTHS = {1, 3, 15, 16, 17, 64, 101, 1025, 3000};
    private static final int FROM = 5;

    static Stream<Named<Kernels>> kernels() {
        return VectorWidths.all();
    }

    @Test
    void sumsAndSquares() {
        for (int n : LENGTHS) {
            Floats x = random(n + 40, new Rng(n));
            Channels k = vector.channels();
            assertEquals(SCALAR.sum(x, FROM, n), k.sum(x, FROM, n), sumTolerance(n), vector.name() + " length " + n);
            double[] expected = new double[2];
            double[] actual = new double[2];
            SCALAR.moments(x, 0.3f, FROM, n, expected);
            k.moments(x, 0.3f, FROM, n, actual);
            assertSums(expected, actual, n);
            SCALAR.backwardSums(x, 0.3f, random(n + 40, new Rng(n + 1)), FROM, n, expected);
            k.backwardSums(x, 0.3f, random(n + 40, new Rng(n + 1)), FROM, n, actual);
            assertSums(expected, actual, n);
            for (Floats y : new Floats[] {null, random(n + 40, new Rng(n + 2))}) {
                Floats dy = random(n + 40, new Rng(n + 3));
                Floats other = copy(dy);
                SCALAR.backwardSums(x, 0.3f, -1.2f, 0.25f, y, dy, FROM, n, expected);
                k.backwardSums(x, 0.3f, -1.2f, 0.25f, y, other, FROM, n, actual);
                assertSame(dy, other, vector.name() + " length " + n);
                assertSums(expected, actual, n);
            }
        }
    }

    private void assertSums(double[] expected, double[] actual, int n) {
        for (int i = 0; i < 2; i++) {
            assertEquals(expected[i], actual[i], sumTolerance(n) * Math.max(1, Math.abs(expected[i])), vector.name() + " length " + n + " sum " + i);
        }
    }

    @Test
    void theGradientBehindAReluIsThatOfTheVeryResult() {
        int n = 1000;
        Floats x = random(n, new Rng(1));
        Floats y = Floats.allocate(n);
        vector.channels().scale(1.7f, -0.3f, x, null, true, y, 0, n);
        Floats remade = random(n, new Rng(2));
        Floats read = copy(remade);
        vector.channels().backwardSums(x, 0, 1.7f, -0.3f, null, remade, 0, n, new double[2]);
        vector.channels().backwardSums(x, 0, 1.7f, -0.3f, y, read, 0, n, new double[2]);
        assertSame(read, remade, vector.name());
    }

    @Test
    void scaling() {
        for (int n : LENGTHS) {
            Rng rng = new Rng(n);
            Floats x = random(n + 40, rng);
            Floats r = random(n + 40, rng);
            for (boolean relu : new boolean[] {true, false}) {
                for (Floats residual : new Floats[] {null, r}) {
                    Floats expected = Floats.allocate(n + 40);
                    Floats actual = Floats.allocate(n + 40);
                    SCALAR.scale(1.3f, -0.2f, x, residual, relu, expected, FROM, n);
                    vector.channels().scale(1.3f, -0.2f, x, residual, relu, actual, FROM, n);
                    assertClose(expected, actual, 1e-6, vector.name() + " length " + n + (relu ? " relu" : ""));
                }
            }
            Floats expected = copy(r);
            Floats actual = copy(r);
            SCALAR.blend(1.1f, expected, -0.4f, x, 0.7f, expected, FROM, n);
            vector.channels().blend(1.1f, actual, -0.4f, x, 0.7f, actual, FROM, n);
            assertClose(expected, actual, 1e-6, vector.name() + " blend of length " + n);
        }
    }

    @Test
    void whatIsNoNumberStaysSo() {
        for (boolean relu : new boolean[] {true, false}) {
            for (Floats residual : new Floats[] {null, Floats.allocate(19)}) {
                Floats x = Floats.allocate(19).fill(Float.NaN);
                vector.channels().scale(1, 0, x, residual, relu, x, 0, 19);
                for (float v : x.toArray()) {
                    assertTrue(Float.isNaN(v), vector.name());
                }
            }
        }
    }

    static List<Planes> planes() {
        return List.of(Planes.dealt(3, 2, 5, 7), Planes.dealt(37, 3, 6, 4), Planes.of(3, 2, 5, 7));
    }

    @ParameterizedTest
    @MethodSource("planes")
    void pooling(Planes in) {
        for (Window w : List.of(new Window(2, 2, 2, 1, 0, 0), Window.square(3, 2), new Window(2, 3, 1, 1, 1, 2), new Window(3, 2, 3, 1, 2, 1))) {
            Planes out = w.forward(in, in.channels());
            Rng rng = new Rng(w.taps());
            Floats x = random(in.length(), rng);
            for (int i = 0; i < x.length(); i++) {
                x.set(i, Math.round(4 * x.get(i))); // many are equally large
            }
            Floats dy = random(out.length(), rng);
            String what = vector.name() + " " + w + " " + in;
            List<Floats> expected = pooled(SCALAR, w, in, out, x, dy);
            List<Floats> actual = pooled(vector.channels(), w, in, out, x, dy);
            for (int i = 0; i < expected.size(); i++) {
                assertClose(expected.get(i), actual.get(i), 2e-6, what + " result " + i);
            }
        }
    }

    private static List<Floats> pooled(Channels k, Window w, Planes in, Planes out, Floats x, Floats dy) {
        Floats most = Floats.allocate(out.length());
        Floats mean = Floats.allocate(out.length());
        Floats ofMost = Floats.allocate(in.length());
        Floats ofMean = Floats.allocate(in.length());
        for (int g = 0; g < in.groups(); g++) {
            for (int c = 0; c < in.channels(); c++) {
                k.maxPool(w, in, out, x, most, g, c);
                k.maxPoolBackward(w, in, out, x, most, dy, ofMost, g, c);
                k.meanPool(w, in, out, x, mean, g, c);
                k.meanPoolBackward(w, in, out, dy, ofMean, g, c);
            }
        }
        return List.of(most, mean, ofMost, ofMean);
    }
}
