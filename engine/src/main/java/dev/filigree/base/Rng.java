package dev.filigree.base;

/**
 * A seeded random stream (SplitMix64) that can be named, split and stored: {@code root.split("calibration")} gives the
 * same stream whatever else was drawn from the root, so adding a consumer changes nobody else's numbers.
 */
public final class Rng {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long seed;
    private long state;

    public Rng(long seed) {
        this.seed = seed;
        this.state = mix(seed);
    }

    /** An independent stream that depends on this stream's seed and {@code name} alone. */
    public Rng split(String name) {
        long h = seed;
        for (int i = 0; i < name.length(); i++) {
            h = mix(h + GOLDEN * (name.charAt(i) + 1L));
        }
        return new Rng(h);
    }

    public long nextLong() {
        state += GOLDEN;
        return mix(state);
    }

    /** Uniform in [0, bound). */
    public int nextInt(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be positive, found " + bound);
        }
        return (int) Math.unsignedMultiplyHigh(nextLong(), bound);
    }

    /** Uniform in [0, 1). */
    public float nextFloat() {
        return (nextLong() >>> 40) * 0x1p-24f;
    }

    /** Uniform in [0, 1). */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1p-53;
    }

    /** Standard normal (Box and Muller). */
    public double nextGaussian() {
        double r = Math.sqrt(-2 * Math.log(1 - nextDouble()));
        return r * Math.cos(2 * Math.PI * nextDouble());
    }

    /** A random permutation of 0 .. n-1. */
    public int[] permutation(int n) {
        int[] p = new int[n];
        for (int i = 0; i < n; i++) {
            int j = nextInt(i + 1);
            p[i] = p[j];
            p[j] = i;
        }
        return p;
    }

    /** Position in the stream, to be stored with a run. */
    public long state() {
        return state;
    }

    /** Continues from a stored position. */
    public void restore(long storedState) {
        state = storedState;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
