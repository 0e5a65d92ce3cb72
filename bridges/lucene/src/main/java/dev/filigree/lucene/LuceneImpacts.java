package dev.filigree.lucene;

import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.SparseVector;
import java.io.IOException;
import java.util.function.IntFunction;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.TermFrequencyAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.FieldInvertState;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.CollectionStatistics;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TermStatistics;
import org.apache.lucene.search.similarities.Similarity;

/**
 * Sparse vectors in Lucene as whole numbers: the frequency of a term is its weight in steps, the nearest one and at least one, and {@link Frequency} adds
 * frequencies up. A query's weights stay as they are. So a product is off by at most half a step of the document's weight (a whole one where the weight is
 * below half of a step), and a score by half a step times the sum of the query's weights.
 *
 * @param step what a frequency of one is worth
 */
public record LuceneImpacts(float step) implements LuceneIndex.Form {

    /** Levels that quantised vectors of learned encoders usually have. */
    private static final int LEVELS = 255;

    private static final FieldType FREQUENCIES = new FieldType();

    static {
        FREQUENCIES.setTokenized(true);
        FREQUENCIES.setOmitNorms(true);
        FREQUENCIES.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
        FREQUENCIES.freeze();
    }

    public LuceneImpacts {
        if (!(step > 0) || step == Float.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("a step of " + step + ", expected a finite number above zero");
        }
    }

    /** With the heaviest weight of a collection at 255 steps. */
    public static LuceneImpacts of(ForwardIndex vectors) {
        float most = 0;
        for (int d = 0; d < vectors.documents(); d++) {
            for (int i = 0; i < vectors.size(d); i++) {
                most = Math.max(most, vectors.weight(d, i));
            }
        }
        return new LuceneImpacts(most == 0 ? 1 : most / LEVELS);
    }

    /** A weight in steps. */
    int impact(float weight) {
        return Math.max(1, Math.round(weight / step));
    }

    @Override
    public Document document(SparseVector vector, IntFunction<String> names) {
        Document document = new Document();
        if (vector.size() > 0) {
            document.add(new Field(LuceneIndex.FIELD, new Impacts(vector, names), FREQUENCIES));
        }
        return document;
    }

    @Override
    public BooleanQuery query(SparseVector query, IntFunction<String> names) {
        BooleanQuery.Builder sum = new BooleanQuery.Builder();
        for (int i = 0; i < query.size(); i++) {
            sum.add(new BoostQuery(new TermQuery(new Term(LuceneIndex.FIELD, names.apply(query.terms()[i]))), query.weights()[i]), BooleanClause.Occur.SHOULD);
        }
        return sum.build();
    }

    @Override
    public float scale(SparseVector query) {
        return step;
    }

    @Override
    public Similarity similarity() {
        return new Frequency();
    }

    /** The terms of a vector with their impacts as frequencies. */
    private final class Impacts extends TokenStream {

        private final SparseVector vector;
        private final IntFunction<String> names;
        private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
        private final TermFrequencyAttribute frequency = addAttribute(TermFrequencyAttribute.class);
        private int next;

        Impacts(SparseVector vector, IntFunction<String> names) {
            this.vector = vector;
            this.names = names;
        }

        @Override
        public boolean incrementToken() {
            clearAttributes();
            if (next == vector.size()) {
                return false;
            }
            term.append(names.apply(vector.terms()[next]));
            frequency.setTermFrequency(impact(vector.weights()[next++]));
            return true;
        }

        @Override
        public void reset() throws IOException {
            super.reset();
            next = 0;
        }
    }

    /** A score is the frequency times what the query gives the term. */
    private static final class Frequency extends Similarity {

        @Override
        public long computeNorm(FieldInvertState state) {
            return 1;
        }

        @Override
        public SimScorer scorer(float boost, CollectionStatistics collection, TermStatistics... terms) {
            return new SimScorer() {

                @Override
                public float score(float frequency, long norm) {
                    return boost * frequency;
                }

                @Override
                public Explanation explain(Explanation frequency, long norm) {
                    return Explanation.match(score(frequency.getValue().floatValue(), norm), "impact times weight of the query", frequency);
                }
            };
        }
    }
}
