package dev.filigree.kernel;

import static dev.filigree.kernel.Cases.assertClose;
import static dev.filigree.kernel.Cases.assertSame;
import static dev.filigree.kernel.Cases.copy;
import static dev.filigree.kernel.Cases.random;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Element-wise loops, norms, attention and optimizer steps of the vector kernels equal their scalar definitions. */
@ParameterizedClass
@MethodSource("kernels")
record TokenLoopLawTest(Kernels vector) {

    private static final int[] LENGTHS = {1, 3, 15, 16, 17, 64, 101, 1025};
    private static final Kernels SCALAR = Kernels.scalar();

    static Stream<Named<Kernels>> kernels() {
        return VectorWidths.all();
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activationsAndTheirSlopesAreAccurateFromZeroToFarOut(Activation f) {
        int n = 20_011;
        Floats x = Floats.allocate(n);
        for (int i = 0; i < n; i++) {
            x.set(i, (i - n / 2) * 1e-3f); // -10 .. 10
        }
        Floats ones = Floats.allocate(n).fill(1f);
        Floats expected = Floats.allocate(n);
        Floats actual = Floats.allocate(n);
        SCALAR.elementwise().activate(f, x, expected, 0, n);
        vector.elementwise().activate(f, x, actual, 0, n);
        assertClose(expected, actual, 2e-6, vector.name() + " " + f);
        SCALAR.elementwise().activateBackward(f, x, ones, expected, 0, n);
        vector.elementwise().activateBackward(f, x, ones, actual, 0, n);
        assertClose(expected, actual, 3e-6, vector.name() + " slope of " + f);
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activationsWorkInPlaceAndTheCutLeavesNoTrace(Activation f) {
        for (int n : LENGTHS) {
            Rng rng = new Rng(n);
            Floats x = random(n, rng);
            Floats dy = random(n, rng);
            Floats y = Floats.allocate(n);
            Floats dx = Floats.allocate(n);
            vector.elementwise().activate(f, x, y, 0, n);
            vector.elementwise().activateBackward(f, x, dy, dx, 0, n);
            Floats inPlace = copy(x);
            vector.elementwise().activate(f, inPlace, inPlace, n / 3, n);
            vector.elementwise().activate(f, inPlace, inPlace, 0, n / 3);
            vector.elementwise().activateBackward(f, x, dy, dy, 0, n / 3);
            vector.elementwise().activateBackward(f, x, dy, dy, n / 3, n);
            assertSame(y, inPlace, vector.name() + " " + f + " length " + n);
            assertSame(dx, dy, vector.name() + " slope of " + f + " length " + n);
        }
    }

    @Test
    void additionsAndDotProductsEqualTheScalarOnes() {
        for (int n : LENGTHS) {
            Rng rng = new Rng(n);
            Floats a = random(n, rng);
            Floats b = random(n, rng);
            Floats expected = copy(a);
            Floats actual = copy(a);
            SCALAR.elementwise().add(a, b, expected, 0, n);
            vector.elementwise().add(a, b, actual, n / 2, n);
            vector.elementwise().add(a, b, actual, 0, n / 2);
            assertClose(expected, actual, 0, vector.name() + " add, length " + n);
            SCALAR.elementwise().axpy(0.3f, b, expected, 0, n);
            vector.elementwise().axpy(0.3f, b, actual, 0, n);
            assertClose(expected, actual, 5e-7, vector.name() + " axpy, length " + n);
            assertEquals(SCALAR.elementwise().dot(a, b, n / 5, n), vector.elementwise().dot(a, b, n / 5, n), Cases.sumTolerance(n),
                    vector.name() + " dot, length " + n);
        }
    }

    @Test
    void layerNormAndItsGradientsEqualTheScalarOnes() {
        for (int features : new int[] {1, 2, 7, 64, 129}) {
            for (int width : Kernels.WIDTHS) {
                Rng rng = new Rng(features).split("width " + width);
                int size = features * width;
                Floats x = random(2 * size, rng);
                Floats dy = random(2 * size, rng);
                Floats gain = random(features, rng);
                Floats shift = random(features, rng);
                String what = vector.name() + " features " + features + " width " + width;
                Floats expected = copy(x);
                Floats actual = copy(x);
                SCALAR.norms().layerNorm(expected, expected, size, features, width, gain, shift, 1e-3f);
                vector.norms().layerNorm(actual, actual, size, features, width, gain, shift, 1e-3f);
                assertClose(expected, actual, 2e-5, what);
                Floats[] s = {Floats.allocate(2 * size), random(features, rng), random(features, rng)};
                Floats[] v = {Floats.allocate(2 * size), copy(s[1]), copy(s[2])};
                SCALAR.norms().layerNormBackward(x, dy, s[0], size, features, width, gain, 1e-3f, s[1], s[2]);
                vector.norms().layerNormBackward(x, dy, v[0], size, features, width, gain, 1e-3f, v[1], v[2]);
                assertClose(s[0], v[0], 2e-4, what + " dx");
                assertClose(s[1], v[1], 5e-5, what + " gain");
                assertClose(s[2], v[2], 5e-5, what + " shift");
            }
        }
    }

    @Test
    void attentionAndItsGradientsEqualTheScalarOnesForSequencesAnywhereInThePanels() {
        int[][] spans = {{0, 1}, {3, 5}, {0, 16}, {15, 33}, {5, 70}, {62, 131}, {0, 192}};
        for (int headSize : new int[] {1, 7, 32}) {
            for (int width : Kernels.WIDTHS) {
                for (int[] span : spans) {
                    attention(headSize, width, span[0], span[1]);
                }
            }
        }
    }

    private void attention(int headSize, int width, int from, int to) {
        String what = vector.name() + " head size " + headSize + " width " + width + " tokens " + from + ".." + to;
        Rng rng = new Rng(headSize).split(what);
        int heads = 3;
        int features = heads * headSize;
        int size = (192 + width) / width * width * features;
        Floats q = random(size, rng);
        Floats k = random(size, rng);
        Floats v = random(size, rng);
        Floats d = random(size, rng);
        int need = vector.attention().scratch(to - from, headSize);
        Floats scratch = random(need + 64, rng);
        for (int i = 0; i < need; i++) {
            scratch.set(i, Float.NaN); // a kernel may not rely on what the scratch holds
        }
        Floats guard = copy(scratch.slice(need, 64));
        Floats expected = random(size, rng);
        Floats actual = copy(expected);
        float scale = 2.5f;
        SCALAR.attention().attend(q, k, v, expected, features, width, from, to, 1, headSize, scale, null);
        vector.attention().attend(q, k, v, actual, features, width, from, to, 1, headSize, scale, scratch);
        assertClose(expected, actual, 1e-5, what);
        Floats[] s = {random(size, rng), random(size, rng), random(size, rng)};
        Floats[] g = {copy(s[0]), copy(s[1]), copy(s[2])};
        SCALAR.attention().attendBackward(q, k, v, d, s[0], s[1], s[2], features, width, from, to, 1, headSize, scale, null);
        vector.attention().attendBackward(q, k, v, d, g[0], g[1], g[2], features, width, from, to, 1, headSize, scale, scratch);
        assertClose(s[0], g[0], 2e-4, what + " dq");
        assertClose(s[1], g[1], 2e-4, what + " dk");
        assertClose(s[2], g[2], 2e-4, what + " dv");
        assertSame(guard, scratch.slice(need, 64), what + " past the end of scratch");
    }

    @Test
    void optimizerStepsHaveTheBitsOfTheScalarOnes() {
        for (int n : LENGTHS) {
            Rng rng = new Rng(n);
            Floats g = random(n, rng);
            Floats[] s = {random(n, rng), random(n, rng), random(n, rng).fill(0.2f)};
            Floats[] v = {copy(s[0]), copy(s[1]), copy(s[2])};
            SCALAR.updates().adam(s[0], g, s[1], s[2], 0, n, 0.5f, 1e-2f, 0.9f, 0.99f, 0.1f, 0.01f, 1e-8f, 0.01f);
            vector.updates().adam(v[0], g, v[1], v[2], n / 3, n, 0.5f, 1e-2f, 0.9f, 0.99f, 0.1f, 0.01f, 1e-8f, 0.01f);
            vector.updates().adam(v[0], g, v[1], v[2], 0, n / 3, 0.5f, 1e-2f, 0.9f, 0.99f, 0.1f, 0.01f, 1e-8f, 0.01f);
            for (int i = 0; i < 3; i++) {
                assertSame(s[i], v[i], vector.name() + " adam, buffer " + i + ", length " + n);
            }
            SCALAR.updates().momentum(s[0], g, s[1], 0, n, 0.5f, 1e-2f, 0.9f, 0.01f);
            vector.updates().momentum(v[0], g, v[1], 0, n, 0.5f, 1e-2f, 0.9f, 0.01f);
            for (int i = 0; i < 2; i++) {
                assertSame(s[i], v[i], vector.name() + " momentum, buffer " + i + ", length " + n);
            }
        }
    }
}
