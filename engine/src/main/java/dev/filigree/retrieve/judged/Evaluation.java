package dev.filigree.retrieve.judged;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Measures of each query of a run.
 *
 * @param measures what was computed
 * @param queries  one number for each measure
 */
public record Evaluation(List<Measure> measures, SortedMap<String, double[]> queries) {

    /**
     * Judges a run. A query without a relevant document counts zero, as in trec_eval.
     *
     * @param all whether queries for which the run found nothing count zero; else only those in both files count
     */
    public static Evaluation of(Run run, Judgements judgements, List<Measure> measures, boolean all) {
        SortedMap<String, double[]> queries = new TreeMap<>(Ids.ORDER);
        for (String query : judgements.queries()) {
            if (all || run.queries().contains(query)) {
                int[] gains = run.of(query).stream().mapToInt(f -> judgements.of(query).getOrDefault(f.document(), 0)).toArray();
                int[] ideal = judgements.of(query).values().stream().filter(g -> g > 0).mapToInt(g -> -g).sorted().map(g -> -g).toArray();
                queries.put(query, measures.stream().mapToDouble(m -> ideal.length == 0 ? 0 : m.formula().of(gains, ideal)).toArray());
            }
        }
        return new Evaluation(measures, queries);
    }

    /** The mean of a measure over all queries; not a number where there are none. */
    public double mean(int measure) {
        return Arrays.stream(of(measure)).sum() / queries.size();
    }

    /** A measure of each query, in their order. */
    public double[] of(int measure) {
        return queries.values().stream().mapToDouble(v -> v[measure]).toArray();
    }

    /** What this says of queries that {@code other} has too. */
    public Evaluation sharedWith(Evaluation other) {
        SortedMap<String, double[]> shared = new TreeMap<>(queries);
        shared.keySet().retainAll(other.queries.keySet());
        return new Evaluation(measures, shared);
    }
}
