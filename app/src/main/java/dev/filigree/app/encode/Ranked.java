package dev.filigree.app.encode;

import dev.filigree.retrieve.Exhaustive;
import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.TextEncoding;
import dev.filigree.retrieve.judged.Evaluation;
import dev.filigree.retrieve.judged.Measure;
import dev.filigree.retrieve.judged.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How an encoding does on a collection: every document is scored for every query.
 *
 * @param postings  entries of an average document
 * @param flops     sum over terms of the share of queries times the share of documents that hold it; NaN without queries
 * @param evaluated null without judgements: ndcg@10, map and recall@100, query by query
 */
public record Ranked(double postings, double flops, Evaluation evaluated) {

    private static final int DEEPEST = 1000;
    private static final List<Measure> MEASURES = List.of(Measure.named("ndcg@10"), Measure.named("map"), Measure.named("recall@100"));

    /** @param documents the vectors that {@code encoding} gave */
    public static Ranked of(TextEncoding encoding, List<SparseVector> documents, Collection collection) {
        int terms = encoding.vocabulary().size();
        double postings = documents.stream().mapToInt(SparseVector::size).average().orElse(0);
        if (collection.queries().isEmpty()) {
            return new Ranked(postings, Double.NaN, null);
        }
        Exhaustive search = new Exhaustive(ForwardIndex.of(terms, documents));
        double[] held = new double[terms];
        documents.forEach(d -> count(d, held, documents.size()));
        double[] asked = new double[terms];
        Map<String, List<Run.Found>> found = new LinkedHashMap<>();
        collection.queries().forEach((id, text) -> {
            SparseVector query = encoding.query(text);
            count(query, asked, collection.queries().size());
            Hits hits = search.search(query, DEEPEST);
            List<Run.Found> all = new ArrayList<>();
            for (int i = 0; i < hits.size(); i++) {
                all.add(new Run.Found(collection.ids().get(hits.documents()[i]), hits.scores()[i]));
            }
            found.put(id, all);
        });
        double flops = 0;
        for (int t = 0; t < terms; t++) {
            flops += held[t] * asked[t];
        }
        return new Ranked(postings, flops, collection.judgements() == null ? null : Evaluation.of(new Run(found), collection.judgements(), MEASURES, true));
    }

    private static void count(SparseVector v, double[] shares, int of) {
        for (int t : v.terms()) {
            shares[t] += 1.0 / of;
        }
    }

    public double ndcg() {
        return evaluated == null ? Double.NaN : evaluated.mean(0);
    }

    public double map() {
        return evaluated == null ? Double.NaN : evaluated.mean(1);
    }

    public double recall() {
        return evaluated == null ? Double.NaN : evaluated.mean(2);
    }
}
