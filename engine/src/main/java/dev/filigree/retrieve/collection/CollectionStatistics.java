package dev.filigree.retrieve.collection;

import dev.filigree.base.Parallel;
import dev.filigree.retrieve.Exhaustive;
import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.SparseVector;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What can be said of documents and queries as vectors, each {@link Statistic} as a mean over queries or documents. Scores are
 * exact, so their part costs queries times documents; it is left out where there are no queries, or fewer documents than ranks.
 */
public record CollectionStatistics(Map<Statistic, Double> values) {

    /** Fewest documents with which anything is said about best documents. */
    private static final int FEWEST = 100;

    /** Queries that are compared with each other. */
    private static final int PAIRED = 500;

    private static final int FIRST_RANK = 10;
    private static final int LAST_RANK = 1000;

    public CollectionStatistics {
        values = new EnumMap<>(values);
    }

    /** Its value, or NaN where the collection was too small to tell. */
    public double of(Statistic statistic) {
        return values.getOrDefault(statistic, Double.NaN);
    }

    /**
     * @param vocabulary number of terms, larger than each in the vectors
     * @param documents  without empty ones; may be empty when only queries are known
     * @param queries    without empty ones; may be empty
     */
    public static CollectionStatistics of(int vocabulary, List<SparseVector> documents, List<SparseVector> queries, Parallel parallel) {
        Map<Statistic, Double> values = new EnumMap<>(Statistic.class);
        if (!documents.isEmpty()) {
            shape(values, documents, Statistic.DOCUMENT_TERMS, Statistic.DOCUMENT_TERMS_SPREAD, Statistic.DOCUMENT_MASS);
            values.put(Statistic.DOCUMENT_TOP_10, mean(documents, v -> massOfHeaviest(v, 10)));
            values.put(Statistic.DOCUMENT_TOP_50, mean(documents, v -> massOfHeaviest(v, 50)));
            values.put(Statistic.DOCUMENT_TENTH, mean(documents, v -> massOfHeaviest(v, 0.1)));
            values.put(Statistic.DOCUMENT_QUARTER, mean(documents, v -> massOfHeaviest(v, 0.25)));
            values.put(Statistic.DOCUMENT_HALF, mean(documents, v -> massOfHeaviest(v, 0.5)));
            lists(values, vocabulary, documents, queries);
        }
        if (!queries.isEmpty()) {
            shape(values, queries, Statistic.QUERY_TERMS, Statistic.QUERY_TERMS_SPREAD, Statistic.QUERY_MASS);
            values.put(Statistic.QUERY_TOP_5, mean(queries, v -> massOfHeaviest(v, 5)));
            values.put(Statistic.QUERY_TOP_10, mean(queries, v -> massOfHeaviest(v, 10)));
            values.put(Statistic.QUERY_QUARTER, mean(queries, v -> massOfHeaviest(v, 0.25)));
            double n = queries.size();
            double all = Arrays.stream(shares(vocabulary, queries)).map(s -> s * s).sum();
            values.put(Statistic.QUERY_OVERLAP, n == 1 ? Double.NaN : (all - values.get(Statistic.QUERY_TERMS) / n) * n / (n - 1));
        }
        if (queries.size() > 1) {
            pairs(values, queries);
        }
        if (!queries.isEmpty() && documents.size() >= FEWEST) {
            scores(values, ForwardIndex.of(vocabulary, documents), mean(vocabulary, documents), queries, parallel);
        }
        return new CollectionStatistics(values);
    }

    private static void shape(Map<Statistic, Double> values, List<SparseVector> vectors, Statistic terms, Statistic spread, Statistic mass) {
        double mean = mean(vectors, SparseVector::size);
        values.put(terms, mean);
        values.put(spread, Math.sqrt(mean(vectors, v -> (v.size() - mean) * (v.size() - mean))) / mean);
        values.put(mass, mean(vectors, CollectionStatistics::mass));
    }

    private static void lists(Map<Statistic, Double> values, int vocabulary, List<SparseVector> documents, List<SparseVector> queries) {
        double[] held = shares(vocabulary, documents);
        double[] asked = shares(vocabulary, queries);
        values.put(Statistic.CHANCE_OVERLAP, queries.isEmpty() ? Double.NaN : IntStream.range(0, vocabulary).mapToDouble(t -> held[t] * asked[t]).sum());
        double[] sorted = Arrays.stream(held).filter(s -> s > 0).sorted().toArray();
        values.put(Statistic.LONGEST_LIST, sorted[sorted.length - 1]);
        int long_ = Math.max(1, sorted.length / 100);
        double postings = Arrays.stream(sorted).sum();
        values.put(Statistic.LONG_LISTS, Arrays.stream(sorted, sorted.length - long_, sorted.length).sum() / postings);
        values.put(Statistic.LIST_SLOPE, sorted.length < LAST_RANK ? Double.NaN : -slope(sorted));
        values.put(Statistic.VISITED, values.get(Statistic.CHANCE_OVERLAP) / postings);
    }

    /** Of the logarithms of lengths over those of ranks, by least squares. */
    private static double slope(double[] rising) {
        double n = LAST_RANK - FIRST_RANK + 1;
        double x = 0;
        double y = 0;
        double xx = 0;
        double xy = 0;
        for (int rank = FIRST_RANK; rank <= LAST_RANK; rank++) {
            double a = Math.log(rank);
            double b = Math.log(rising[rising.length - rank]);
            x += a / n;
            y += b / n;
            xx += a * a / n;
            xy += a * b / n;
        }
        return (xy - x * y) / (xx - x * x);
    }

    private static void pairs(Map<Statistic, Double> values, List<SparseVector> queries) {
        List<SparseVector> some = queries.subList(0, Math.min(queries.size(), PAIRED));
        double alone = mean(some, q -> q.dot(q) / mass(q));
        double[] scores = IntStream.range(0, some.size()).boxed().flatMapToDouble(q -> IntStream.range(0, some.size()).filter(r -> r != q)
                .mapToDouble(r -> some.get(q).dot(some.get(r)) / mass(some.get(q)))).sorted().toArray();
        values.put(Statistic.QUERY_NEAR, scores[(int) (0.99 * (scores.length - 1))] / alone);
        values.put(Statistic.QUERY_FAR, scores[(int) (0.9 * (scores.length - 1))] / alone);
    }

    /** The mean of vectors, a weight for each term. */
    private static double[] mean(int vocabulary, List<SparseVector> vectors) {
        double[] mean = new double[vocabulary];
        for (SparseVector v : vectors) {
            for (int i = 0; i < v.size(); i++) {
                mean[v.terms()[i]] += v.weights()[i] / vectors.size();
            }
        }
        return mean;
    }

    /** The share of vectors that hold each term. */
    private static double[] shares(int vocabulary, List<SparseVector> vectors) {
        double[] shares = new double[vocabulary];
        vectors.forEach(v -> Arrays.stream(v.terms()).forEach(t -> shares[t] += 1.0 / vectors.size()));
        return shares;
    }

    private static void scores(Map<Statistic, Double> values, ForwardIndex index, double[] mean, List<SparseVector> queries, Parallel parallel) {
        Exhaustive exact = new Exhaustive(index);
        List<Statistic> names = List.of(Statistic.BEST_OVERLAP, Statistic.BEST_MASS, Statistic.BEST_SCORE, Statistic.TENTH_SCORE, Statistic.HUNDREDTH_SCORE,
                Statistic.THOUSANDTH_SCORE, Statistic.MEAN_SCORE, Statistic.CUT_5, Statistic.CUT_10, Statistic.CUT_BOTH);
        double[][] each = new double[queries.size()][];
        parallel.run(queries.size(), q -> each[q] = scores(index, exact, mean, queries.get(q)));
        for (int s = 0; s < names.size(); s++) {
            int which = s;
            values.put(names.get(s), Arrays.stream(each).filter(e -> e != null && !Double.isNaN(e[which])).mapToDouble(e -> e[which]).average().orElse(Double.NaN));
        }
    }

    /** The figures of one query, or null where fewer than ten documents share a term with it. */
    private static double[] scores(ForwardIndex index, Exhaustive exact, double[] mean, SparseVector query) {
        Hits found = exact.search(query, 1000);
        if (found.size() < 10) {
            return null;
        }
        float[] scores = found.scores();
        Hits best = new Hits(Arrays.copyOf(found.documents(), 10), Arrays.copyOf(scores, 10));
        double overlap = 0;
        double covered = 0;
        double kept = 0;
        SparseVector few = heaviest(query, 10);
        for (int d : best.documents()) {
            SparseVector document = index.vector(d);
            SparseVector shared = shared(query, document);
            overlap += shared.size() / (10.0 * query.size());
            covered += mass(shared) / (10 * mass(query));
            kept += heaviest(query, 9).dot(heaviest(document, 20)) / (10 * query.dot(document));
        }
        double tenth = scores[9];
        double any = 0;
        for (int i = 0; i < query.size(); i++) {
            any += query.weights()[i] * mean[query.terms()[i]];
        }
        return new double[] {overlap, covered, scores[0] / mass(query), tenth / scores[0], scores.length < 100 ? Double.NaN : scores[99] / tenth,
            index.documents() < 1000 ? Double.NaN : scores.length < 1000 ? 0 : scores[999] / tenth, any / tenth,
            best.recallIn(exact.search(heaviest(query, 5), 10)), best.recallIn(exact.search(few, 10)), kept};
    }

    /** The terms of {@code query} that {@code document} holds too, with their weights in the query. */
    private static SparseVector shared(SparseVector query, SparseVector document) {
        return among(query, IntStream.range(0, query.size()).filter(i -> Arrays.binarySearch(document.terms(), query.terms()[i]) >= 0).toArray());
    }

    /** The {@code most} heaviest terms of a vector; of equal ones those that come first. */
    public static SparseVector heaviest(SparseVector v, int most) {
        return among(v, IntStream.range(0, v.size()).boxed().sorted(Comparator.comparing((Integer i) -> -v.weights()[i])).limit(most).mapToInt(i -> i).sorted().toArray());
    }

    private static SparseVector among(SparseVector v, int[] places) {
        float[] weights = new float[places.length];
        for (int i = 0; i < places.length; i++) {
            weights[i] = v.weights()[places[i]];
        }
        return new SparseVector(Arrays.stream(places).map(i -> v.terms()[i]).toArray(), weights);
    }

    private static double massOfHeaviest(SparseVector v, int most) {
        return mass(heaviest(v, most)) / mass(v);
    }

    /** @param share of its terms, one at least */
    private static double massOfHeaviest(SparseVector v, double share) {
        return massOfHeaviest(v, (int) Math.max(1, Math.round(share * v.size())));
    }

    private static double mass(SparseVector v) {
        double sum = 0;
        for (float w : v.weights()) {
            sum += w;
        }
        return sum;
    }

    private static double mean(List<SparseVector> vectors, ToDoubleFunction<SparseVector> value) {
        return vectors.stream().mapToDouble(value).average().orElse(Double.NaN);
    }
}
