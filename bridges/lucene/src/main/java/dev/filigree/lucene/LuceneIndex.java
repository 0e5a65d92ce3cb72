package dev.filigree.lucene;

import dev.filigree.base.UserError;
import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.Live;
import dev.filigree.retrieve.Searcher;
import dev.filigree.retrieve.SparseVector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.IntFunction;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.FeatureField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.similarities.Similarity;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.MMapDirectory;

/**
 * The same sparse vectors in a Lucene index: a {@link FeatureField} for each term of a document, and a query that adds up linear
 * features, which Lucene runs with block-max pruning; or whole numbers as frequencies, see {@link LuceneImpacts}. A document has the number there that it has here.
 *
 * <p>In a {@link FeatureField} Lucene holds a weight in place of a term's frequency, in nine significant bits, and cuts off the rest. Weights are rounded
 * to those nine bits before they are handed over, so that one is off by at most a part in 512 instead of 256, and a score too:
 * documents whose scores are closer than two parts in 512 may change places. What that costs in recall is in the tests and in
 * the table of {@code bench retrieve}.
 */
public final class LuceneIndex implements Searcher, AutoCloseable {

    /** The field that holds the vectors. */
    public static final String FIELD = "vector";

    /** Lucene takes no linear feature with a larger weight in a query. */
    private static final float MOST = 64;

    /** What is cut off from the bits of a float, and half of it. */
    private static final int LOST = (1 << 15) - 1;
    private static final int HALF = 1 << 14;

    private final DirectoryReader reader;
    private final IndexSearcher searcher;
    private final IntFunction<String> names;
    private final Form form;

    /** How vectors become documents and queries there. */
    public interface Form {

        /** A document with a vector alone: add what other fields it needs. */
        Document document(SparseVector vector, IntFunction<String> names);

        /** The query that scores a document with the inner product, divided by {@link #scale}. */
        BooleanQuery query(SparseVector query, IntFunction<String> names);

        /** What scores are divided by. */
        float scale(SparseVector query);

        /** With which it is indexed and searched. */
        Similarity similarity();
    }

    /** A {@link FeatureField} for each term. */
    public static final Form FEATURES = new Form() {

        @Override
        public Document document(SparseVector vector, IntFunction<String> names) {
            return LuceneIndex.document(vector, names);
        }

        @Override
        public BooleanQuery query(SparseVector query, IntFunction<String> names) {
            return LuceneIndex.query(query, names);
        }

        @Override
        public float scale(SparseVector query) {
            return LuceneIndex.scale(query);
        }

        @Override
        public Similarity similarity() {
            return IndexSearcher.getDefaultSimilarity();
        }
    };

    private LuceneIndex(DirectoryReader reader, IntFunction<String> names, Form form) {
        this.reader = reader;
        this.searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null); // answers are computed, every time
        searcher.setSimilarity(form.similarity());
        this.names = names;
        this.form = form;
    }

    /**
     * Writes the vectors into a folder, as one segment.
     *
     * @param folder what index it holds is replaced
     * @param names  the name of each term: {@code vocabulary::term}, or {@code Integer::toString}
     */
    public static void write(Path folder, ForwardIndex vectors, IntFunction<String> names) {
        write(folder, vectors, names, FEATURES);
    }

    /** The same in another form. */
    public static void write(Path folder, ForwardIndex vectors, IntFunction<String> names, Form form) {
        IndexWriterConfig config = new IndexWriterConfig().setOpenMode(IndexWriterConfig.OpenMode.CREATE)
                .setSimilarity(form.similarity()).setRAMBufferSizeMB(256).setMergePolicy(new LogDocMergePolicy()); // merges neighbours only: numbers of documents stay
        try (FSDirectory directory = MMapDirectory.open(folder); IndexWriter writer = new IndexWriter(directory, config)) {
            for (int d = 0; d < vectors.documents(); d++) {
                writer.addDocument(form.document(vectors.vector(d), names));
            }
            writer.forceMerge(1);
        } catch (IOException e) {
            throw new UserError(folder + ": cannot be written: " + e.getMessage() + "; choose another folder or free some space", e);
        }
    }

    /** A document with a vector alone: add what other fields it needs. */
    public static Document document(SparseVector vector, IntFunction<String> names) {
        Document document = new Document();
        for (int i = 0; i < vector.size(); i++) {
            document.add(new FeatureField(FIELD, names.apply(vector.terms()[i]), rounded(vector.weights()[i])));
        }
        return document;
    }

    /** The query that scores a document with the inner product, divided by {@link #scale}. */
    public static BooleanQuery query(SparseVector query, IntFunction<String> names) {
        BooleanQuery.Builder sum = new BooleanQuery.Builder();
        float scale = scale(query);
        for (int i = 0; i < query.size(); i++) {
            sum.add(FeatureField.newLinearQuery(FIELD, names.apply(query.terms()[i]), query.weights()[i] / scale), BooleanClause.Occur.SHOULD);
        }
        return sum.build();
    }

    /** What the weights of a query are divided by, because Lucene takes none above 64: a power of two, one for nearly all. */
    public static float scale(SparseVector query) {
        float scale = 1;
        for (float w : query.weights()) {
            while (w / scale > MOST) {
                scale *= 2;
            }
        }
        return scale;
    }

    /** Opens what {@link #write} wrote, with the same names. */
    public static LuceneIndex open(Path folder, IntFunction<String> names) {
        return open(folder, names, FEATURES);
    }

    /** The same in the form in which it was written. */
    public static LuceneIndex open(Path folder, IntFunction<String> names, Form form) {
        try {
            return new LuceneIndex(DirectoryReader.open(MMapDirectory.open(folder)), names, form);
        } catch (IOException e) {
            throw new UserError(folder + ": holds no Lucene index that can be read: " + e.getMessage() + "; write it again", e);
        }
    }

    /** The weight as Lucene holds it: the nearest with nine significant bits. */
    static float rounded(float weight) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(weight) + HALF & ~LOST);
    }

    public int documents() {
        return reader.maxDoc();
    }

    /** At most {@link IndexSearcher#getMaxClauseCount} terms, which are 1,024 unless somebody said otherwise. */
    @Override
    public Hits search(SparseVector query, int k, Live live) {
        if (query.size() == 0 || documents() == 0) {
            return new Hits(new int[0], new float[0]);
        }
        try {
            ScoreDoc[] found = searcher.search(form.query(query, names), new LiveTop(Math.min(k, documents()), live)).scoreDocs;
            int[] numbers = new int[found.length];
            float[] scores = new float[found.length];
            float scale = form.scale(query);
            for (int i = 0; i < found.length; i++) {
                numbers[i] = found[i].doc;
                scores[i] = found[i].score * scale;
            }
            return new Hits(numbers, scores);
        } catch (IOException e) {
            throw new UserError("the Lucene index cannot be read: " + e.getMessage() + "; write it again", e);
        }
    }

    @Override
    public void close() {
        try (DirectoryReader r = reader; var directory = r.directory()) {
            assert directory != null;
        } catch (IOException e) {
            throw new UserError("the Lucene index cannot be closed: " + e.getMessage(), e);
        }
    }
}
