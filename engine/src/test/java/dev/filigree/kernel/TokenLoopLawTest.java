package dev.filigree.kernel;

import static dev.filigree.kernel.Cases.assertClose;
import static dev.filigree.kernel.Cases.assertSame;
import static dev.filigree.kernel.Cases.copy;
import static dev.filigree.kernel.Cases.random;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Rng;
import java.util.List;
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
    private static final int[] FEATURES = {1, 2, 7, 64, 65, 129};
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

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activationsOfHugeNumbersAreTheirLimits(Activation f) {
        Floats x = Floats.of(-Float.MAX_VALUE, -1e30f, -104, -88.8f, -87.1f, -86.9f, -40, -0f, Float.MIN_VALUE, 40, 86.9f, 87.1f, 88.8f, 104, 1e30f, Float.MAX_VALUE);
        Floats expected = Floats.allocate(x.length());
        Floats actual = Floats.allocate(x.length());
        SCALAR.elementwise().activate(f, x, expected, 0, x.length());
        vector.elementwise().activate(f, x, actual, 0, x.length());
        assertClose(expected, actual, 2e-6, vector.name() + " " + f);
        Floats ones = Floats.allocate(x.length()).fill(1f);
        SCALAR.elementwise().activateBackward(f, x, ones, expected, 0, x.length());
        vector.elementwise().activateBackward(f, x, ones, actual, 0, x.length());
        assertClose(expected, actual, 3e-6, vector.name() + " slope of " + f);
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void anActivationWithAResidualIsTheActivationThenTheAddition(Activation f) {
        for (int n : LENGTHS) {
            Rng rng = new Rng(n).split("residual");
            Floats x = random(n, rng);
            Floats r = random(n, rng);
            String what = vector.name() + " " + f + " length " + n;
            Floats expected = Floats.allocate(n);
            SCALAR.elementwise().activateAdd(f, x, r, expected, 0, n);
            Floats actual = Floats.allocate(n);
            vector.elementwise().activateAdd(f, x, r, actual, 0, n);
            assertClose(expected, actual, 2e-6, what);
            Floats apart = Floats.allocate(n);
            vector.elementwise().activate(f, x, apart, 0, n);
            vector.elementwise().add(apart, r, apart, 0, n);
            assertSame(apart, actual, what + " in two passes");
            vector.elementwise().activateAdd(f, x, r, r, n / 3, n);
            vector.elementwise().activateAdd(f, x, r, r, 0, n / 3);
            assertSame(actual, r, what + " over the residual, cut at " + n / 3);
        }
    }

    @Test
    void additionsProductsAndDotProductsEqualTheScalarOnes() {
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
            SCALAR.elementwise().multiply(a, b, expected, 0, n);
            vector.elementwise().multiply(a, b, actual, n / 2, n);
            vector.elementwise().multiply(a, b, actual, 0, n / 2);
            assertClose(expected, actual, 0, vector.name() + " multiply, length " + n);
            SCALAR.elementwise().axpy(0.3f, b, expected, 0, n);
            vector.elementwise().axpy(0.3f, b, actual, 0, n);
            assertClose(expected, actual, 5e-7, vector.name() + " axpy, length " + n);
            assertEquals(SCALAR.elementwise().dot(a, b, n / 5, n), vector.elementwise().dot(a, b, n / 5, n), Cases.sumTolerance(n),
                    vector.name() + " dot, length " + n);
        }
    }

    @Test
    void layerNormAndItsGradientsEqualTheScalarOnes() {
        forEachPanel((rng, x, dy, at, features, width, what) -> {
            Floats gain = random(features, rng);
            Floats shift = random(features, rng);
            compare(x, 2e-5, what, (k, y) -> k.norms().layerNorm(y, y, at, features, width, gain, shift, 1e-3f));
            Floats[] s = {copy(dy), random(features, rng), random(features, rng)};
            Floats[] v = {copy(dy), copy(s[1]), copy(s[2])};
            SCALAR.norms().layerNormBackward(x, s[0], s[0], at, features, width, gain, 1e-3f, s[1], s[2]);
            vector.norms().layerNormBackward(x, v[0], v[0], at, features, width, gain, 1e-3f, v[1], v[2]);
            assertClose(s[0], v[0], 2e-4, what + " dx");
            assertClose(s[1], v[1], 5e-5, what + " gain");
            assertClose(s[2], v[2], 5e-5, what + " shift");
        });
    }

    @Test
    void rmsNormAndItsGradientsEqualTheScalarOnes() {
        forEachPanel((rng, x, dy, at, features, width, what) -> {
            Floats gain = random(features, rng);
            compare(x, 2e-5, what, (k, y) -> k.norms().rmsNorm(y, y, at, features, width, gain, 1e-3f));
            Floats[] s = {copy(dy), random(features, rng)};
            Floats[] v = {copy(dy), copy(s[1])};
            SCALAR.norms().rmsNormBackward(x, s[0], s[0], at, features, width, gain, 1e-3f, s[1]);
            vector.norms().rmsNormBackward(x, v[0], v[0], at, features, width, gain, 1e-3f, v[1]);
            assertClose(s[0], v[0], 2e-4, what + " dx");
            assertClose(s[1], v[1], 5e-5, what + " gain");
        });
    }

    @Test
    void softmaxAndItsGradientEqualTheScalarOnes() {
        forEachPanel((rng, x, dy, at, features, width, what) -> {
            vector.elementwise().axpy(9f, copy(x), x, 0, x.length()); // -10 .. 10
            compare(x, 1e-6, what, (k, y) -> k.norms().softmax(y, y, at, features, width));
            Floats y = copy(x);
            SCALAR.norms().softmax(x, y, at, features, width);
            compare(dy, 1e-6, what + " gradient", (k, dx) -> k.norms().softmaxBackward(y, dx, dx, at, features, width));
        });
    }

    @Test
    void softmaxStandsExtremeInputs() {
        forEachPanel((rng, x, dy, at, features, width, what) -> {
            float inf = Float.POSITIVE_INFINITY;
            compare(copy(x).fill(-1e30f), 1e-6, what + " all -1e30", (k, y) -> k.norms().softmax(y, y, at, features, width));
            compare(copy(x).fill(Float.MAX_VALUE), 1e-6, what + " all the largest", (k, y) -> k.norms().softmax(y, y, at, features, width));
            for (float one : new float[] {Float.MAX_VALUE, 1e30f, 100, -100}) {
                for (float others : new float[] {-inf, -Float.MAX_VALUE, 0}) {
                    Floats lonely = copy(x).fill(others);
                    int token = rng.nextInt(width);
                    lonely.set(at + rng.nextInt(features) * width + token, one);
                    for (int t = 0; t < width; t++) {
                        lonely.set(at + t, t == token ? lonely.get(at + t) : one); // no token has nothing but minus infinity
                    }
                    compare(lonely, 1e-6, what + " " + one + " among " + others, (k, y) -> k.norms().softmax(y, y, at, features, width));
                }
            }
            for (Kernels k : List.of(SCALAR, vector)) { // what has no softmax does not look like one
                Floats y = copy(x);
                y.set(at, inf);
                k.norms().softmax(y, y, at, features, width);
                assertTrue(Float.isNaN(y.get(at)) && Float.isNaN(y.get(at + (features - 1) * width)), what + " with infinity");
            }
        });
    }

    @Test
    void crossEntropyAndItsGradientEqualTheScalarOnes() {
        forEachPanel((rng, x, dy, at, features, width, what) -> {
            vector.elementwise().axpy(9f, copy(x), x, 0, x.length()); // -10 .. 10
            Floats expected = random(3 * width, rng);
            Floats actual = copy(expected);
            SCALAR.norms().logSumExp(x, at, features, width, expected);
            vector.norms().logSumExp(x, at, features, width, actual);
            assertClose(expected, actual, 2e-5, what);
            Floats scale = random(width, rng);
            compare(x, 2e-6, what + " gradient", (k, y) -> k.norms().softmaxGradient(y, y, at, features, width, expected, scale, 0.01f));
        });
    }

    private interface Panel {
        void run(Rng rng, Floats x, Floats dy, int at, int features, int width, String what);
    }

    private interface InPlace {
        void run(Kernels kernels, Floats y);
    }

    /** Two panels of which the second is treated; {@link #compare} sees whether the first is left alone. */
    private void forEachPanel(Panel body) {
        for (int features : FEATURES) {
            for (int width : Kernels.WIDTHS) {
                Rng rng = new Rng(features).split("width " + width);
                int size = features * width;
                body.run(rng, random(2 * size, rng), random(2 * size, rng), size, features, width, vector.name() + " features " + features + " width " + width);
            }
        }
    }

    private void compare(Floats start, double tolerance, String what, InPlace call) {
        Floats expected = copy(start);
        Floats actual = copy(start);
        call.run(SCALAR, expected);
        call.run(vector, actual);
        int half = start.length() / 2;
        assertSame(start.slice(0, half), actual.slice(0, half), what + " before the panel");
        assertClose(expected.slice(half, half), actual.slice(half, half), tolerance, what);
    }

    @Test
    void attentionAndItsGradientsEqualTheScalarOnesForSequencesAnywhereInThePanels() {
        int[][] spans = {{0, 1}, {3, 5}, {0, 16}, {15, 33}, {5, 70}, {62, 131}, {0, 192}};
        for (int headSize : new int[] {1, 7, 32}) {
            for (int width : Kernels.WIDTHS) {
                for (int[] span : spans) {
                    attention(headSize, width, span[0], span[1], false);
                    attention(headSize, width, span[0], span[1], true);
                }
            }
        }
    }

    private void attention(int headSize, int width, int from, int to, boolean causal) {
        String what = vector.name() + (causal ? " causal" : "") + " head size " + headSize + " width " + width + " tokens " + from + ".." + to;
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
        SCALAR.attention().attend(q, k, v, expected, features, width, from, to, 1, headSize, scale, causal, null);
        vector.attention().attend(q, k, v, actual, features, width, from, to, 1, headSize, scale, causal, scratch);
        assertClose(expected, actual, 1e-5, what);
        Floats[] s = {random(size, rng), random(size, rng), random(size, rng)};
        Floats[] g = {copy(s[0]), copy(s[1]), copy(s[2])};
        SCALAR.attention().attendBackward(q, k, v, d, s[0], s[1], s[2], features, width, from, to, 1, headSize, scale, causal, null);
        vector.attention().attendBackward(q, k, v, d, g[0], g[1], g[2], features, width, from, to, 1, headSize, scale, causal, scratch);
        assertClose(s[0], g[0], 2e-4, what + " dq");
        assertClose(s[1], g[1], 2e-4, what + " dk");
        assertClose(s[2], g[2], 2e-4, what + " dv");
        assertSame(guard, scratch.slice(need, 64), what + " past the end of scratch");
    }

    @Test
    void attentionOverWhatIsRememberedEqualsTheScalarOne() {
        for (int headSize : new int[] {2, 8, 20, 64, 72}) {
            for (int length : new int[] {1, 15, 16, 17, 63, 64, 65, 200}) {
                for (int width : new int[] {1, 16}) {
                    past(headSize, length, Math.min(length, width == 1 ? 1 : 5), width);
                }
            }
        }
    }

    private void past(int headSize, int length, int tokens, int width) {
        String what = vector.name() + " head size " + headSize + ", " + tokens + " tokens after " + (length - tokens) + ", width " + width;
        Rng rng = new Rng(headSize).split(what);
        int capacity = Attention.whole(length + 3);
        int row = Attention.whole(headSize);
        int features = 3 * headSize;
        Floats keys = random(headSize * capacity, rng); // what lies past the length is forgotten, not zero
        Floats values = random(row * capacity, rng);
        for (int i = 0; i < values.length(); i++) {
            values.set(i, i % row < headSize ? values.get(i) : 0f);
        }
        Floats q = random(2 * features * width, rng);
        Floats expected = random(2 * features * width, rng);
        Floats actual = copy(expected);
        int need = vector.attention().pastScratch(capacity, headSize);
        Floats scratch = random(need + 64, rng);
        for (int i = 0; i < need; i++) {
            scratch.set(i, Float.NaN);
        }
        Floats guard = copy(scratch.slice(need, 64));
        int from = width == 1 ? 1 : 13; // over the edge of a panel
        SCALAR.attention().attendPast(q, expected, features, width, from, from + tokens, 1, headSize, 0.7f, keys, values, capacity, length, null);
        vector.attention().attendPast(q, actual, features, width, from, from + tokens, 1, headSize, 0.7f, keys, values, capacity, length, scratch);
        assertClose(expected, actual, 1e-5, what);
        halves(headSize, length, tokens, width, q, keys, values, capacity, expected, scratch);
        assertSame(guard, scratch.slice(need, 64), what + " past the end of scratch");
    }

    /** The same keys and values in 16 bits: vector as scalar, and near to what 32 bits gave. */
    private void halves(int headSize, int length, int tokens, int width, Floats q, Floats keys, Floats values, int capacity, Floats whole, Floats scratch) {
        int places = Halves.whole(length + 3);
        int row = Halves.whole(headSize);
        Ints k = Ints.allocate(headSize * places / 2);
        Ints v = Ints.allocate(places * row / 2);
        for (int i = 0; i < k.length(); i++) {
            k.set(i, i * 0x9E3779B9); // what is forgotten
        }
        for (int d = 0; d < headSize; d++) {
            for (int j = 0; j < length; j++) {
                Halves.set(k, d * places + j, keys.get(d * capacity + j));
                Halves.set(v, j * row + d, j % 7 == 3 ? values.get(j * Attention.whole(headSize) + d) * 1e-6f : values.get(j * Attention.whole(headSize) + d));
            }
        }
        int features = 3 * headSize;
        int from = width == 1 ? 1 : 13;
        Floats expected = copy(whole);
        Floats actual = copy(whole);
        String what = vector.name() + " in 16 bits, head size " + headSize + ", length " + length + ", width " + width;
        SCALAR.attention().attendPast(q, expected, features, width, from, from + tokens, 1, headSize, 0.7f, k, v, places, length, null);
        vector.attention().attendPast(q, actual, features, width, from, from + tokens, 1, headSize, 0.7f, k, v, places, length, scratch);
        assertClose(expected, actual, 1e-5, what);
    }

    /** Every number that 16 bits can hold, read one by one and by the kernel, the smallest of them too. */
    @Test
    void everyHalfIsDecodedExactly() {
        int length = 32;
        Ints v = Ints.allocate(length * 16);
        Floats out = Floats.allocate(32);
        Floats scratch = Floats.allocate(vector.attention().pastScratch(length, 32));
        for (int bits = 0; bits < 0x7C00; bits += 31) {
            for (int d = 0; d < 32; d++) {
                Halves.set(v, d, Float.float16ToFloat((short) (Math.min(bits + d, 0x7BFF) | (d % 2 << 15))));
            }
            vector.attention().attendPast(Floats.allocate(32), out, 32, 1, 0, 1, 0, 32, 1, Ints.allocate(32 * 16), v, length, 1, scratch);
            for (int d = 0; d < 32; d++) {
                assertEquals(Halves.get(v, d), out.get(d), vector.name());
                assertEquals(Float.float16ToFloat((short) (Math.min(bits + d, 0x7BFF) | (d % 2 << 15))), out.get(d), vector.name());
            }
        }
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
