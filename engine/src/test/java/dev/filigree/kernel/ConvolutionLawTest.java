package dev.filigree.kernel;

import static dev.filigree.kernel.Cases.assertClose;
import static dev.filigree.kernel.Cases.assertSame;
import static dev.filigree.kernel.Cases.copy;
import static dev.filigree.kernel.Cases.random;
import static dev.filigree.kernel.Cases.sumTolerance;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Every convolution of the vector kernels equals its scalar definition, at every vector width. */
@ParameterizedClass
@MethodSource("kernels")
record ConvolutionLawTest(Kernels vector) {

    /** Beyond which nothing may be written. */
    private static final int GUARD = 64;

    private static final List<Window> WINDOWS = List.of(Window.PIXEL, Window.square(3, 1), Window.square(5, 1), new Window(3, 3, 1, 1, 0, 0),
            new Window(2, 3, 1, 1, 1, 1), Window.square(3, 2), Window.square(1, 2), new Window(3, 2, 3, 1, 2, 0), new Window(3, 3, 1, 2, 1, 1));

    static Stream<Named<Kernels>> kernels() {
        return VectorWidths.all();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 128})
    void sparseRowsAreTheProductOfTheirEntries(int chunk) {
        forEachCase(chunk, (rng, taps, x, what) -> {
            int rows = taps.out().channels();
            int columns = taps.in().channels() * taps.window().taps();
            Cases.Sparse s = Cases.Sparse.random(rows, columns, chunk, 0.3, 0.2, rng);
            Floats v = random(s.entries(), rng);
            Floats bias = rng.nextInt(3) == 0 ? null : random(rows, rng);
            boolean relu = rng.nextInt(2) == 0;
            outputs(taps, rows, columns, what + " chunk " + chunk, (k, y, scratch, from, to) -> strips(taps, (group, pixel, count) -> k.convolutions()
                    .csr(taps, s.start(), s.columns(), v, chunk, bias, relu, x, y, group, pixel, count, from, to, scratch)));
        });
    }

    @Test
    void tilesAreTheDenseProduct() {
        forEachCase(5, (rng, taps, x, what) -> {
            int rows = taps.out().channels();
            int columns = taps.in().channels() * taps.window().taps();
            int tiles = Math.ceilDiv(rows, Kernels.TILE_ROWS);
            Floats w = random(tiles * Kernels.TILE_ROWS * columns, rng);
            Floats bias = rng.nextInt(3) == 0 ? null : random(rows, rng);
            outputs(taps, tiles, columns, what, (k, y, scratch, from, to) -> strips(taps, (group, pixel, count) -> k.convolutions()
                    .tiled(taps, w, bias, x, y, group, pixel, count, from, to, scratch)));
        });
    }

    @Test
    void whatLiesBetweenPlanesIsNeverSeen() {
        forEachCase(4, (rng, taps, x, what) -> {
            if (taps.window().plain()) {
                return;
            }
            Floats gaps = planes(taps.in(), Float.NaN, rng);
            int n = taps.window().taps();
            strips(taps, (group, pixel, count) -> {
                Floats found = Floats.allocate(taps.in().channels() * n * count);
                vector.convolutions().unfold(taps, gaps, group, 0, taps.in().channels() * n, pixel, count, found, scratch(taps));
                for (int i = 0; i < found.length() && group * taps.in().together() + taps.in().together() <= taps.in().images(); i++) {
                    assertTrue(found.get(i) == found.get(i), what + " column " + i / count + " pixel " + (pixel + i % count));
                }
            });
        });
    }

    @Test
    void unfoldingCopiesWhatTheTapsSee() {
        forEachCase(1, (rng, taps, x, what) -> {
            int columns = taps.in().channels() * taps.window().taps();
            strips(taps, (group, pixel, count) -> {
                Floats expected = Floats.allocate(columns * count);
                Floats found = Floats.allocate(columns * count);
                int live = Math.min(count, taps.out().pixels() - pixel);
                Kernels.scalar().convolutions().unfold(taps, x, group, 0, columns, pixel, count, expected, scratch(taps));
                vector.convolutions().unfold(taps, x, group, 0, columns / 2, pixel, count, found, scratch(taps));
                vector.convolutions().unfold(taps, x, group, columns / 2, columns, pixel, count,
                        found.slice(columns / 2 * count, (columns - columns / 2) * count), scratch(taps));
                for (int j = 0; j < columns; j++) {
                    assertSame(expected.slice(j * count, live), found.slice(j * count, live), what + " column " + j + " pixel " + pixel);
                }
            });
        });
    }

    @Test
    void depthwiseIsOneSumForEachChannel() {
        forEachCase(2, (rng, taps, x, what) -> {
            int n = taps.window().taps();
            Taps each = Taps.of(taps.window(), taps.in(), taps.out().to(taps.in().channels(), taps.out().height(), taps.out().width()));
            Floats w = random(taps.in().channels() * n, rng);
            Floats bias = rng.nextInt(3) == 0 ? null : random(taps.in().channels(), rng);
            outputs(each, taps.in().channels(), n, what, (k, y, scratch, from, to) -> {
                for (int g = 0; g < each.in().groups(); g++) {
                    k.convolutions().depthwise(each, w, bias, x, y, g, from, to, scratch);
                }
            });
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 128})
    void sparseGradientsAreTheSampledProduct(int chunk) {
        forEachCase(chunk, (rng, taps, x, what) -> {
            int rows = taps.out().channels();
            int columns = taps.in().channels() * taps.window().taps();
            Cases.Sparse s = Cases.Sparse.random(rows, columns, chunk, 0.4, 0.2, rng);
            Floats dy = planes(taps.out(), 0f, rng);
            gradients(taps, s.entries(), rows, what + " chunk " + chunk, rng, (k, g, scratch, from, to) -> k.convolutions()
                    .csrGradient(taps, s.start(), s.columns(), chunk, dy, x, g, 0, taps.out().groups(), 0, s.chunks(), from, to, scratch));
            gradients(taps, s.entries(), s.chunks(), what + " cut by chunks of " + chunk, rng, (k, g, scratch, from, to) -> k.convolutions()
                    .csrGradient(taps, s.start(), s.columns(), chunk, dy, x, g, 0, taps.out().groups(), from, to, 0, rows, scratch));
        });
    }

    @Test
    void denseGradientsAreTheSampledProductOfAllPositions() {
        forEachCase(6, (rng, taps, x, what) -> {
            int columns = taps.in().channels() * taps.window().taps();
            int tiles = Math.ceilDiv(taps.out().channels(), Kernels.TILE_ROWS);
            int groups = taps.out().groups();
            Floats dy = planes(taps.out(), 0f, rng);
            gradients(taps, tiles * Kernels.TILE_ROWS * columns, tiles, what, rng,
                    (k, g, scratch, from, to) -> k.convolutions().tiledGradient(taps, dy, x, g, 0, groups, from, to, scratch));
        });
    }

    @Test
    void depthwiseGradientsAreTheSampledProduct() {
        forEachCase(3, (rng, taps, x, what) -> {
            int channels = taps.in().channels();
            Taps each = Taps.of(taps.window(), taps.in(), taps.out().to(channels, taps.out().height(), taps.out().width()));
            Floats dy = planes(each.out(), 0f, rng);
            gradients(each, channels * taps.window().taps(), channels, what, rng,
                    (k, g, scratch, from, to) -> k.convolutions().depthwiseGradient(each, dy, x, g, from, to, scratch));
        });
    }

    private interface Case {
        void run(Rng rng, Taps taps, Floats x, String what);
    }

    private interface Strip {
        void run(int group, int pixel, int count);
    }

    private interface Call {
        void run(Kernels kernels, Floats result, Floats scratch, int from, int to);
    }

    private static void forEachCase(long seed, Case body) {
        int[][] images = {{1, 1, 1, 1}, {1, 3, 4, 4}, {3, 5, 7, 7}, {2, 2, 1, 9}, {1, 7, 14, 13}, {9, 2, 5, 3}, {1, 2, 17, 32}, {19, 3, 6, 5}};
        for (int[] i : images) {
            for (Window w : WINDOWS) {
                Rng rng = new Rng(seed).split(i[0] + "," + i[1] + "," + i[2] + "," + i[3] + w);
                if (i[2] + 2 * w.top() < w.height() || i[3] + 2 * w.left() < w.width()) {
                    continue;
                }
                Planes in = Planes.of(i[0], i[1], i[2], i[3]);
                for (Planes p : List.of(in, Planes.dealt(i[0], i[1], i[2], i[3]))) {
                    // a spread window leads back to a larger image
                    Planes out = w.spread() > 1 ? p.to(3, i[2] * w.spread(), i[3] * w.spread() - 1) : w.forward(p, 1 + rng.nextInt(12));
                    body.run(rng, Taps.of(w, p, out), planes(p, 9f, rng), p + " " + w + " seed " + seed);
                }
            }
        }
    }

    /** Random pixels; {@code rest} in lanes past the last pixel and image. */
    private static Floats planes(Planes p, float rest, Rng rng) {
        Floats f = Floats.allocate(p.length()).fill(rest);
        for (int image = 0; image < p.images(); image++) {
            for (int c = 0; c < p.channels(); c++) {
                for (int i = 0; i < p.height() * p.width(); i++) {
                    f.set(p.at(image, c, i / p.width(), i % p.width()), 2 * rng.nextFloat() - 1);
                }
            }
        }
        return f;
    }

    private static void strips(Taps taps, Strip body) {
        for (int g = 0; g < taps.out().groups(); g++) {
            int[] cuts = taps.strips(Planes.STRIP, true);
            for (int s = 0; s < cuts.length - 1; s++) {
                body.run(g, cuts[s], cuts[s + 1] - cuts[s]);
            }
        }
    }

    private static Floats scratch(Taps taps) {
        return Floats.allocate(Convolutions.scratch(taps, 256)).fill(Float.NaN);
    }

    /** Vector = scalar at every pixel; the cut of the range leaves no trace; nothing past the last plane is written. */
    private void outputs(Taps taps, int units, int depth, String what, Call call) {
        int length = taps.out().length();
        Floats expected = Floats.allocate(length + GUARD).fill(7f);
        Floats whole = Floats.allocate(length + GUARD).fill(7f);
        Floats cut = Floats.allocate(length + GUARD).fill(7f);
        call.run(Kernels.scalar(), expected.slice(0, length), scratch(taps), 0, units);
        call.run(vector, whole.slice(0, length), scratch(taps), 0, units);
        assertClose(pixels(taps.out(), expected), pixels(taps.out(), whole), sumTolerance(depth), vector.name() + " " + what);
        assertSame(expected.slice(length, GUARD), whole.slice(length, GUARD), vector.name() + " " + what + " past the end");
        call.run(vector, cut.slice(0, length), scratch(taps), units / 3, units);
        call.run(vector, cut.slice(0, length), scratch(taps), 0, units / 3);
        assertSame(pixels(taps.out(), whole), pixels(taps.out(), cut), vector.name() + " " + what + " cut at " + units / 3);
    }

    private static Floats pixels(Planes p, Floats f) {
        Floats out = Floats.allocate(p.images() * p.channels() * p.height() * p.width());
        for (int i = 0; i < out.length(); i++) {
            int pixel = i % (p.height() * p.width());
            int plane = i / (p.height() * p.width());
            out.set(i, f.get(p.at(plane / p.channels(), plane % p.channels(), pixel / p.width(), pixel % p.width())));
        }
        return out;
    }

    /** Vector = scalar, added to what was there; the cut of the range leaves no trace. */
    private void gradients(Taps taps, int length, int units, String what, Rng rng, Call call) {
        Floats expected = random(length, rng);
        Floats whole = copy(expected);
        Floats cut = copy(expected);
        call.run(Kernels.scalar(), expected, scratch(taps), 0, units);
        call.run(vector, whole, scratch(taps), 0, units);
        assertClose(expected, whole, sumTolerance(taps.out().images() * taps.out().height() * taps.out().width()), vector.name() + " " + what);
        call.run(vector, cut, scratch(taps), units / 3, units);
        call.run(vector, cut, scratch(taps), 0, units / 3);
        assertSame(whole, cut, vector.name() + " " + what + " cut at " + units / 3);
    }
}
