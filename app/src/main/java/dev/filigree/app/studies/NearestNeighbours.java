package dev.filigree.app.studies;

import dev.filigree.kernel.Compute;
import java.util.Arrays;

/**
 * Which class most of the nearest examples have: judges features by nothing but the distances that they make, and has nothing
 * to be tuned.
 *
 * @param rows   examples to look among, {@code [examples] [features]}
 * @param labels their classes
 */
record NearestNeighbours(float[][] rows, int[] labels, int classes) {

    private static final int NEIGHBOURS = 5;

    /** Share of other examples whose class is found with some features alone. */
    double right(Compute compute, float[][] others, int[] theirs, int[] features) {
        float[][] among = only(rows, features);
        float[][] asked = only(others, features);
        boolean[] right = new boolean[asked.length];
        compute.parallel().run(asked.length, i -> right[i] = classOf(among, asked[i]) == theirs[i]);
        int count = 0;
        for (boolean r : right) {
            count += r ? 1 : 0;
        }
        return count / (double) asked.length;
    }

    /** Of classes with as many of the nearest, the one whose nearest is nearest; of equal distances the first example counts. */
    private int classOf(float[][] among, float[] asked) {
        float[] distance = new float[NEIGHBOURS];
        int[] nearest = new int[NEIGHBOURS];
        Arrays.fill(distance, Float.POSITIVE_INFINITY);
        Arrays.fill(nearest, -1);
        for (int j = 0; j < among.length; j++) {
            float sum = 0;
            for (int f = 0; f < asked.length; f++) {
                float off = among[j][f] - asked[f];
                sum += off * off;
            }
            int at = NEIGHBOURS;
            while (at > 0 && sum < distance[at - 1]) {
                at--;
            }
            if (at < NEIGHBOURS) {
                System.arraycopy(distance, at, distance, at + 1, NEIGHBOURS - at - 1);
                System.arraycopy(nearest, at, nearest, at + 1, NEIGHBOURS - at - 1);
                distance[at] = sum;
                nearest[at] = j;
            }
        }
        int[] votes = new int[classes];
        int best = 0;
        for (int j : nearest) {
            if (j >= 0) {
                best = Math.max(best, ++votes[labels[j]]);
            }
        }
        for (int j : nearest) {
            if (votes[labels[j]] == best) {
                return labels[j];
            }
        }
        throw new IllegalStateException("nobody is near");
    }

    private static float[][] only(float[][] rows, int[] features) {
        float[][] out = new float[rows.length][features.length];
        for (int i = 0; i < out.length; i++) {
            for (int f = 0; f < features.length; f++) {
                out[i][f] = rows[i][features[f]];
            }
        }
        return out;
    }
}
