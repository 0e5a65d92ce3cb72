package dev.filigree.app.kernels;

/**
 * The operands of every case, each element computed from its place alone, so that a peer in another process makes the
 * same ones: its source repeats this formula.
 */
final class Numbers {

    /** What a number is for. */
    static final int WEIGHT = 1;
    static final int INPUT = 2;
    static final int MASK = 3;
    static final int GRADIENT = 4;
    static final int PLACE = 5;

    /** Elements of an output that are compared. */
    static final int SAMPLES = 16;

    private Numbers() {
    }

    /** Number {@code index} of a stream, in [0, 1) with 24 bits. */
    static double uniform(int stream, long index) {
        long z = (index + 1) * 0x9E3779B97F4A7C15L + stream * 0xD1B54A32D192ED03L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return ((z ^ z >>> 31) >>> 40) * 0x1p-24;
    }

    /** Element (row, col) of a weight with {@code cols} columns, in [-0.5, 0.5). */
    static float weight(int row, int col, int cols) {
        return centred(WEIGHT, (long) row * cols + col);
    }

    /** One feature of one token's input. */
    static float input(int token, int feature, int features) {
        return centred(INPUT, (long) token * features + feature);
    }

    /** One feature of the gradient at one token's output. */
    static float gradient(int token, int feature, int features) {
        return centred(GRADIENT, (long) token * features + feature);
    }

    /** Row (part 0) or column (part 1) of a sampled element of an output: the first two are its corners. */
    static int place(int sample, int part, int size) {
        return sample == 0 ? 0 : sample == 1 ? size - 1 : (int) (uniform(PLACE, 2L * sample + part) * size);
    }

    private static float centred(int stream, long index) {
        return (float) (uniform(stream, index) - 0.5);
    }
}
