package dev.filigree.retrieve.feedback;

import dev.filigree.retrieve.SparseVector;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Pseudo relevance feedback on vectors (Li et al. 2021, arXiv:2108.11044): what a search found first is taken for relevant, and the query moves towards it,
 * {@code original query + (1 - original) mean of documents}. With {@link #mean} it is the mean of all these vectors, else Rocchio's form.
 *
 * @param documents of the first search that are looked at
 * @param original  share of the query as it was, 0 to 1
 */
public record Feedback(int documents, double original) {

    public Feedback {
        if (documents < 1 || !(original >= 0 && original <= 1)) {
            throw new IllegalArgumentException("feedback: found " + documents + " documents and a share of " + original + ", expected 1 or more and 0 to 1");
        }
    }

    /** The query counts as much as each document. */
    public static Feedback mean(int documents) {
        return new Feedback(documents, 1.0 / (documents + 1));
    }

    /** The new query; the old one when nothing was found. */
    public float[] dense(float[] query, List<float[]> found) {
        if (found.isEmpty()) {
            return query;
        }
        float[] moved = new float[query.length];
        for (int i = 0; i < moved.length; i++) {
            double sum = 0;
            for (float[] document : found) {
                sum += document[i];
            }
            moved[i] = (float) (original * query[i] + (1 - original) * sum / found.size());
        }
        return moved;
    }

    /**
     * The same for sparse vectors, of which the heaviest terms are kept, for a mean of documents has hundreds. Vectors of queries and documents
     * should weigh terms alike, as those of learned encoders do.
     *
     * @param most terms of the new query; of equal ones the first are kept
     */
    public SparseVector sparse(SparseVector query, List<SparseVector> found, int most) {
        if (found.isEmpty()) {
            return query;
        }
        Map<Integer, Double> sums = new HashMap<>();
        add(query, original, sums);
        found.forEach(document -> add(document, (1 - original) / found.size(), sums));
        Map<Integer, Float> heaviest = new HashMap<>();
        sums.entrySet().stream().sorted(Comparator.comparing((Map.Entry<Integer, Double> e) -> -e.getValue()).thenComparing(Map.Entry::getKey)).limit(most)
                .forEach(e -> heaviest.put(e.getKey(), e.getValue().floatValue()));
        return SparseVector.of(heaviest);
    }

    private static void add(SparseVector vector, double weight, Map<Integer, Double> sums) {
        for (int i = 0; i < vector.size(); i++) {
            sums.merge(vector.terms()[i], weight * vector.weights()[i], Double::sum);
        }
    }

    /** The first documents of a ranking that are looked at. */
    int[] of(int[] ranking) {
        return Arrays.copyOf(ranking, Math.min(documents, ranking.length));
    }
}
