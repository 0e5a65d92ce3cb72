package dev.filigree.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Taps;
import dev.filigree.kernel.Window;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Convolutions by their definition, their gradients by the identities that define those, and what is refused. */
class ConvTest {

    private static final List<Window> WINDOWS = List.of(Window.PIXEL, Window.square(3, 1), Window.square(3, 2), Window.square(1, 2),
            new Window(5, 3, 1, 1, 2, 1), new Window(3, 3, 1, 1, 0, 0), new Window(3, 3, 2, 1, 0, 0));

    /** A weight, its image and its result; images of 7 pixels a side leave lanes and images over. */
    private record Case(Window window, int images, ConvWeight weight, Topology live, Floats values, Taps taps, Floats x) {

        static Case random(Window w, int images, int outputs, int inputs, int height, int width, double sparsity) {
            return random(w, Planes.of(images, inputs, height, width), outputs, sparsity);
        }

        static Case random(Window w, Planes in, int outputs, double sparsity) {
            Rng rng = new Rng(in.images() + outputs * 31L).split(w.toString());
            int inputs = in.channels();
            int columns = inputs * w.taps();
            Topology.Builder b = new Topology.Builder(outputs, columns, 16);
            for (int i = 0; i < outputs * columns; i++) {
                if (rng.nextDouble() >= sparsity && i / columns % 5 != 3) { // every fifth row is empty
                    b.add(i / columns, i % columns);
                }
            }
            Topology live = b.build();
            Floats values = filled(live.count(), rng);
            return new Case(w, in.images(), ConvWeight.pack(Arena.ofAuto(), "w", live, values, inputs, w.height(), w.width(), 1, 20), live, values,
                    Taps.of(w, in, w.forward(in, outputs)), pixels(in, rng));
        }

        /** The sum that defines one output, without bias. */
        double at(int image, int output, int oy, int ox) {
            double sum = 0;
            for (int j = live.start().get(output); j < live.start().get(output + 1); j++) {
                int column = live.column().get(j);
                int y = oy * window.stride() + column % window.taps() / window.width() - window.top();
                int z = ox * window.stride() + column % window.width() - window.left();
                if (y >= 0 && y < taps.in().height() && z >= 0 && z < taps.in().width()) {
                    sum += values.get(j) * x.get(taps.in().at(image, column / window.taps(), y, z));
                }
            }
            return sum;
        }
    }

    private static List<Case> cases() {
        return WINDOWS.stream().flatMap(w -> List.of(Case.random(w, 1, 13, 7, 9, 11, 0.7), Case.random(w, 3, 21, 5, 7, 7, 0.5),
                Case.random(w, 2, 4, 3, 14, 14, 0.9), Case.random(w, Planes.dealt(40, 5, 6, 7), 11, 0.6)).stream()).toList();
    }

    @Test
    void aConvolutionIsTheSumThatDefinesIt() {
        for (Kernels kernels : List.of(Kernels.scalar(), Kernels.best())) {
            Compute compute = new Compute(kernels, new Parallel(2));
            for (Case c : cases()) {
                Planes out = c.taps.out();
                Floats bias = filled(out.channels(), new Rng(1));
                assertOutput(c, "no function", Activation.NONE, bias, v -> v, y -> Conv.apply(compute, c.weight, c.taps, bias, Activation.NONE, c.x, y));
                assertOutput(c, "relu", Activation.RELU, bias, v -> Math.max(0, v), y -> Conv.apply(compute, c.weight, c.taps, bias, Activation.RELU, c.x, y));
                assertOutput(c, "gelu", Activation.GELU, bias, v -> v / 2 * (1 + erf(v / Math.sqrt(2))),
                        y -> Conv.apply(compute, c.weight, c.taps, bias, Activation.GELU, c.x, y));
                Tiled dense = (Tiled) Layout.TILED.pack(Arena.ofAuto(), c.live, c.values);
                assertOutput(c, "dense", Activation.RELU, bias, v -> Math.max(0, v), y -> Conv.apply(compute, dense, c.taps, bias, Activation.RELU, c.x, y));
            }
            compute.parallel().close();
        }
    }

    private interface Output {
        void into(Floats y);
    }

    private static void assertOutput(Case c, String what, Activation f, Floats bias, ToDoubleFunction<Double> function, Output output) {
        Planes p = c.taps.out();
        Floats y = Floats.allocate(p.length()).fill(Float.NaN);
        output.into(y);
        for (int i = 0; i < p.images() * p.channels() * p.height() * p.width(); i++) {
            int x = i % p.width();
            int row = i / p.width() % p.height();
            int channel = i / p.width() / p.height() % p.channels();
            int image = i / p.width() / p.height() / p.channels();
            assertEquals(function.applyAsDouble(c.at(image, channel, row, x) + bias.get(channel)), y.get(p.at(image, channel, row, x)), 2e-5,
                    () -> what + " " + c.window + " " + p + " image " + image + " output " + channel + " at " + row + ", " + x);
        }
    }

    /** Abramowitz and Stegun 7.1.26, to 1.5e-7. */
    private static double erf(double x) {
        double t = 1 / (1 + 0.3275911 * Math.abs(x));
        double p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
        return Math.signum(x) * (1 - p * Math.exp(-x * x));
    }

    @Test
    void theTransposeIsTheAdjoint() {
        Compute compute = Compute.of(1);
        for (Case c : cases()) {
            Planes in = c.taps.in();
            Planes out = c.taps.out();
            Floats y = Floats.allocate(out.length());
            Floats dx = Floats.allocate(in.length()).fill(5f);
            Floats dy = pixels(out, new Rng(9));
            Conv.apply(compute, c.weight, c.taps, null, Activation.NONE, c.x, y);
            ConvTranspose back = c.weight.transpose(Arena.ofAuto());
            Conv.apply(compute, back.weight(), Taps.of(c.window.backward(), out, in), null, Activation.NONE, dy, dx);
            assertClose(dot(out, y, dy), dot(in, c.x, dx), c.window + " " + out);
            for (int j = 0; j < c.weight.values().length(); j++) {
                c.weight.values().set(j, 2 * c.weight.values().get(j));
            }
            back.refresh();
            Conv.apply(compute, back.weight(), Taps.of(c.window.backward(), out, in), null, Activation.NONE, dy, dx);
            assertClose(2 * dot(out, y, dy), dot(in, c.x, dx), "doubled " + c.window + " " + out);
        }
    }

    @Test
    void theGradientTellsWhatAChangeOfTheWeightDoes() {
        Compute compute = Compute.of(2);
        for (Case c : cases()) {
            Planes out = c.taps.out();
            Floats dy = pixels(out, new Rng(9));
            Floats gradient = Floats.allocate(c.weight.values().length());
            Conv.gradient(compute, c.weight, c.taps, dy, c.x, gradient);
            Floats y = Floats.allocate(out.length());
            Conv.apply(compute, c.weight, c.taps, null, Activation.NONE, c.x, y); // linear in the weight
            double change = 0;
            for (int j = 0; j < gradient.length(); j++) {
                change += gradient.get(j) * c.weight.values().get(j);
            }
            assertClose(dot(out, y, dy), change, c.window + " " + out);
        }
        compute.parallel().close();
    }

    @Test
    void denseGradientsAreThoseOfAWeightWithEveryPosition() {
        Compute compute = Compute.of(2);
        for (Case c : cases()) {
            Planes in = c.taps.in();
            Planes out = c.taps.out();
            int n = c.window.taps();
            int columns = in.channels() * n;
            Topology all = Topology.full(out.channels(), columns);
            Floats values = filled(all.count(), new Rng(6));
            ConvWeight full = ConvWeight.pack(Arena.ofAuto(), "w", all, values, in.channels(), c.window.height(), c.window.width());
            Tiled dense = new Tiled(out.channels(), columns, Floats.allocate(Tiled.tiles(out.channels()) * Kernels.TILE_ROWS * columns));
            full.forEach((r, col, slot, v) -> dense.tiles().set(slot(dense, r, col), v));
            Floats dy = pixels(out, new Rng(9));

            Floats dw = Floats.allocate(all.count());
            Floats dv = Floats.allocate(dense.tiles().length());
            Conv.gradient(compute, full, c.taps, dy, c.x, dw);
            Conv.gradient(compute, c.taps, dy, c.x, dv);
            full.forEach((r, col, slot, v) -> assertClose(dw.get(slot), dv.get(slot(dense, r, col)), "dW " + c.window + " " + r + ", " + col));

            Tiled turned = new Tiled(in.channels(), out.channels() * n, Floats.allocate(Tiled.tiles(in.channels()) * Kernels.TILE_ROWS * out.channels() * n));
            Conv.transpose(dense, n, turned);
            Taps back = Taps.of(c.window.backward(), out, in);
            Floats dx = Floats.allocate(in.length());
            Floats dz = Floats.allocate(in.length());
            Conv.apply(compute, full.transpose(Arena.ofAuto()).weight(), back, null, Activation.NONE, dy, dx);
            Conv.apply(compute, turned, back, null, Activation.NONE, dy, dz);
            assertSamePixels(in, dx, dz, "dX " + c.window);
        }
        compute.parallel().close();
    }

    private static int slot(Tiled w, int row, int column) {
        return (row / Kernels.TILE_ROWS * w.cols() + column) * Kernels.TILE_ROWS + row % Kernels.TILE_ROWS;
    }

    @Test
    void depthwiseIsASparseConvolutionOfItsDiagonal() {
        Compute compute = Compute.of(2);
        for (Case c : cases()) {
            Planes in = c.taps.in();
            int n = c.window.taps();
            Topology.Builder b = new Topology.Builder(in.channels(), in.channels() * n, 16);
            for (int i = 0; i < in.channels() * n; i++) {
                b.add(i / n, i);
            }
            Floats w = filled(in.channels() * n, new Rng(4));
            Floats bias = filled(in.channels(), new Rng(5));
            ConvWeight diagonal = ConvWeight.pack(Arena.ofAuto(), "w", b.build(), w, in.channels(), c.window.height(), c.window.width());
            Planes out = c.window.forward(in, in.channels());
            Taps taps = Taps.of(c.window, in, out);
            Floats y = Floats.allocate(out.length());
            Floats z = Floats.allocate(out.length());
            Conv.apply(compute, diagonal, taps, bias, Activation.RELU, c.x, y);
            Conv.depthwise(compute, w, taps, bias, Activation.RELU, c.x, z);
            assertSamePixels(out, y, z, "forward " + c.window);

            Floats dy = pixels(out, new Rng(9));
            Floats dx = Floats.allocate(in.length());
            Floats dz = Floats.allocate(in.length());
            Taps back = Taps.of(c.window.backward(), out, in);
            Conv.apply(compute, diagonal.transpose(Arena.ofAuto()).weight(), back, null, Activation.NONE, dy, dx);
            Conv.depthwise(compute, Conv.turned(w, n), back, null, Activation.NONE, dy, dz);
            assertSamePixels(in, dx, dz, "dX " + c.window);

            Floats dw = Floats.allocate(w.length());
            Floats dv = Floats.allocate(w.length());
            Conv.gradient(compute, diagonal, taps, dy, c.x, dw);
            Conv.depthwiseGradient(compute, taps, dy, c.x, dv);
            for (int i = 0; i < w.length(); i++) {
                assertEquals(dw.get(diagonalSlot(diagonal, i)), dv.get(i), 1e-4, "dW " + c.window + " " + i);
            }
        }
        compute.parallel().close();
    }

    @Test
    void groupsAreTheBlocksOfADiagonal() {
        Compute compute = Compute.of(2);
        int groups = 3;
        for (Window w : WINDOWS) {
            for (Planes in : List.of(Planes.of(2, 12, 7, 9), Planes.dealt(20, 6, 5, 6))) {
                int outputs = 15;
                int cols = in.channels() / groups * w.taps();
                Topology live = Sampling.topology(outputs, cols, Math.ceilDiv(outputs * cols, 2), new Rng(3));
                Floats values = filled(live.count(), new Rng(4));
                Topology.Builder b = new Topology.Builder(outputs, in.channels() * w.taps(), live.count());
                for (int r = 0; r < outputs; r++) {
                    for (int j = live.start().get(r); j < live.start().get(r + 1); j++) {
                        b.add(r, r / 5 * cols + live.column().get(j));
                    }
                }
                ConvWeight blocks = ConvWeight.pack(Arena.ofAuto(), "w", b.build(), values, in.channels(), w.height(), w.width(), 1, 20);
                ConvWeight grouped = ConvWeight.pack(Arena.ofAuto(), "w", live, values, in.channels(), w.height(), w.width(), groups, 20);
                assertEquals(outputs * cols, grouped.positions());
                assertArrayEquals(live.column().toArray(), Topology.of(grouped).column().toArray());
                assertArrayEquals(values.toArray(), Layout.canonical(grouped, live).toArray());

                Planes out = w.forward(in, outputs);
                Taps taps = Taps.of(w, in, out);
                Taps back = Taps.of(w.backward(), out, in);
                Floats dy = pixels(out, new Rng(9));
                Floats x = pixels(in, new Rng(8));
                float[][] found = new float[2][];
                for (ConvWeight k : List.of(blocks, grouped)) {
                    Floats y = Floats.allocate(out.length());
                    Floats dx = Floats.allocate(in.length());
                    Floats dw = Floats.allocate(live.count());
                    Conv.apply(compute, k, taps, null, Activation.RELU, x, y);
                    Conv.apply(compute, k.transpose(Arena.ofAuto()).weight(), back, null, Activation.NONE, dy, dx);
                    Conv.gradient(compute, k, taps, dy, x, dw);
                    float[] all = new float[y.length() + dx.length() + dw.length()];
                    System.arraycopy(y.toArray(), 0, all, 0, y.length());
                    System.arraycopy(dx.toArray(), 0, all, y.length(), dx.length());
                    System.arraycopy(dw.toArray(), 0, all, y.length() + dx.length(), dw.length());
                    found[k == blocks ? 0 : 1] = all;
                }
                assertArrayEquals(found[0], found[1], 1e-4f, w + " over " + in);
            }
        }
        compute.parallel().close();
    }

    private static int diagonalSlot(ConvWeight w, int column) {
        int[] at = new int[1];
        w.forEach((r, c, slot, v) -> at[0] = c == column ? slot : at[0]);
        return at[0];
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        for (Case c : cases()) {
            float[][] first = null;
            for (int threads : new int[] {1, 2, 5}) {
                Compute compute = Compute.of(threads);
                Floats y = Floats.allocate(c.taps.out().length());
                Floats gradient = Floats.allocate(c.weight.values().length());
                Conv.apply(compute, c.weight, c.taps, null, Activation.NONE, c.x, y);
                Conv.gradient(compute, c.weight, c.taps, pixels(c.taps.out(), new Rng(9)), c.x, gradient);
                compute.parallel().close();
                float[][] found = {y.toArray(), gradient.toArray()};
                first = first == null ? found : first;
                assertArrayEquals(first[0], found[0], c.window + " on " + threads + " threads");
                assertArrayEquals(first[1], found[1], c.window + " gradient on " + threads + " threads");
            }
        }
    }

    @Test
    void whatATaskLeftInItsMemoryIsNeverRead() {
        Compute compute = Compute.of(1);
        for (Case c : cases()) {
            Planes in = c.taps.in();
            Taps alone = Taps.of(c.window, in, c.window.forward(in, in.channels()));
            Floats w = filled(in.channels() * c.window.taps(), new Rng(4));
            Room.of(1 << 20).fill(0f);
            float[][] clean = everything(compute, c, alone, w);
            Room.of(1 << 20).fill(Float.NaN);
            float[][] dirty = everything(compute, c, alone, w);
            for (int i = 0; i < clean.length; i++) {
                assertArrayEquals(clean[i], dirty[i], c.window + " over " + in + ", " + i);
            }
        }
    }

    /** Results of each kind of kernel over images. */
    private static float[][] everything(Compute compute, Case c, Taps alone, Floats w) {
        Tiled dense = (Tiled) Layout.TILED.pack(Arena.ofAuto(), c.live, c.values);
        Floats dy = pixels(c.taps.out(), new Rng(9));
        Floats[] out = {Floats.allocate(c.taps.out().length()), Floats.allocate(c.taps.out().length()), Floats.allocate(c.weight.values().length()),
            Floats.allocate(dense.tiles().length()), Floats.allocate(alone.out().length()), Floats.allocate(w.length())};
        Conv.apply(compute, c.weight, c.taps, null, Activation.NONE, c.x, out[0]);
        Conv.apply(compute, dense, c.taps, null, Activation.NONE, c.x, out[1]);
        Conv.gradient(compute, c.weight, c.taps, dy, c.x, out[2]);
        Conv.gradient(compute, c.taps, dy, c.x, out[3]);
        Conv.depthwise(compute, w, alone, null, Activation.NONE, c.x, out[4]);
        Conv.depthwiseGradient(compute, alone, pixels(alone.out(), new Rng(9)), c.x, out[5]);
        return Arrays.stream(out).map(Floats::toArray).toArray(float[][]::new);
    }

    @Test
    void whatCannotBeAConvolutionIsRefusedInOneLine() {
        Topology live = Topology.full(2, 18);
        Floats values = Floats.allocate(36);
        Arena arena = Arena.ofAuto();
        assertRefused("18 columns, expected 3 inputs", () -> ConvWeight.pack(arena, "w", live, values, 3, 3, 3));
        assertRefused("35 values for 36 positions", () -> ConvWeight.pack(arena, "w", live, values.slice(0, 35), 2, 3, 3));
        assertRefused("inputs is 0", () -> ConvWeight.pack(arena, "w", live, values, 0, 3, 3));
        assertRefused("height is -3", () -> ConvWeight.pack(arena, "w", live, values, 2, -3, 3, 1, 16));
        assertRefused("groups is 0", () -> ConvWeight.pack(arena, "w", live, values, 2, 3, 3, 0, 16));
        assertRefused("3 inputs and 2 outputs, expected multiples of 2 groups", () -> ConvWeight.pack(arena, "w", live, values, 3, 3, 3, 2, 16));
        assertRefused("chunk is 0", () -> ConvWeight.pack(arena, "w", live, values, 2, 3, 3, 1, 0));
        assertRefused("outside 0..17", () -> ConvWeight.pack(arena, "w", Topology.of("w", 1, 18, Ints.of(0, 1), Ints.of(18)), Floats.of(1f), 2, 3, 3));
        assertRefused("stride is 0", () -> Window.square(3, 0));
        assertRefused("top is 3", () -> new Window(3, 3, 1, 1, 3, 0));
        assertRefused("left is -1", () -> new Window(3, 3, 1, 1, 0, -1));
        assertRefused("does not fit", () -> new Window(5, 5, 1, 1, 0, 0).forward(Planes.of(1, 1, 3, 9), 1));
        assertRefused("images is 0", () -> Planes.of(0, 1, 1, 1));
        assertRefused("width is -1", () -> Planes.of(1, 1, 1, -1));
        assertRefused("2^31-1", () -> Planes.of(1000, 1000, 100, 100));
        assertRefused("2^31-1", () -> new Planes(1 << 20, 1, 1 << 20, 1 << 20, 1 << 20, false));
        assertRefused("expected the same", () -> Taps.of(Window.PIXEL, Planes.of(1, 1, 7, 7), Planes.of(2, 1, 7, 7)));
    }

    private static void assertRefused(String part, Executable action) {
        String line = assertThrows(UserError.class, action).getMessage();
        assertTrue(line.contains(part) && !line.contains("\n"), line);
    }

    @Test
    void buffersOfAnotherSizeAreNotTouched() {
        Case c = cases().getFirst();
        Compute compute = Compute.of(1);
        Floats y = Floats.allocate(c.taps.out().length());
        Floats small = Floats.allocate(y.length() - 1);
        assertThrows(IllegalArgumentException.class, () -> Conv.apply(compute, c.weight, c.taps, null, Activation.NONE, c.x, small));
        assertThrows(IllegalArgumentException.class, () -> Conv.apply(compute, c.weight, c.taps, Floats.allocate(12), Activation.NONE, c.x, y));
        assertThrows(IllegalArgumentException.class, () -> Conv.gradient(compute, c.weight, c.taps, y, c.x, Floats.allocate(1)));
        assertThrows(IllegalArgumentException.class,
                () -> Conv.depthwise(compute, Floats.allocate(7), c.taps, null, Activation.NONE, c.x, y));
    }

    @Test
    void imagesLieTogetherWhereThatSavesLanes() {
        assertEquals(1, Planes.of(1, 3, 7, 7).together());
        assertEquals(8, Planes.of(8, 3, 7, 7).together());
        assertEquals(1, Planes.of(8, 3, 56, 56).together());
        Planes p = Planes.of(3, 2, 5, 3);
        boolean[] seen = new boolean[p.length()];
        for (int i = 0; i < 3 * 2 * 15; i++) {
            int at = p.at(i / 30, i / 15 % 2, i / 3 % 5, i % 3);
            assertTrue(!seen[at], "two pixels at " + at);
            seen[at] = true;
        }
    }

    private static Floats filled(int length, Rng rng) {
        Floats f = Floats.allocate(length);
        for (int i = 0; i < length; i++) {
            f.set(i, 2 * rng.nextFloat() - 1);
        }
        return f;
    }

    /** Random pixels, zeros between planes. */
    private static Floats pixels(Planes p, Rng rng) {
        Floats f = Floats.allocate(p.length());
        for (int image = 0; image < p.images(); image++) {
            for (int c = 0; c < p.channels(); c++) {
                for (int i = 0; i < p.height() * p.width(); i++) {
                    f.set(p.at(image, c, i / p.width(), i % p.width()), 2 * rng.nextFloat() - 1);
                }
            }
        }
        return f;
    }

    private static double dot(Planes p, Floats a, Floats b) {
        double sum = 0;
        for (int image = 0; image < p.images(); image++) {
            for (int c = 0; c < p.channels(); c++) {
                for (int i = 0; i < p.height() * p.width(); i++) {
                    int at = p.at(image, c, i / p.width(), i % p.width());
                    sum += (double) a.get(at) * b.get(at);
                }
            }
        }
        return sum;
    }

    private static void assertClose(double expected, double found, String what) {
        assertEquals(expected, found, 1e-4 * (1 + Math.abs(expected)), what);
    }

    private static void assertSamePixels(Planes p, Floats a, Floats b, String what) {
        for (int image = 0; image < p.images(); image++) {
            for (int c = 0; c < p.channels(); c++) {
                for (int i = 0; i < p.height() * p.width(); i++) {
                    int at = p.at(image, c, i / p.width(), i % p.width());
                    assertEquals(a.get(at), b.get(at), 1e-5, what + " channel " + c + " pixel " + i);
                }
            }
        }
    }
}
