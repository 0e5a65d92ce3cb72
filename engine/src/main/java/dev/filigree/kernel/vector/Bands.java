package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.kernel.Band;
import dev.filigree.kernel.Planes;
import jdk.incubator.vector.FloatVector;

/**
 * Convolutions of images that are dealt to lanes: a {@link Band} of the input is copied once, with its border, and every
 * tap is then a distance in it. All addresses; the copy is followed by the distance of every column.
 */
final class Bands {

    static final long PIXEL = 4L * Planes.UNIT;

    /** Columns that a dense product takes at once: what four pixels see of a dozen channels stays in the nearest cache. */
    private static final int DEPTH = 192;

    /** Pixels that one sum of a gradient covers, about: more would leave the nearest cache, fewer sum over lanes too often. */
    private static final int GRADIENT_PIXELS = 64;

    private Bands() {
    }

    /**
     * Copies what output rows {@code row .. row + height} see of some channels.
     *
     * @param x the first of these channels
     */
    static void copy(Band b, long x, int channels, int row, int height, long out) {
        int rows = (height - 1) * b.window().stride() + b.window().height();
        for (int c = 0; c < channels; c++) {
            long plane = x + 4L * c * b.in().plane();
            long to = out + PIXEL * c * b.channel();
            for (int i = 0; i < rows; i++) {
                int y = row * b.window().stride() + i - b.window().top();
                int spread = b.window().spread();
                boolean live = y >= 0 && y % spread == 0 && y / spread < b.in().height();
                row(b, live ? plane + PIXEL * b.in().width() * (y / spread) : 0, to + PIXEL * i * b.row());
            }
        }
    }

    /** Lists how many pixels from the beginning of a copy the columns of {@code channels} channels are. */
    static void list(Band b, int channels, long list) {
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < b.window().taps(); t++, list += 4) {
                setInt(list, c * b.channel() + b.distance(t));
            }
        }
    }

    /** Where the list of a copy's columns is kept, after it. */
    static long listAt(Band b, int channels, long copy) {
        return copy + PIXEL * b.channel() * channels;
    }

    /** The calling thread's own memory for a copy and its list, see {@link Scratch}. */
    static long room(Band b, int channels, long more) {
        return Scratch.address(listAt(b, channels, 0) + 4L * channels * b.window().taps() + more);
    }

    private static void row(Band b, long from, long to) {
        int stride = b.window().stride();
        int spread = b.window().spread();
        int left = b.window().left();
        if (from == 0) {
            zero(to, b.row());
        } else if (stride == 1 && spread == 1) {
            int n = Math.min(b.in().width(), b.row() - left);
            zero(to, left);
            pixels(from, to + PIXEL * left, n);
            zero(to + PIXEL * (left + n), b.row() - left - n);
        } else {
            zero(to, b.row());
            int phase = left % stride;
            int place = left / stride;
            for (int x = 0; x < b.in().width() && place < b.phase(); x++) {
                pixels(from + PIXEL * x, to + PIXEL * (phase * b.phase() + place), 1);
                for (phase += spread; phase >= stride; phase -= stride) {
                    place++;
                }
            }
        }
    }

    private static void zero(long at, int pixels) {
        long a = at & MASK;
        for (int i = 0; i < pixels * Planes.UNIT; i += N) {
            FloatVector.zero(F).intoMemorySegment(ALL, a + 4L * i, ORDER);
        }
    }

    private static void pixels(long from, long to, int pixels) {
        long f = from & MASK;
        long t = to & MASK;
        for (int i = 0; i < pixels * Planes.UNIT; i += N) {
            fromMemorySegment(F, ALL, f + 4L * i, ORDER).intoMemorySegment(ALL, t + 4L * i, ORDER);
        }
    }

    /**
     * Sparse rows {@code from .. to} over output rows of a copy, as {@link StripRows#run}.
     *
     * @param start of the chunk
     * @param list  where the columns are, from the first one
     * @param y     the first output row in plane 0
     * @param room  for {@link #placedBytes}
     */
    static void csr(Band b, long start, long column, long values, long copy, long list, int height, long y, long yStep, int from, int to, long bias,
            long biasStep, boolean more, long room) {
        long places = placed(start, column, list, from, to, room);
        int vectors = b.out().width() * Planes.UNIT / N;
        for (int i = 0; i < height; i++) {
            StripRows.run(start, places, values, copy + PIXEL * i * b.step(), PIXEL, y + vectors * STEP * i, yStep, vectors, from, to, bias, biasStep, more);
        }
    }

    /** Writes the distances of the columns of a chunk's rows {@code from .. to}; returns where that of column 0 would be. */
    private static long placed(long start, long column, long list, int from, int to, long out) {
        int first = getInt(start + 4L * from);
        int n = getInt(start + 4L * to) - first;
        long o = out & MASK;
        long ls = list & MASK;
        long c = column + 4L * first & MASK;
        for (int j = 0; j < n; j++) {
            long i = 4 * (j & INDEX);
            setInt(o + i, getInt(ls + 4 * (getInt(c + i) & INDEX)));
        }
        return out - 4L * first;
    }

    /** Bytes that the distances of the rows {@code from .. to} of any chunk take. */
    static long placedBytes(long start, int rows, int fromChunk, int toChunk, int from, int to) {
        int most = 0;
        for (int c = fromChunk; c < toChunk; c++) {
            long s = start + 4L * c * rows;
            most = Math.max(most, getInt(s + 4L * to) - getInt(s + 4L * from));
        }
        return 4L * most;
    }

    /** Adds packed rows, see {@link PackedTiles}, over output rows of a copy to y. */
    static void tiled(Band b, int columns, long w, long copy, long list, int height, long y, long yStep, int live) {
        int vectors = b.out().width() * Planes.UNIT / N;
        for (int i = 0; i < height; i++) {
            for (int k = 0; k < columns; k += DEPTH) {
                TapTiles.add(Math.min(DEPTH, columns - k), w + 4L * PackedTiles.ROWS * k, 4L * PackedTiles.ROWS * columns, list + 4L * k,
                        copy + PIXEL * i * b.step(), vectors, y + vectors * STEP * i, yStep, live);
            }
        }
    }

    /** Adds to the gradients of entries of rows {@code from .. to}, {@code column} and {@code list} as in {@link #csr}. */
    static void csrGradient(Band b, long start, long column, long copy, long list, int height, long dy, long dyStep, int from, int to, long gradient,
            long room) {
        long places = placed(start, column, list, from, to, room);
        int bytes = (int) PIXEL * b.out().width();
        int most = Math.max(1, GRADIENT_PIXELS / b.out().width());
        for (int i = 0; i < height; i += most) {
            for (int r = from; r < to; r++) {
                StripGradients.columns(getInt(start + 4L * r), getInt(start + 4L * r + 4), places, dy + dyStep * r + (long) bytes * i,
                        copy + PIXEL * i * b.step(), bytes, PIXEL, Math.min(most, height - i), PIXEL * b.step(), gradient);
            }
        }
    }

    /** Adds to the gradients of all columns of rows {@code from .. to}, which lie as the tiles of {@link PackedTiles} do. */
    static void tiledGradient(Band b, int columns, int allColumns, long copy, long list, int height, long dy, long dyStep, int from, int to, long gradient,
            long sums) {
        int bytes = (int) PIXEL * b.out().width();
        int most = Math.max(1, GRADIENT_PIXELS / b.out().width());
        for (int i = 0; i < height; i += most) {
            for (int r = from; r < to; r += PackedTiles.ROWS) {
                TileGradients.add(columns, list, PIXEL, dy + dyStep * r + (long) bytes * i, dyStep, copy + PIXEL * i * b.step(), bytes, PIXEL * b.step(),
                        Math.min(most, height - i), Math.min(PackedTiles.ROWS, to - r), gradient + 4L * allColumns * r, sums);
            }
        }
    }

    /**
     * Every channel {@code from .. to} by itself: a sparse row of as many entries as the window has taps.
     *
     * @param w    one weight for each tap and channel
     * @param bias one float for each channel, or one zero for all with a {@code biasStep} of 0
     */
    static void depthwise(Band b, long w, long bias, long biasStep, long x, long y, int from, int to) {
        int taps = b.window().taps();
        long copy = room(b, 1, 8);
        long list = listAt(b, 1, copy);
        long starts = list + 4L * taps;
        list(b, 1, list);
        setInt(starts, 0);
        setInt(starts + 4, taps);
        int vectors = b.out().width() * Planes.UNIT / N;
        for (int c = from; c < to; c++) {
            for (int row = 0; row < b.out().height(); row += b.height()) {
                int height = Math.min(b.height(), b.out().height() - row);
                copy(b, x + 4L * c * b.in().plane(), 1, row, height, copy);
                long out = y + 4L * c * b.out().plane() + vectors * STEP * row;
                for (int i = 0; i < height; i++) {
                    StripRows.run(starts, list, w + 4L * taps * c, copy + PIXEL * i * b.step(), PIXEL, out + vectors * STEP * i, 0, vectors, 0, 1,
                            bias + biasStep * c, 0, false);
                }
            }
        }
    }

    /** The gradient of the taps of channels {@code from .. to}. */
    static void depthwiseGradient(Band b, long dy, long x, int from, int to, long gradient) {
        int taps = b.window().taps();
        long copy = room(b, 1, 0);
        long list = listAt(b, 1, copy);
        list(b, 1, list);
        int bytes = (int) PIXEL * b.out().width();
        for (int c = from; c < to; c++) {
            for (int row = 0; row < b.out().height(); row += b.height()) {
                int height = Math.min(b.height(), b.out().height() - row);
                copy(b, x + 4L * c * b.in().plane(), 1, row, height, copy);
                StripGradients.columns(0, taps, list, dy + 4L * c * b.out().plane() + (long) bytes * row, copy, bytes, PIXEL, height, PIXEL * b.step(),
                        gradient + 4L * taps * c);
            }
        }
    }
}
