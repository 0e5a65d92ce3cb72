package dev.filigree.retrieve.store;

import dev.filigree.retrieve.SparseVector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A term that a query and a document share.
 *
 * @param term     its number
 * @param query    its weight in the query
 * @param document its weight in the document
 * @param share    of the score that comes from it: {@code query * document / score}, 0 to 1
 */
public record Match(int term, float query, float document, double share) {

    /** All terms that both share, those that count most first. */
    public static List<Match> of(SparseVector query, SparseVector document) {
        double score = query.dot(document);
        List<Match> all = new ArrayList<>();
        for (int i = 0, j = 0; i < query.size() && j < document.size(); ) {
            int q = query.terms()[i];
            int d = document.terms()[j];
            if (q == d) {
                all.add(new Match(q, query.weights()[i], document.weights()[j], (double) query.weights()[i] * document.weights()[j] / score));
            }
            i += q <= d ? 1 : 0;
            j += d <= q ? 1 : 0;
        }
        all.sort(Comparator.comparingDouble(Match::share).reversed().thenComparingInt(Match::term));
        return all;
    }
}
