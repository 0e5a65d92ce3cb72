package dev.filigree.retrieve.feedback;

import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.Top;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Two rankings as one: {@code share first + (1 - share) second}, where a document that only one of them found has in the other what
 * its last one has.
 *
 * @param share  of the first, 0 to 1
 * @param scaled whether the scores of each are first brought to 0 .. 1, the last to the best (min-max), because they are of different
 *               sizes; else they are added as they are
 */
public record Interpolation(double share, boolean scaled) {

    public Interpolation {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("interpolation: found a share of " + share + ", expected 0 to 1");
        }
    }

    /** The best {@code k} of both; what has a score of zero in the end is left out. */
    public Hits of(Hits first, Hits second, int k) {
        Map<Integer, Double> sums = new LinkedHashMap<>();
        double least = add(first, share, sums) + add(second, 1 - share, sums);
        Top top = new Top();
        top.begin(k);
        sums.forEach((document, sum) -> top.offer(document, (float) (least + sum)));
        return top.hits();
    }

    /** Adds what each document has above the last of a ranking; returns what the last has. */
    private double add(Hits hits, double weight, Map<Integer, Double> sums) {
        if (hits.size() == 0) {
            return 0;
        }
        float least = hits.scores()[hits.size() - 1];
        float range = hits.scores()[0] - least;
        for (int i = 0; i < hits.size(); i++) {
            double above = hits.scores()[i] - least;
            sums.merge(hits.documents()[i], weight * (!scaled ? above : range > 0 ? above / range : 1), Double::sum);
        }
        return scaled ? 0 : weight * least;
    }
}
