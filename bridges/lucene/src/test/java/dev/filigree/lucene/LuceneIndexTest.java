package dev.filigree.lucene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.retrieve.Exhaustive;
import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.Live;
import dev.filigree.retrieve.SparseVector;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LuceneIndexTest {

    private static final int TERMS = 300;
    private static final double ROUNDING = 0x1p-9;

    private final Rng rng = new Rng(5);

    @TempDir
    private Path folder;

    private SparseVector vector(int size, DoubleSupplier weight) {
        Map<Integer, Float> weights = new HashMap<>();
        while (weights.size() < size) {
            double u = rng.nextDouble();
            weights.put((int) (u * u * TERMS), (float) weight.getAsDouble());
        }
        return SparseVector.of(weights);
    }

    private ForwardIndex collection(int documents, DoubleSupplier weight) {
        return ForwardIndex.of(TERMS, IntStream.range(0, documents).mapToObj(i -> vector(i % 40, weight)).toList());
    }

    private LuceneIndex in(ForwardIndex vectors) {
        LuceneIndex.write(folder, vectors, Integer::toString);
        return LuceneIndex.open(folder, Integer::toString);
    }

    @Test
    void weightsOfNineBitsAreFoundExactlyAsHere() {
        DoubleSupplier eighths = () -> (1 + rng.nextInt(24)) / 8.0;
        ForwardIndex vectors = collection(3000, eighths);
        Exhaustive exact = new Exhaustive(vectors);
        Live odd = d -> d % 2 == 1;
        try (LuceneIndex lucene = in(vectors)) {
            assertEquals(3000, lucene.documents());
            for (int i = 0; i < 50; i++) {
                SparseVector query = vector(1 + i % 20, eighths);
                same(exact.search(query, 10), lucene.search(query, 10));
                same(exact.search(query, 25, odd), lucene.search(query, 25, odd));
                same(exact.search(query, 5000), lucene.search(query, 5000));
            }
        }
    }

    private static void same(Hits expected, Hits found) {
        assertArrayEquals(expected.documents(), found.documents());
        assertArrayEquals(expected.scores(), found.scores());
    }

    @Test
    void otherWeightsAreRoundedToNineBitsAndChangePlacesOnlyWithinThat() {
        DoubleSupplier any = () -> 0.01 + 3 * rng.nextDouble();
        ForwardIndex vectors = collection(3000, any);
        Exhaustive exact = new Exhaustive(vectors);
        double recall = 0;
        int queries = 100;
        try (LuceneIndex lucene = in(vectors)) {
            for (int i = 0; i < queries; i++) {
                SparseVector query = vector(20, any);
                Hits truth = exact.search(query, 10);
                Hits found = lucene.search(query, 10);
                recall += truth.recallIn(found) / queries;
                for (int j = 0; j < 10; j++) {
                    float score = vectors.vector(found.documents()[j]).dot(query);
                    assertEquals(score, found.scores()[j], ROUNDING * score * 1.001);
                    assertTrue(score >= truth.scores()[j] * (1 - 2.01 * ROUNDING), "a document takes a place above its score");
                }
            }
        }
        assertTrue(recall > 0.98, "recall@10 " + recall);
    }

    @Test
    void impactsFindTheSameWithinQuantisation() {
        DoubleSupplier any = () -> 0.01 + 3 * rng.nextDouble();
        ForwardIndex vectors = collection(3000, any);
        LuceneImpacts impacts = LuceneImpacts.of(vectors);
        LuceneIndex.write(folder, vectors, Integer::toString, impacts);
        Exhaustive exact = new Exhaustive(vectors);
        double recall = 0;
        int queries = 100;
        try (LuceneIndex lucene = LuceneIndex.open(folder, Integer::toString, impacts)) {
            assertEquals(3000, lucene.documents());
            for (int i = 0; i < queries; i++) {
                SparseVector query = vector(20, any);
                Hits truth = exact.search(query, 10);
                Hits found = lucene.search(query, 10);
                recall += truth.recallIn(found) / queries;
                float sum = 0;
                for (float w : query.weights()) {
                    sum += w;
                }
                double off = impacts.step() / 2 * sum * 1.001;
                for (int j = 0; j < 10; j++) {
                    float score = vectors.vector(found.documents()[j]).dot(query);
                    assertEquals(score, found.scores()[j], off);
                    assertTrue(score >= truth.scores()[j] - 2 * off, "a document takes a place above its score");
                }
            }
        }
        assertTrue(recall > 0.98, "recall@10 " + recall);
    }

    @Test
    void wholeImpactsAreFoundExactlyAsHere() {
        DoubleSupplier eighths = () -> (1 + rng.nextInt(255)) / 8.0;
        ForwardIndex vectors = collection(2000, eighths);
        Exhaustive exact = new Exhaustive(vectors);
        LuceneImpacts impacts = new LuceneImpacts(1 / 8f);
        assertEquals(1, impacts.impact(0.01f));
        assertEquals(3, impacts.impact(0.4f));
        LuceneIndex.write(folder, vectors, Integer::toString, impacts);
        Live odd = d -> d % 2 == 1;
        try (LuceneIndex lucene = LuceneIndex.open(folder, Integer::toString, impacts)) {
            for (int i = 0; i < 30; i++) {
                SparseVector query = vector(1 + i % 20, eighths);
                same(exact.search(query, 10), lucene.search(query, 10));
                same(exact.search(query, 25, odd), lucene.search(query, 25, odd));
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new LuceneImpacts(0));
    }

    @Test
    void roundingTakesTheNearest() {
        assertEquals(1f, LuceneIndex.rounded(1f));
        assertEquals(1f, LuceneIndex.rounded(1 + 0x1p-10f));
        assertEquals(1 + 0x1p-8f, LuceneIndex.rounded(1 + 0x1.8p-9f));
        assertEquals(2f, LuceneIndex.rounded(2 - 0x1p-11f));
    }

    @Test
    void largeWeightsOfQueriesAreScaled() {
        ForwardIndex vectors = ForwardIndex.of(TERMS, List.of(new SparseVector(new int[] {3}, new float[] {2}), new SparseVector(new int[] {4}, new float[] {3})));
        SparseVector query = new SparseVector(new int[] {3, 4, 200}, new float[] {1000, 500, 1});
        assertEquals(16, LuceneIndex.scale(query));
        try (LuceneIndex lucene = in(vectors)) {
            same(new Hits(new int[] {0, 1}, new float[] {2000, 1500}), lucene.search(query, 10));
        }
    }

    @Test
    void nothingIsFoundWithoutTermsOrDocuments() {
        try (LuceneIndex lucene = in(collection(0, () -> 1))) {
            assertEquals(0, lucene.search(vector(3, () -> 1), 10).size());
        }
        try (LuceneIndex lucene = in(collection(10, () -> 1))) {
            assertEquals(0, lucene.search(SparseVector.of(Map.of()), 10).size());
        }
    }

    @Test
    void aFolderWithoutAnIndexIsRefusedInOneLine() {
        UserError e = assertThrows(UserError.class, () -> LuceneIndex.open(folder, Integer::toString));
        assertTrue(e.getMessage().startsWith(folder + ": holds no Lucene index"), e.getMessage());
    }
}
