package dev.filigree.app.sparsify;

import dev.filigree.app.encode.Collection;
import dev.filigree.app.encode.Ranked;
import dev.filigree.encode.SparseEncoder;
import dev.filigree.retrieve.SparseVector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Scores sparse encoders against the dense one: by the vectors of held-out documents, and by judged queries where there are some. */
final class DocumentJudge {

    /** What is left of a literal weight after it was subtracted. */
    private static final float ROUNDING = 1e-5f;

    private final List<String> heldOut;
    private final Collection judged;
    private List<SparseVector> reference;
    private double words = Double.NaN;

    /** @param judged without judgements where no query is judged */
    DocumentJudge(List<String> heldOut, Collection judged) {
        this.heldOut = heldOut;
        this.judged = judged;
    }

    /** Takes an encoder as the reference and scores it. */
    Retrieval dense(SparseEncoder encoder) {
        reference = learned(encoder, heldOut);
        if (judged.judgements() != null) {
            words = Ranked.of(encoder.lexical(), encoder.lexical().documents(judged.texts()), judged).ndcg();
        }
        return score(encoder);
    }

    Retrieval score(SparseEncoder encoder) {
        double agreement = glance(encoder, heldOut.size());
        if (judged.judgements() == null) {
            return new Retrieval(agreement, Double.NaN, Double.NaN, Double.NaN);
        }
        Ranked ranked = Ranked.of(encoder, encoder.documents(judged.texts()), judged);
        return new Retrieval(agreement, ranked.ndcg(), ranked.recall(), words);
    }

    /** The agreement on the first {@code count} documents. */
    double glance(SparseEncoder encoder, int count) {
        List<SparseVector> found = learned(encoder, heldOut.subList(0, Math.min(count, heldOut.size())));
        double sum = 0;
        for (int i = 0; i < found.size(); i++) {
            sum += cosine(found.get(i), reference.get(i));
        }
        return sum / found.size();
    }

    private static double cosine(SparseVector a, SparseVector b) {
        if (a.size() == 0 || b.size() == 0) {
            return a.size() == b.size() ? 1 : 0;
        }
        return a.dot(b) / Math.sqrt((double) a.dot(a) * b.dot(b));
    }

    /** What does not come from the words themselves: literal weights are the same for any model. */
    private static List<SparseVector> learned(SparseEncoder encoder, List<String> texts) {
        List<SparseVector> all = encoder.documents(texts);
        if (!encoder.recipe().literal()) {
            return all;
        }
        List<SparseVector> literal = encoder.lexical().documents(texts);
        List<SparseVector> rest = new ArrayList<>();
        for (int d = 0; d < all.size(); d++) {
            rest.add(minus(all.get(d), literal.get(d)));
        }
        return rest;
    }

    static SparseVector minus(SparseVector v, SparseVector literal) {
        int[] terms = new int[v.size()];
        float[] weights = new float[v.size()];
        int size = 0;
        for (int i = 0; i < v.size(); i++) {
            int at = Arrays.binarySearch(literal.terms(), v.terms()[i]);
            float left = at < 0 ? v.weights()[i] : v.weights()[i] - literal.weights()[at];
            if (left > (at < 0 ? 0 : ROUNDING * v.weights()[i])) {
                terms[size] = v.terms()[i];
                weights[size++] = left;
            }
        }
        return new SparseVector(Arrays.copyOf(terms, size), Arrays.copyOf(weights, size));
    }
}
