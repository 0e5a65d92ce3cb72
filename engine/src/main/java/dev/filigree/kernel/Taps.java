package dev.filigree.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.filigree.base.Ints;
import dev.filigree.base.UserError;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A {@link Window} laid over planes: for every tap and output pixel the input pixel, made once for a size of images.
 *
 * <p>Where all taps of a plane are {@link #shifted} views of it, a tap is a distance and one bit per output pixel that
 * tells whether its input is inside the image. With a stride the same holds after a plane was {@link #staged}: dealt to
 * one plane for each pair of remainders of the stride, or spread with zeros. Unfolding then uses a list of pixels.
 *
 * <p>Images that are {@link Planes#dealt} to lanes need none of this: their taps are whole vectors of a {@link #band}.
 */
public final class Taps {

    private final Window window;
    private final Planes in;
    private final Planes out;
    private final Ints source;
    private final boolean staged;
    private final Ints distance;
    private final MemorySegment inside;
    private final int margin;
    private final Band band;
    private final Band gradientBand;
    private final Band channelBand;

    private Taps(Window window, Planes in, Planes out) {
        this.window = window;
        this.in = in;
        this.out = out;
        int taps = window.taps();
        this.band = in.dealt() && !window.plain() ? Band.of(window, in, out, in.channels()) : null;
        this.gradientBand = in.dealt() && !window.plain() ? Band.of(window, in, out, Math.min(in.channels(), Band.GRADIENT_CHANNELS)) : null;
        this.channelBand = in.dealt() ? Band.of(window, in, out, 1) : null;
        if (in.dealt()) {
            this.source = null;
            this.staged = false;
            this.distance = null;
            this.inside = null;
            this.margin = 0;
            return;
        }
        int plane = out.units() * Planes.UNIT;
        boolean shifted = window.stride() == 1 && window.spread() == 1 && in.width() == out.width() && (in.height() == out.height() || in.together() == 1);
        this.staged = !shifted && fitsStaged(window, in, out);
        this.source = shifted ? null : Ints.allocate(Math.multiplyExact(taps, plane));
        this.distance = shifted || staged ? Ints.allocate(taps) : null;
        this.inside = distance == null ? null : Arena.ofAuto().allocate(8L * taps * words(), 64);
        int beyond = 0;
        for (int t = 0; t < taps; t++) {
            for (int q = 0; q < plane; q++) {
                int pixel = source(window, in, out, t, q);
                if (source != null) {
                    source.set(t * plane + q, pixel);
                }
                if (inside != null && pixel >= 0) {
                    long word = (long) t * words() + q / 64;
                    inside.setAtIndex(JAVA_LONG, word, inside.getAtIndex(JAVA_LONG, word) | 1L << q % 64);
                }
            }
            if (distance != null) {
                int d = distance(window, out, t, stagedPlane());
                distance.set(t, d);
                beyond = Math.max(beyond, Math.max(-d, plane + d - (shifted ? in.plane() : stagedLength())));
            }
        }
        this.margin = Math.ceilDiv(beyond, Planes.UNIT) * Planes.UNIT;
    }

    /** The way from {@code in} to {@code out}, which must hold the same images. */
    public static Taps of(Window window, Planes in, Planes out) {
        if (in.images() != out.images() || in.together() != out.together() || in.dealt() != out.dealt()) {
            throw new UserError("convolution: input holds " + in.images() + " images, " + in.together() + " together, output " + out.images() + " and "
                    + out.together() + ", expected the same in the same order");
        }
        return new Taps(window, in, out);
    }

    /** Pixel of an input plane that tap {@code t} of pixel {@code q} of an output plane is, or -1 for zero. */
    public int source(int t, int q) {
        return source(window, in, out, t, q);
    }

    private static int source(Window w, Planes in, Planes out, int t, int q) {
        int y = out.rowAt(q) * w.stride() + t / w.width() - w.top();
        int x = out.columnAt(q) * w.stride() + t % w.width() - w.left();
        boolean live = q < out.pixels() && y >= 0 && x >= 0 && y % w.spread() == 0 && x % w.spread() == 0;
        return live && y / w.spread() < in.height() && x / w.spread() < in.width() ? in.inPlane(out.imageAt(q), y / w.spread(), x / w.spread()) : -1;
    }

    /** Whether no staged part is larger than the output, whose rows it shares. */
    private static boolean fitsStaged(Window w, Planes in, Planes out) {
        int s = w.stride();
        int rows = w.spread() > 1 ? (in.height() - 1) * w.spread() + 1 : Math.ceilDiv(in.height(), s);
        int columns = w.spread() > 1 ? (in.width() - 1) * w.spread() + 1 : Math.ceilDiv(in.width(), s);
        return (s == 1 || w.spread() == 1) && rows <= out.height() && columns <= out.width();
    }

    private static int distance(Window w, Planes out, int t, int plane) {
        int down = t / w.width() - w.top();
        int right = t % w.width() - w.left();
        int s = w.stride();
        return (Math.floorMod(down, s) * s + Math.floorMod(right, s)) * plane + Math.floorDiv(down, s) * out.width() + Math.floorDiv(right, s);
    }

    public Window window() {
        return window;
    }

    public Planes in() {
        return in;
    }

    public Planes out() {
        return out;
    }

    /** How images that are dealt to lanes are walked; null for others, and for a single pixel, which needs no window. */
    public Band band() {
        return band;
    }

    /** The same for {@link Band#GRADIENT_CHANNELS} channels at a time: a gradient likes long sums better than many columns. */
    public Band gradientBand() {
        return gradientBand;
    }

    /** The same for one channel at a time, and for a single pixel too. */
    public Band channelBand() {
        return channelBand;
    }

    /**
     * Where planes of the output are cut into strips: at most {@code most} pixels, or whole rows of a {@link #band}.
     *
     * @param even see {@link Planes#strips}
     */
    public int[] strips(int most, boolean even) {
        return band == null ? out.strips(most, even) : band.strips();
    }

    /** Whether every tap is a shift of the input plane. */
    public boolean shifted() {
        return source == null && !in.dealt();
    }

    /**
     * Whether every tap is a shift of the staged input plane: {@code stride * stride} planes of the output's size, of
     * which number {@code a * stride + b} holds input pixels (y*stride + a, x*stride + b), or with a spread one plane that
     * holds input pixel (y, x) at (y*spread, x*spread) and zeros elsewhere.
     */
    public boolean staged() {
        return staged;
    }

    /** Floats from one staged plane to the next; a unit more than its pixels, so that rows may be written in whole vectors. */
    public int stagedPlane() {
        return (out.units() + 1) * Planes.UNIT;
    }

    /** Floats of all staged planes of a plane. */
    public int stagedLength() {
        return Math.multiplyExact(window.stride() * window.stride(), stagedPlane());
    }

    /** Pixels from an output pixel to the input pixel of each tap, in planes that are {@link #shifted} or {@link #staged}. */
    public Ints distance() {
        return distance;
    }

    /** Most pixels that a tap leads out of a shifted or staged plane on either side, in whole units. */
    public int margin() {
        return margin;
    }

    /** One bit for each output pixel, lowest first in words of 64, tap after tap; null unless {@link #shifted} or {@link #staged}. */
    public MemorySegment inside() {
        return inside;
    }

    /** Words of {@link #inside} for a tap. */
    public int words() {
        return Math.ceilDiv(out.units() * Planes.UNIT, 64);
    }

    /** Pixel of the input plane for each tap and output pixel {@code [taps] [units*UNIT]}, -1 for zero; null when {@link #shifted}. */
    public Ints source() {
        return source;
    }
}
