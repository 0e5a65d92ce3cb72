package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Convolutions;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Taps;
import dev.filigree.kernel.Window;
import java.lang.foreign.Arena;

/**
 * Convolutions over {@link Planes}, cut into tasks by strips of pixels, ranges of rows with about equal numbers of
 * entries, and channels; never by the number of threads.
 */
public final class Conv {

    /** Tasks that strips are dealt to at most, so that a task uses its scratch memory for several strips. */
    private static final int STRIP_TASKS = 32;
    /** The dense product works on four vectors at a time. */
    private static final int DENSE_STRIP = 64;
    private static final int CHANNEL_TASKS = 16;
    /** Tasks of a gradient at least, where there are as many groups of images. */
    private static final int GRADIENT_TASKS = 8;
    /** Floats of all gradients of pieces at most. */
    private static final int GRADIENT_FLOATS = 1 << 20;

    private Conv() {
    }

    /**
     * {@code y = f(w x + bias)}; the gradient with respect to x is the same with {@link ConvWeight#transpose},
     * {@link Window#backward} and no bias.
     *
     * @param bias {@code outputs} values, or null for none
     * @param x    {@code taps.in()}
     * @param y    {@code taps.out()}, overwritten
     */
    public static void apply(Compute compute, ConvWeight w, Taps taps, Floats bias, Activation f, Floats x, Floats y) {
        check(w, taps);
        check(taps, x, y);
        expectBias(w.outputs(), bias);
        Convolutions k = compute.kernels().convolutions();
        forEachStrip(compute, taps, taps.strips(Planes.STRIP, true), w.chunk(), y, f == Activation.RELU ? Activation.NONE : f, (group, pixel, count, part, parts, scratch) -> {
            int from = w.cut(part * ConvWeight.PARTS / parts);
            int to = w.cut((part + 1) * ConvWeight.PARTS / parts);
            k.csr(taps, w.start(), w.column(), w.values(), w.chunk(), bias, f == Activation.RELU, x, y, group, pixel, count, from, to, scratch);
            return new int[] {from, to};
        });
    }

    /**
     * The dense twin: {@code y = f(w x + bias)} for every position of {@code w [outputs x (inputs * taps)]}.
     */
    public static void apply(Compute compute, Tiled w, Taps taps, Floats bias, Activation f, Floats x, Floats y) {
        expect("outputs", w.rows(), taps.out().channels());
        expect("columns", w.cols(), taps.in().channels() * taps.window().taps());
        check(taps, x, y);
        expectBias(w.rows(), bias);
        int tiles = Tiled.tiles(w.rows());
        Convolutions k = compute.kernels().convolutions();
        forEachStrip(compute, taps, taps.strips(DENSE_STRIP, false), w.cols(), y, f, (group, pixel, count, part, parts, scratch) -> {
            int from = cut(tiles, part, parts);
            int to = cut(tiles, part + 1, parts);
            k.tiled(taps, w.tiles(), bias, x, y, group, pixel, count, from, to, scratch);
            return new int[] {from * Kernels.TILE_ROWS, Math.min(w.rows(), to * Kernels.TILE_ROWS)};
        });
    }

    private interface Strip {
        /** Computes one of {@code parts} ranges of rows for a strip and returns its first row and one past its last. */
        int[] rows(int group, int pixel, int count, int part, int parts, Floats scratch);
    }

    private static void forEachStrip(Compute compute, Taps taps, int[] cuts, int chunk, Floats y, Activation f, Strip body) {
        Planes out = taps.out();
        int each = cuts.length - 1;
        int strips = out.groups() * each;
        int pixelTasks = Math.min(strips, STRIP_TASKS);
        // few strips: cut the rows too, less often where each part unfolds the image again
        int parts = Math.min(taps.window().plain() ? ConvWeight.PARTS : ConvWeight.PARTS / 2, Integer.highestOneBit(Math.max(1, ConvWeight.PARTS / pixelTasks)));
        compute.parallel().run(pixelTasks * parts, task -> {
            Floats scratch = Room.of(Convolutions.scratch(taps, chunk));
            for (int s = cut(strips, task / parts, pixelTasks); s < cut(strips, task / parts + 1, pixelTasks); s++) {
                int group = s / each;
                int pixel = cuts[s % each];
                int count = cuts[s % each + 1] - pixel;
                int[] rows = body.rows(group, pixel, count, task % parts, parts, scratch);
                for (int r = rows[0]; f != Activation.NONE && r < rows[1]; r++) {
                    int at = (group * out.channels() + r) * out.plane() + pixel;
                    compute.kernels().elementwise().activate(f, y, y, at, at + count);
                }
            }
        });
    }

    /**
     * {@code gradient += dy u^T} at the live positions of w.
     *
     * @param dy       {@code taps.out()}, zero in lanes past the last pixel and image
     * @param gradient in the order of {@link ConvWeight#values}
     */
    public static void gradient(Compute compute, ConvWeight w, Taps taps, Floats dy, Floats x, Floats gradient) {
        check(w, taps);
        check(taps, x, dy);
        expect("gradient", w.values().length(), gradient.length());
        int pieces = pieces(taps, w.chunks(), gradient.length());
        // where images must be unfolded, one task for each chunk does so only once
        boolean cut = taps.window().plain() || taps.in().dealt();
        int parts = cut ? Math.clamp(Integer.highestOneBit(GRADIENT_TASKS / Math.min(GRADIENT_TASKS, w.chunks() * pieces)), 1, ConvWeight.PARTS) : 1;
        int each = ConvWeight.PARTS / parts;
        forEachPiece(compute, taps, pieces, w.chunk(), w.chunks() * parts, gradient, (fromGroup, toGroup, unit, into, scratch) -> compute.kernels().convolutions()
                .csrGradient(taps, w.start(), w.column(), w.chunk(), dy, x, into, fromGroup, toGroup, unit / parts, unit / parts + 1, w.cut(unit % parts * each),
                        w.cut((unit % parts + 1) * each), scratch));
    }

    /**
     * The dense twin: {@code gradient += dy u^T} at every position of a weight {@code [outputs x (inputs * taps)]}.
     *
     * @param dy       as above
     * @param gradient in the order of {@link Tiled#tiles}
     */
    public static void gradient(Compute compute, Taps taps, Floats dy, Floats x, Floats gradient) {
        int columns = taps.in().channels() * taps.window().taps();
        int tiles = Tiled.tiles(taps.out().channels());
        check(taps, x, dy);
        expect("gradient", tiles * Kernels.TILE_ROWS * columns, gradient.length());
        int pieces = pieces(taps, 1, gradient.length());
        int ranges = Math.min(tiles, Math.ceilDiv(GRADIENT_TASKS, pieces));
        forEachPiece(compute, taps, pieces, columns, ranges, gradient, (fromGroup, toGroup, unit, into, scratch) -> compute.kernels().convolutions()
                .tiledGradient(taps, dy, x, into, fromGroup, toGroup, cut(tiles, unit, ranges), cut(tiles, unit + 1, ranges), scratch));
    }

    private interface Piece {
        /** Adds what some groups of images say about one of the units that share no gradient. */
        void add(int fromGroup, int toGroup, int unit, Floats into, Floats scratch);
    }

    /**
     * Pieces into which the images are cut where units are few: each passes over its own images only, and has a gradient of
     * its own, unless those were large.
     */
    private static int pieces(Taps taps, int units, int length) {
        return Math.clamp(Math.min(Math.ceilDiv(GRADIENT_TASKS, units), GRADIENT_FLOATS / Math.max(1, length)), 1, taps.out().groups());
    }

    /** Gradients of pieces are added in order. */
    private static void forEachPiece(Compute compute, Taps taps, int pieces, int chunk, int units, Floats gradient, Piece body) {
        int groups = taps.out().groups();
        int length = gradient.length();
        try (Arena shared = Arena.ofShared()) {
            Floats others = pieces == 1 ? null : Floats.allocate(shared, Math.multiplyExact(pieces - 1, length));
            compute.parallel().run(pieces * units, task -> {
                int piece = task / units;
                Floats into = piece == 0 ? gradient : others.slice((piece - 1) * length, length);
                body.add(cut(groups, piece, pieces), cut(groups, piece + 1, pieces), task % units, into, Room.of(Convolutions.scratch(taps, chunk)));
            });
            for (int p = 1; p < pieces; p++) {
                compute.kernels().elementwise().add(gradient, others.slice((p - 1) * length, length), gradient, 0, length);
            }
        }
    }

    /**
     * Writes the dense weight of the gradient with respect to the input, {@code [inputs x (outputs * taps)]} with the taps in
     * reverse order, to be laid over {@link Window#backward}.
     */
    public static void transpose(Tiled w, int taps, Tiled into) {
        expect("rows", w.cols() / taps, into.rows());
        expect("columns", w.rows() * taps, into.cols());
        int t = Kernels.TILE_ROWS;
        for (int r = 0; r < w.rows(); r++) {
            for (int c = 0; c < w.cols(); c++) {
                int row = c / taps;
                int column = r * taps + taps - 1 - c % taps;
                into.tiles().set((row / t * into.cols() + column) * t + row % t, w.tiles().get((r / t * w.cols() + c) * t + r % t));
            }
        }
    }

    /**
     * {@code y[c] = f(w[c] x[c] + bias[c])} for every channel by itself; the gradient with respect to x is the same with
     * {@link #turned} and {@link Window#backward}.
     *
     * @param w {@code [channels] [taps]}, all stored
     */
    public static void depthwise(Compute compute, Floats w, Taps taps, Floats bias, Activation f, Floats x, Floats y) {
        Planes out = taps.out();
        expect("channels", taps.in().channels(), out.channels());
        expectBias(out.channels(), bias);
        expect("weights", out.channels() * taps.window().taps(), w.length());
        check(taps, x, y);
        int ranges = Math.min(out.channels(), CHANNEL_TASKS);
        compute.parallel().run(out.groups() * ranges, task -> {
            int group = task / ranges;
            int from = cut(out.channels(), task % ranges, ranges);
            int to = cut(out.channels(), task % ranges + 1, ranges);
            compute.kernels().convolutions().depthwise(taps, w, bias, x, y, group, from, to, Room.of(Convolutions.scratch(taps, 1)));
            if (f != Activation.NONE) {
                int plane = out.plane();
                compute.kernels().elementwise().activate(f, y, y, (group * out.channels() + from) * plane, (group * out.channels() + to) * plane);
            }
        });
    }

    /** {@code gradient[c][t] += } what {@link #depthwise} makes of a change of {@code w[c][t]}; dy as in {@link #gradient}. */
    public static void depthwiseGradient(Compute compute, Taps taps, Floats dy, Floats x, Floats gradient) {
        int channels = taps.in().channels();
        expect("channels", channels, taps.out().channels());
        expect("gradient", channels * taps.window().taps(), gradient.length());
        check(taps, x, dy);
        int ranges = Math.min(channels, CHANNEL_TASKS);
        compute.parallel().run(ranges, task -> {
            compute.kernels().convolutions().depthwiseGradient(taps, dy, x, gradient, cut(channels, task, ranges), cut(channels, task + 1, ranges),
                    Room.of(Convolutions.scratch(taps, 1)));
        });
    }

    /** The weights {@code [channels] [taps]} of the gradient of a depthwise convolution: the taps in reverse order. */
    public static Floats turned(Floats w, int taps) {
        Floats out = Floats.allocate(w.length());
        for (int i = 0; i < w.length(); i++) {
            out.set(i, w.get(i / taps * taps + taps - 1 - i % taps));
        }
        return out;
    }

    private static int cut(int count, int i, int parts) {
        return (int) ((long) count * i / parts);
    }

    /** Kernels read and write without checks, so sizes are compared before every call. */
    private static void check(ConvWeight w, Taps taps) {
        expect("window height", w.height(), taps.window().height());
        expect("window width", w.width(), taps.window().width());
        expect("inputs", w.inputs(), taps.in().channels());
        expect("outputs", w.outputs(), taps.out().channels());
    }

    private static void check(Taps taps, Floats x, Floats y) {
        expect("values of x", taps.in().length(), x.length());
        expect("values of y", taps.out().length(), y.length());
    }

    private static void expectBias(int outputs, Floats bias) {
        if (bias != null) {
            expect("values of bias", outputs, bias.length());
        }
    }

    private static void expect(String field, int expected, int found) {
        if (expected != found) {
            throw new IllegalArgumentException("convolution: " + field + " is " + found + ", expected " + expected);
        }
    }
}
