package dev.filigree.infer.policy;

import java.util.Arrays;

/** Where scores lie: {@value #STEPS} steps of equally many of them. */
final class Quantiles {

    private static final int STEPS = 4000;

    private final float[] points = new float[STEPS + 1];

    /** @param scores changed */
    Quantiles(float[] scores) {
        if (scores.length == 0) {
            throw new IllegalArgumentException("quantiles of nothing");
        }
        Arrays.parallelSort(scores);
        for (int i = 0; i <= STEPS; i++) {
            points[i] = scores[(int) ((long) (scores.length - 1) * i / STEPS)];
        }
    }

    /** The score that a share of all is below; 0 for none, infinite for all. */
    float at(double share) {
        if (share <= 0 || share >= 1) {
            return share <= 0 ? 0 : Float.POSITIVE_INFINITY;
        }
        double place = share * STEPS;
        int i = (int) place;
        return (float) (points[i] + (place - i) * (points[i + 1] - points[i]));
    }

    /** The level at which such a share is left out. */
    Level level(double share) {
        return new Level(share, at(share), 0);
    }
}
