package dev.filigree.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.filigree.base.Ints;
import dev.filigree.base.UserError;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A {@link Window} laid over planes: for every tap and output pixel the input pixel, made once for a size of images.
 * Where all taps of a plane are shifts of it ({@link #shifted}), a tap is a distance and one bit per output pixel that
 * tells whether its input is inside the image; else it is a list of pixels.
 */
public final class Taps {

    private final Window window;
    private final Planes in;
    private final Planes out;
    private final int[] shift;
    private final int margin;
    private final MemorySegment inside;
    private final Ints source;

    private Taps(Window window, Planes in, Planes out, int[] shift, MemorySegment inside, Ints source) {
        this.window = window;
        this.in = in;
        this.out = out;
        this.shift = shift;
        this.inside = inside;
        this.source = source;
        int beyond = 0;
        for (int s : shift) {
            beyond = Math.max(beyond, Math.max(-s, out.units() * Planes.UNIT + s - in.plane()));
        }
        this.margin = Math.ceilDiv(beyond, Planes.UNIT) * Planes.UNIT;
    }

    /** The way from {@code in} to {@code out}, which must hold the same images. */
    public static Taps of(Window window, Planes in, Planes out) {
        if (in.images() != out.images() || in.together() != out.together()) {
            throw new UserError("convolution: input holds " + in.images() + " images, " + in.together() + " together, output " + out.images() + " and "
                    + out.together() + ", expected the same");
        }
        boolean shifted = window.stride() == 1 && window.spread() == 1 && in.width() == out.width() && (in.height() == out.height() || in.together() == 1);
        int taps = window.taps();
        int plane = out.units() * Planes.UNIT;
        if (shifted) {
            int words = Math.ceilDiv(plane, 64);
            MemorySegment inside = Arena.ofAuto().allocate(8L * words * taps, 64);
            int[] shift = new int[taps];
            for (int t = 0; t < taps; t++) {
                shift[t] = (t / window.width() - window.top()) * in.width() + t % window.width() - window.left();
                for (int q = 0; q < out.pixels(); q++) {
                    if (source(window, in, out, t, q) >= 0) {
                        long word = (long) t * words + q / 64;
                        inside.setAtIndex(JAVA_LONG, word, inside.getAtIndex(JAVA_LONG, word) | 1L << q % 64);
                    }
                }
            }
            return new Taps(window, in, out, shift, inside, null);
        }
        Ints source = Ints.allocate(Math.multiplyExact(taps, plane));
        for (int i = 0; i < source.length(); i++) {
            source.set(i, source(window, in, out, i / plane, i % plane));
        }
        return new Taps(window, in, out, new int[0], null, source);
    }

    /** Pixel of an input plane that tap {@code t} of pixel {@code q} of an output plane is, or -1 for zero. */
    private static int source(Window w, Planes in, Planes out, int t, int q) {
        int image = q / (out.height() * out.width());
        int y = q / out.width() % out.height() * w.stride() + t / w.width() - w.top();
        int x = q % out.width() * w.stride() + t % w.width() - w.left();
        boolean whole = y % w.spread() == 0 && x % w.spread() == 0;
        boolean live = image < out.together() && y >= 0 && x >= 0 && y / w.spread() < in.height() && x / w.spread() < in.width();
        return whole && live ? (image * in.height() + y / w.spread()) * in.width() + x / w.spread() : -1;
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

    /** Whether every tap is a shift of the input plane. */
    public boolean shifted() {
        return source == null;
    }

    /** Pixels from an output pixel to the input pixel of tap {@code t}, in planes that are {@link #shifted}. */
    public int shift(int t) {
        return shift[t];
    }

    /** Most pixels that a shift leads out of an input plane on either side, in whole units. */
    public int margin() {
        return margin;
    }

    /** One bit for each output pixel, lowest first in words of 64, tap after tap; null unless {@link #shifted}. */
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
