package dev.filigree.app.studies;

import dev.filigree.kernel.Compute;
import dev.filigree.prune.features.Nearest;

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
        Nearest near = new Nearest(NEIGHBOURS);
        for (int j = 0; j < among.length; j++) {
            near.offer(j, Nearest.squared(among[j], asked));
        }
        int[] votes = new int[classes];
        int best = 0;
        for (int j : near.examples()) {
            best = Math.max(best, ++votes[labels[j]]);
        }
        for (int j : near.examples()) {
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
