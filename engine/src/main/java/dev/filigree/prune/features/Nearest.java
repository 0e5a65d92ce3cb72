package dev.filigree.prune.features;

import java.util.Arrays;

/** The nearest of the examples offered, nearest first; of equal distances the one offered first. */
public final class Nearest {

    private final int[] examples;
    private final float[] distances;
    private int count;

    /** @param most how many are kept */
    public Nearest(int most) {
        examples = new int[most];
        distances = new float[most];
    }

    /** {@code |a - b|^2}. */
    public static float squared(float[] a, float[] b) {
        float sum = 0;
        for (int f = 0; f < a.length; f++) {
            float off = a[f] - b[f];
            sum += off * off;
        }
        return sum;
    }

    public void offer(int example, float distance) {
        int at = count;
        while (at > 0 && distance < distances[at - 1]) {
            at--;
        }
        if (at < examples.length) {
            count = Math.min(count + 1, examples.length);
            System.arraycopy(examples, at, examples, at + 1, count - at - 1);
            System.arraycopy(distances, at, distances, at + 1, count - at - 1);
            examples[at] = example;
            distances[at] = distance;
        }
    }

    /** Those kept. */
    public int[] examples() {
        return Arrays.copyOf(examples, count);
    }

    /** How far each of them is. */
    public float[] distances() {
        return Arrays.copyOf(distances, count);
    }
}
