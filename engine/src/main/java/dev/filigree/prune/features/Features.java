package dev.filigree.prune.features;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Examples;
import dev.filigree.kernel.Compute;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Which features of a data set are worth keeping. Labels are never looked at. */
public interface Features {

    /**
     * One number for each feature, high = keep.
     *
     * @param examples as they were measured; what needs one scale standardises them itself
     * @param rng      a stream that nobody else draws from
     */
    float[] score(Compute compute, Examples examples, Rng rng);

    /** The features of the highest scores, ascending; of equal ones the first. */
    static int[] best(float[] scores, int count) {
        if (count < 1 || count > scores.length) {
            throw new UserError("features: found " + count + " to keep, expected 1 to " + scores.length);
        }
        return IntStream.range(0, scores.length).boxed().sorted(Comparator.comparing((Integer i) -> -scores[i])).limit(count).mapToInt(i -> i).sorted().toArray();
    }

    /** All examples, {@code [examples] [features]}. */
    static float[][] rows(Examples examples) {
        float[][] rows = new float[examples.count()][examples.shape().size()];
        Arrays.setAll(rows, i -> {
            examples.read(i, rows[i]);
            return rows[i];
        });
        return rows;
    }
}
