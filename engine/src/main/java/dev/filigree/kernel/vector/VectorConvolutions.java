package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static java.lang.ref.Reference.reachabilityFence;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.kernel.Convolutions;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Taps;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Convolutions of {@link StripRows}, {@link Depthwise} and {@link Quads} over strips; this class turns buffers into addresses. */
final class VectorConvolutions implements Convolutions {

    /** Pixels that one dot product of a gradient covers at most where nothing is unfolded: its sum over lanes is dear. */
    private static final int PLAIN_GRADIENT_STRIP = 256;

    @Override
    public void unfold(Taps taps, Floats x, int group, int from, int to, int pixel, int count, Floats out, Floats scratch) {
        expect(taps, 1, scratch);
        Unfold.strip(taps, x, group, from, to, pixel, count, address(out), address(scratch));
        keep(taps, x, out, scratch);
    }

    @Override
    public void tiled(Taps taps, Floats w, Floats bias, Floats x, Floats y, int group, int pixel, int count, int fromTile, int toTile, Floats scratch) {
        int rows = taps.out().channels();
        int columns = taps.in().channels() * taps.window().taps();
        boolean plain = taps.window().plain();
        expect(taps, columns, scratch);
        if (!plain) {
            Unfold.strip(taps, x, group, 0, columns, pixel, count, address(scratch), address(scratch) + 4L * columns * count);
        }
        long u = plain ? planes(x, taps.in(), group) + 4L * pixel : address(scratch);
        long step = 4L * (plain ? taps.in().plane() : count);
        long yStep = 4L * taps.out().plane();
        int first = fromTile * PackedTiles.ROWS;
        int last = Math.min(rows, toTile * PackedTiles.ROWS);
        long out = planes(y, taps.out(), group) + 4L * pixel;
        for (int r = first; r < last; r++) {
            fill(bias == null ? 0 : bias.get(r), out + r * yStep, count);
        }
        PackedTiles.add(columns, address(w) + 4L * first * columns, 4L * PackedTiles.ROWS * columns, 4L * PackedTiles.ROWS, u, step, count, out + first * yStep, yStep,
                last - first);
        reachabilityFence(w);
        reachabilityFence(bias);
        keep(taps, x, y, scratch);
    }

    private static void fill(float value, long at, int count) {
        for (int i = 0; i < count; i += N) {
            FloatVector.broadcast(F, value).intoMemorySegment(ALL, (at + 4L * i) & MASK, ORDER);
        }
    }

    @Override
    public void csr(Taps taps, Ints start, Ints column, Floats values, int chunk, Floats bias, boolean relu, Floats x, Floats y, int group, int pixel,
            int count, int fromRow, int toRow, Floats scratch) {
        int rows = taps.out().channels();
        int columns = taps.in().channels() * taps.window().taps();
        boolean plain = taps.window().plain();
        expect(taps, chunk, scratch);
        long step = 4L * (plain ? taps.in().plane() : count);
        long out = planes(y, taps.out(), group) + 4L * pixel;
        for (int from = 0; from < columns; from += chunk) {
            int to = Math.min(columns, from + chunk);
            if (!plain) {
                Unfold.strip(taps, x, group, from, to, pixel, count, address(scratch), address(scratch) + 4L * chunk * count);
            }
            long u = plain ? planes(x, taps.in(), group) + 4L * pixel : address(scratch) - step * from;
            StripRows.run(address(start) + 4L * (from / chunk) * rows, address(column), address(values), u, step, out, 4L * taps.out().plane(), count / N,
                    fromRow, toRow, bias == null ? Lanes.ZEROS : address(bias), bias == null ? 0 : 4, from > 0);
        }
        if (relu) {
            StripRows.relu(out, 4L * taps.out().plane(), count / N, fromRow, toRow);
        }
        reachabilityFence(start);
        reachabilityFence(column);
        reachabilityFence(values);
        reachabilityFence(bias);
        keep(taps, x, y, scratch);
    }

    @Override
    public void csrGradient(Taps taps, Ints start, Ints column, int chunk, Floats dy, Floats x, Floats gradient, int fromChunk, int toChunk, int fromRow,
            int toRow, Floats scratch) {
        Planes out = taps.out();
        int columns = taps.in().channels() * taps.window().taps();
        boolean plain = taps.window().plain();
        expect(taps, chunk, scratch);
        int[] cuts = out.strips(plain ? PLAIN_GRADIENT_STRIP : Planes.STRIP, true);
        int each = cuts.length - 1;
        for (int c = fromChunk; c < toChunk; c++) {
            long starts = address(start) + 4L * c * out.channels();
            for (int s = 0; s < out.groups() * each; s++) {
                int group = s / each;
                int pixel = cuts[s % each];
                int count = cuts[s % each + 1] - pixel;
                long step = 4L * (plain ? taps.in().plane() : count);
                if (!plain) {
                    Unfold.strip(taps, x, group, c * chunk, Math.min(columns, (c + 1) * chunk), pixel, count, address(scratch),
                            address(scratch) + 4L * chunk * count);
                }
                long u = plain ? planes(x, taps.in(), group) + 4L * pixel : address(scratch) - step * c * chunk;
                long d = planes(dy, out, group) + 4L * pixel;
                for (int r = fromRow; r < toRow; r++) {
                    entries(getInt(starts + 4L * r), getInt(starts + 4L * r + 4), address(column), d + 4L * r * out.plane(), u, count, step, address(gradient));
                }
            }
        }
        reachabilityFence(start);
        reachabilityFence(column);
        reachabilityFence(dy);
        keep(taps, x, gradient, scratch);
    }

    private static void entries(int from, int to, long column, long dy, long u, int count, long step, long gradient) {
        StripGradients.columns(from, to, column, dy, u, 4 * count, step, gradient);
    }

    @Override
    public void depthwise(Taps taps, Floats w, Floats bias, Floats x, Floats y, int group, int from, int to, Floats scratch) {
        int n = taps.window().taps();
        int vectors = taps.out().units() * Planes.UNIT / N;
        expect(taps, 1, scratch);
        for (int c = from; c < to; c++) {
            long out = planes(y, taps.out(), group) + 4L * c * taps.out().plane();
            long weights = address(w) + 4L * n * c;
            long b = bias == null ? Lanes.ZEROS : address(bias) + 4L * c;
            if (taps.distance() != null) {
                Depthwise.plane(n, weights, getFloat(b), plane(taps, x, group, c, scratch), address(taps.distance()), taps.inside().address(), taps.words(),
                        vectors, out);
            } else {
                forEachStrip(taps, x, group, c, scratch, (u, pixel, count) -> {
                    fill(getFloat(b), out + 4L * pixel, count);
                    Tiles.strip(n, weights, 0, 4, u, 4L * count, count, out + 4L * pixel, 0, 1, out + 4L * pixel, 0, STEP);
                });
            }
        }
        reachabilityFence(w);
        reachabilityFence(bias);
        keep(taps, x, y, scratch);
    }

    @Override
    public void depthwiseGradient(Taps taps, Floats dy, Floats x, Floats gradient, int from, int to, Floats scratch) {
        int n = taps.window().taps();
        int vectors = taps.out().units() * Planes.UNIT / N;
        expect(taps, 1, scratch);
        for (int i = 0; i < taps.out().groups() * (to - from); i++) {
            int group = i / (to - from);
            int c = from + i % (to - from);
            long d = planes(dy, taps.out(), group) + 4L * c * taps.out().plane();
            long g = address(gradient) + 4L * n * c;
            if (taps.distance() != null) {
                long plane = plane(taps, x, group, c, scratch);
                for (int t = 0; t < n; t++) {
                    Depthwise.addDot(d, plane + 4L * taps.distance().get(t), taps.inside().address() + 8L * taps.words() * t, vectors, address(scratch), g + 4L * t);
                }
            } else {
                forEachStrip(taps, x, group, c, scratch, (u, pixel, count) -> {
                    for (int t = 0; t < n; t++) {
                        Depthwise.addDot(d + 4L * pixel, u + 4L * t * count, count / N, g + 4L * t);
                    }
                });
            }
        }
        reachabilityFence(dy);
        keep(taps, x, gradient, scratch);
    }

    private interface Strip {
        void at(long unfolded, int pixel, int count);
    }

    private static void forEachStrip(Taps taps, Floats x, int group, int channel, Floats scratch, Strip body) {
        int n = taps.window().taps();
        int[] cuts = taps.out().strips(Planes.STRIP, true);
        for (int s = 0; s < cuts.length - 1; s++) {
            int pixel = cuts[s];
            int count = cuts[s + 1] - pixel;
            Unfold.strip(taps, x, group, channel * n, (channel + 1) * n, pixel, count, address(scratch), address(scratch) + 4L * n * count);
            body.at(address(scratch), pixel, count);
        }
    }

    /** A channel's plane, staged where its taps need that; the outermost planes are copied, so that no tap reads past the buffer. */
    private static long plane(Taps taps, Floats x, int group, int channel, Floats scratch) {
        long bytes = 4L * taps.in().plane();
        long p = planes(x, taps.in(), group) + bytes * channel;
        long margin = 4L * taps.margin();
        long copy = 4L * Planes.STRIP + margin; // the first floats of scratch hold sums
        if (taps.staged()) {
            Stage.plane(taps, p, address(x) + x.bytes(), address(scratch) + copy);
        } else if (p - margin < address(x) || p + bytes + margin > address(x) + x.bytes()) {
            MemorySegment.copy(x.segment(), p - address(x), scratch.segment(), copy, bytes);
        } else {
            return p;
        }
        return address(scratch) + copy;
    }

    private static long planes(Floats f, Planes p, int group) {
        return address(f) + 4L * group * p.channels() * p.plane();
    }

    /** Scratch memory that is too small would be written past its end. */
    private static void expect(Taps taps, int chunk, Floats scratch) {
        if (scratch.length() < Convolutions.scratch(taps, chunk)) {
            throw new IllegalArgumentException("scratch holds " + scratch.length() + " floats, expected " + Convolutions.scratch(taps, chunk));
        }
    }

    private static void keep(Taps taps, Floats a, Floats b, Floats c) {
        reachabilityFence(taps);
        reachabilityFence(a);
        reachabilityFence(b);
        reachabilityFence(c);
    }
}
