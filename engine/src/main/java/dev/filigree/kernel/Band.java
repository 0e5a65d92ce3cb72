package dev.filigree.kernel;

/**
 * Some rows of an output whose images are dealt to lanes, and a copy of all that they see of the input: for each channel
 * {@link #rows} rows with their borders as zeros, in which the pixels that a stride passes over are put behind the others.
 * A tap of an output pixel is then a pixel at a fixed distance, and those of neighbouring output pixels are neighbours.
 *
 * <p>The copy is made once for all output channels and all taps, and is small enough for the second cache. All lengths in
 * pixels of {@link Planes#UNIT} floats.
 *
 * @param height  of the output rows, at most
 * @param rows    input rows that {@code height} output rows see
 * @param phase   pixels of a row with the same remainder of the stride
 * @param channel from one channel of the copy to the next; odd, so that channels do not share sets of a cache
 */
public record Band(Window window, Planes in, Planes out, int height, int rows, int phase, int channel) {

    /** Floats that a copy should have at most: half a megabyte. */
    private static final int COPY = 1 << 17;

    /** Channels of a copy for gradients: with more, a band had too few pixels for its sums over lanes. */
    public static final int GRADIENT_CHANNELS = 32;

    /** @param channels of a copy */
    static Band of(Window w, Planes in, Planes out, int channels) {
        int phase = Math.ceilDiv((out.width() - 1) * w.stride() + w.width(), w.stride());
        int row = w.stride() * phase;
        int most = COPY / Planes.UNIT / row / channels; // input rows
        int height = Math.clamp((most - w.height()) / w.stride() + 1, 1, out.height());
        height = Math.ceilDiv(out.height(), Math.ceilDiv(out.height(), height));
        int rows = (height - 1) * w.stride() + w.height();
        return new Band(w, in, out, height, rows, phase, rows * row | 1);
    }

    /** Pixels from one row of the copy to the next. */
    public int row() {
        return window.stride() * phase;
    }

    /** Pixels from what an output row sees to what the next one sees. */
    public int step() {
        return window.stride() * row();
    }

    /** Where tap {@code t} of the first output pixel is in the copy of its channel. */
    public int distance(int t) {
        return t / window.width() * row() + place(t % window.width());
    }

    /** Where column {@code x} of a row with its border is in a row of the copy. */
    public int place(int x) {
        return x % window.stride() * phase + x / window.stride();
    }

    /** Floats of an output plane at which bands begin and end. */
    public int[] strips() {
        int[] cuts = new int[Math.ceilDiv(out.height(), height) + 1];
        for (int i = 0; i < cuts.length; i++) {
            cuts[i] = Math.min(i * height, out.height()) * out.width() * Planes.UNIT;
        }
        return cuts;
    }
}
