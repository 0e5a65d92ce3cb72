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
import static dev.filigree.kernel.vector.Lanes.setInt;
import static java.lang.ref.Reference.reachabilityFence;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.kernel.Band;
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
        Band band = taps.band();
        expect(taps, columns, scratch);
        long copy = 0;
        if (band != null) {
            copy = Bands.room(band, taps.in().channels(), 0);
            copy(taps, band, x, group, 0, taps.in().channels(), pixel, count, copy);
        } else if (!plain) {
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
        long rowsOfW = address(w) + 4L * first * columns;
        if (band != null) {
            Bands.tiled(band, columns, rowsOfW, copy, Bands.listAt(band, taps.in().channels(), copy), height(taps, count), out + first * yStep, yStep,
                    last - first);
        } else {
            PackedTiles.add(columns, rowsOfW, 4L * PackedTiles.ROWS * columns, 4L * PackedTiles.ROWS, u, step, count, out + first * yStep, yStep, last - first);
        }
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
        Band band = taps.band();
        long copy = 0;
        long list = 0;
        if (band != null) {
            int channels = taps.in().channels();
            copy = Bands.room(band, channels, Bands.placedBytes(address(start), rows, 0, Math.ceilDiv(columns, chunk), fromRow, toRow));
            list = Bands.listAt(band, channels, copy);
            copy(taps, band, x, group, 0, channels, pixel, count, copy);
        }
        for (int from = 0; from < columns; from += chunk) {
            int to = Math.min(columns, from + chunk);
            long starts = address(start) + 4L * (from / chunk) * rows;
            long b = bias == null ? Lanes.ZEROS : address(bias);
            int bStep = bias == null ? 0 : 4;
            if (band != null) {
                Bands.csr(band, starts, address(column), address(values), copy, list, height(taps, count), out, 4L * taps.out().plane(), fromRow, toRow, b, bStep,
                        from > 0, list + 4L * columns);
                continue;
            }
            if (!plain) {
                Unfold.strip(taps, x, group, from, to, pixel, count, address(scratch), address(scratch) + 4L * chunk * count);
            }
            long u = plain ? planes(x, taps.in(), group) + 4L * pixel : address(scratch) - step * from;
            StripRows.run(starts, address(column), address(values), u, step, out, 4L * taps.out().plane(), count / N, fromRow, toRow, b, bStep, from > 0);
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
    public void csrGradient(Taps taps, Ints start, Ints column, int chunk, Floats dy, Floats x, Floats gradient, int fromGroup, int toGroup, int fromChunk,
            int toChunk, int fromRow, int toRow, Floats scratch) {
        Planes out = taps.out();
        int n = taps.window().taps();
        int columns = taps.in().channels() * n;
        boolean plain = taps.window().plain();
        Band band = taps.gradientBand();
        expect(taps, chunk, scratch);
        int[] cuts = band == null ? out.strips(plain ? PLAIN_GRADIENT_STRIP : Planes.STRIP, true) : band.strips();
        int each = cuts.length - 1;
        for (int c = fromChunk; c < toChunk; c++) {
            long starts = address(start) + 4L * c * out.channels();
            int first = c * chunk;
            int last = Math.min(columns, first + chunk);
            for (int s = fromGroup * each; s < toGroup * each; s++) {
                int group = s / each;
                int pixel = cuts[s % each];
                int count = cuts[s % each + 1] - pixel;
                long d = planes(dy, out, group) + 4L * pixel;
                if (band != null) {
                    int channel = first / n;
                    int channels = Math.ceilDiv(last, n) - channel;
                    long copy = Bands.room(band, channels, Bands.placedBytes(address(start), out.channels(), c, c + 1, fromRow, toRow));
                    long list = Bands.listAt(band, channels, copy);
                    copy(taps, band, x, group, channel, channels, pixel, count, copy);
                    Bands.csrGradient(band, starts, address(column), copy, list - 4L * channel * n, height(taps, count), d, 4L * out.plane(), fromRow, toRow,
                            address(gradient), list + 4L * channels * n);
                    continue;
                }
                long step = 4L * (plain ? taps.in().plane() : count);
                if (!plain) {
                    Unfold.strip(taps, x, group, first, last, pixel, count, address(scratch), address(scratch) + 4L * chunk * count);
                }
                long u = plain ? planes(x, taps.in(), group) + 4L * pixel : address(scratch) - step * first;
                for (int r = fromRow; r < toRow; r++) {
                    StripGradients.columns(getInt(starts + 4L * r), getInt(starts + 4L * r + 4), address(column), d + 4L * r * out.plane(), u, 4 * count, step, 1, 0,
                            address(gradient));
                }
            }
        }
        reachabilityFence(start);
        reachabilityFence(column);
        reachabilityFence(dy);
        keep(taps, x, gradient, scratch);
    }

    @Override
    public void tiledGradient(Taps taps, Floats dy, Floats x, Floats gradient, int fromGroup, int toGroup, int fromTile, int toTile, Floats scratch) {
        Planes out = taps.out();
        int channels = taps.in().channels();
        int n = taps.window().taps();
        int columns = channels * n;
        boolean plain = taps.window().plain();
        Band band = taps.gradientBand();
        expect(taps, columns, scratch);
        int first = fromTile * PackedTiles.ROWS;
        int last = Math.min(out.channels(), toTile * PackedTiles.ROWS);
        int[] cuts = band == null ? out.strips(plain ? PLAIN_GRADIENT_STRIP : Planes.STRIP, true) : band.strips();
        int each = cuts.length - 1;
        for (int s = fromGroup * each; s < toGroup * each; s++) {
            int group = s / each;
            int pixel = cuts[s % each];
            int count = cuts[s % each + 1] - pixel;
            long d = planes(dy, out, group) + 4L * pixel;
            if (band != null) {
                for (int from = 0; from < channels; from += Band.GRADIENT_CHANNELS) {
                    int some = Math.min(Band.GRADIENT_CHANNELS, channels - from);
                    long copy = Bands.room(band, some, TileGradients.SUMS + Bands.PIXEL);
                    long list = Bands.listAt(band, some, copy);
                    long sums = (list + 4L * some * n + Bands.PIXEL - 1) & -Bands.PIXEL;
                    copy(taps, band, x, group, from, some, pixel, count, copy);
                    Bands.tiledGradient(band, some * n, columns, copy, list, height(taps, count), d, 4L * out.plane(), first, last,
                            address(gradient) + 4L * PackedTiles.ROWS * from * n, sums);
                }
                continue;
            }
            if (!plain) {
                Unfold.strip(taps, x, group, 0, columns, pixel, count, address(scratch), address(scratch) + 4L * columns * count);
            }
            long u = plain ? planes(x, taps.in(), group) + 4L * pixel : address(scratch);
            long step = 4L * (plain ? taps.in().plane() : count);
            long sums = Scratch.address(TileGradients.SUMS + 4L * columns);
            long list = sums + TileGradients.SUMS;
            for (int j = 0; j < columns; j++) {
                setInt(list + 4L * j, j);
            }
            for (int r = first; r < last; r += PackedTiles.ROWS) {
                TileGradients.add(columns, list, step, d + 4L * r * out.plane(), 4L * out.plane(), u, 4 * count, 0, 1, Math.min(PackedTiles.ROWS, last - r),
                        address(gradient) + 4L * r * columns, sums);
            }
        }
        reachabilityFence(dy);
        keep(taps, x, gradient, scratch);
    }

    /** Copies what the strip sees of channels {@code first ..}; {@link Bands#list} follows the copy. */
    private static void copy(Taps taps, Band band, Floats x, int group, int first, int channels, int pixel, int count, long copy) {
        long plane = planes(x, taps.in(), group) + 4L * first * taps.in().plane();
        Bands.copy(band, plane, channels, pixel / Planes.UNIT / taps.out().width(), height(taps, count), copy);
        Bands.list(band, channels, Bands.listAt(band, channels, copy));
    }

    /** Rows of an output that is dealt to lanes. */
    private static int height(Taps taps, int count) {
        return count / Planes.UNIT / taps.out().width();
    }

    @Override
    public void depthwise(Taps taps, Floats w, Floats bias, Floats x, Floats y, int group, int from, int to, Floats scratch) {
        int n = taps.window().taps();
        int vectors = taps.out().units() * Planes.UNIT / N;
        expect(taps, 1, scratch);
        if (taps.channelBand() != null) {
            Bands.depthwise(taps.channelBand(), address(w), bias == null ? Lanes.ZEROS : address(bias), bias == null ? 0 : 4, planes(x, taps.in(), group),
                    planes(y, taps.out(), group), from, to);
        }
        for (int c = from; c < to && taps.channelBand() == null; c++) {
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
        for (int g = 0; g < taps.out().groups() && taps.channelBand() != null; g++) {
            Bands.depthwiseGradient(taps.channelBand(), planes(dy, taps.out(), g), planes(x, taps.in(), g), from, to, address(gradient));
        }
        for (int i = 0; i < taps.out().groups() * (to - from) && taps.channelBand() == null; i++) {
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
