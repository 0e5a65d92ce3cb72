package dev.filigree.lucene;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import dev.filigree.retrieve.Bm25;
import dev.filigree.retrieve.SparseVector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.SmallFloat;
import org.junit.jupiter.api.Test;

class Bm25AgainstLuceneTest {

    private static final String[] WORDS = ("wings lift drag the boundary layers of heated plates and a shock wave at supersonic speeds in flow over slender bodies "
            + "pressure distribution theory experiments cylinder cone mach number heat transfer laminar turbulent").split(" ");

    private final Rng rng = new Rng(11);

    private String text(int words) {
        List<String> text = new ArrayList<>();
        for (int i = 0; i < words; i++) {
            double u = rng.nextDouble();
            text.add(WORDS[(int) (u * u * WORDS.length)]);
        }
        return String.join(" ", text);
    }

    @Test
    void scoresAreLucenesWhereItHoldsLengthsExactly() throws IOException {
        List<String> corpus = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            corpus.add(text(i % 40)); // Lucene holds lengths up to 40 as they are
        }
        compare(corpus, 2e-6);
    }

    @Test
    void longerOnesAreRoundedThereAndNotHere() throws IOException {
        List<String> corpus = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            corpus.add(text(i));
        }
        int worst = 0;
        for (int length = 1; length < 400; length++) {
            worst = Math.max(worst, 100 * (length - SmallFloat.byte4ToInt(SmallFloat.intToByte4(length))) / length);
        }
        assertTrue(worst > 3 && worst < 12, "lengths are off by up to " + worst + " %");
        compare(corpus, worst / 100.0);
    }

    private void compare(List<String> corpus, double tolerance) throws IOException {
        Bm25 bm25 = Bm25.of(corpus, LuceneAnalysis.ENGLISH, Bm25.K1, Bm25.B, 1 << 16);
        List<SparseVector> documents = bm25.documents(corpus);
        try (ByteBuffersDirectory directory = new ByteBuffersDirectory(); EnglishAnalyzer analyzer = new EnglishAnalyzer()) {
            try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(analyzer))) {
                for (String text : corpus) {
                    Document d = new Document();
                    d.add(new TextField("text", text, Field.Store.NO));
                    writer.addDocument(d);
                }
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                IndexSearcher searcher = new IndexSearcher(reader);
                for (int i = 0; i < 50; i++) {
                    String text = text(1 + i % 9);
                    BooleanQuery.Builder sum = new BooleanQuery.Builder();
                    LuceneAnalysis.ENGLISH.apply(text).forEach(t -> sum.add(new TermQuery(new Term("text", t)), BooleanClause.Occur.SHOULD));
                    ScoreDoc[] found = searcher.search(sum.build(), corpus.size()).scoreDocs;
                    SparseVector query = bm25.query(text);
                    assertEquals(documents.stream().filter(d -> d.dot(query) > 0).count(), found.length, text);
                    for (ScoreDoc hit : found) {
                        assertEquals(hit.score, documents.get(hit.doc).dot(query), tolerance * hit.score, text + " in " + corpus.get(hit.doc));
                    }
                }
            }
        }
    }
}
