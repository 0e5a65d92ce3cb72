package dev.filigree.retrieve.collection;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.retrieve.SparseVector;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeneratedCollectionTest {

    @Test
    void aVectorFollowsFromSeedAndNumberAlone() {
        GeneratedCollection one = new GeneratedCollection(CollectionSettings.SPLADE, 7);
        GeneratedCollection two = new GeneratedCollection(CollectionSettings.SPLADE, 7);
        SparseVector late = one.document(5_000_000_000L);
        SparseVector query = one.query(3);
        for (int i = 0; i < 20; i++) {
            two.document(i);
        }
        assertEquals(late, two.document(5_000_000_000L));
        assertEquals(query, two.query(3));
        assertNotEquals(late, new GeneratedCollection(CollectionSettings.SPLADE, 8).document(5_000_000_000L));
        assertNotEquals(one.document(3), one.document(4));
        assertNotEquals(one.query(3), one.document(3));
    }

    /** Subjects are as many for 15,000 documents as the preset has for a million. */
    @Test
    void itsStatisticsAreThoseOfLearnedVectors() {
        CollectionSettings preset = CollectionSettings.SPLADE;
        CollectionSettings settings = new CollectionSettings(preset.vocabulary(), 3, preset.documents(), preset.queries());
        GeneratedCollection made = new GeneratedCollection(settings, 1);
        SparseVector[] documents = new SparseVector[15_000];
        try (Parallel parallel = new Parallel(2)) {
            parallel.run(documents.length / 100, c -> IntStream.range(100 * c, 100 * c + 100).forEach(i -> documents[i] = made.document(i)));
            CollectionStatistics s = CollectionStatistics.of(settings.vocabulary(), Arrays.asList(documents), IntStream.range(0, 80).mapToObj(made::query).toList(), parallel);
            assertAll(
                    () -> within(s, Statistic.DOCUMENT_TERMS, 145, 155),
                    () -> within(s, Statistic.DOCUMENT_MASS, 55, 70),
                    () -> within(s, Statistic.DOCUMENT_TOP_10, 0.2, 0.3),
                    () -> within(s, Statistic.DOCUMENT_TOP_50, 0.65, 0.78),
                    () -> within(s, Statistic.QUERY_TERMS, 38, 48),
                    () -> within(s, Statistic.QUERY_TERMS_SPREAD, 0.3, 0.45),
                    () -> within(s, Statistic.QUERY_TOP_5, 0.42, 0.52),
                    () -> within(s, Statistic.QUERY_TOP_10, 0.62, 0.76),
                    () -> within(s, Statistic.QUERY_OVERLAP, 0.8, 2.2),
                    () -> within(s, Statistic.QUERY_NEAR, 0.13, 0.26),
                    () -> within(s, Statistic.QUERY_FAR, 0.01, 0.04),
                    () -> within(s, Statistic.LONGEST_LIST, 0.2, 0.5),
                    () -> within(s, Statistic.CHANCE_OVERLAP, 2, 4),
                    () -> within(s, Statistic.BEST_OVERLAP, 0.35, 0.7),
                    () -> within(s, Statistic.BEST_SCORE, 0.8, 1.4),
                    () -> within(s, Statistic.TENTH_SCORE, 0.6, 0.85),
                    () -> within(s, Statistic.HUNDREDTH_SCORE, 0.4, 0.8),
                    () -> within(s, Statistic.CUT_10, 0.8, 0.97),
                    () -> within(s, Statistic.CUT_BOTH, 0.7, 0.9));
        }
    }

    private static void within(CollectionStatistics s, Statistic statistic, double low, double high) {
        assertTrue(s.of(statistic) >= low && s.of(statistic) <= high, () -> statistic.label() + ": " + s.of(statistic) + ", expected " + low + " to " + high);
    }

    @Test
    void statisticsOfAFewVectorsAreThoseFoundByHand() {
        SparseVector one = new SparseVector(new int[] {0, 1}, new float[] {3, 1});
        SparseVector two = new SparseVector(new int[] {1, 2, 3, 4}, new float[] {1, 1, 1, 1});
        SparseVector query = new SparseVector(new int[] {1, 2}, new float[] {2, 2});
        try (Parallel alone = Parallel.single()) {
            CollectionStatistics s = CollectionStatistics.of(5, List.of(one, two), List.of(query, query), alone);
            assertEquals(3, s.of(Statistic.DOCUMENT_TERMS));
            assertEquals(1.0 / 3, s.of(Statistic.DOCUMENT_TERMS_SPREAD), 1e-12);
            assertEquals(4, s.of(Statistic.DOCUMENT_MASS));
            assertEquals(1, s.of(Statistic.DOCUMENT_TOP_10));
            assertEquals(1, s.of(Statistic.LONGEST_LIST));
            assertEquals(2.0 / 6, s.of(Statistic.LONG_LISTS), 1e-12);
            assertEquals(1.5, s.of(Statistic.CHANCE_OVERLAP), 1e-12);
            assertEquals(0.5, s.of(Statistic.VISITED), 1e-12);
            assertEquals((0.75 + 0.25) / 2, s.of(Statistic.DOCUMENT_TENTH), 1e-6);
            assertEquals((0.75 + 0.5) / 2, s.of(Statistic.DOCUMENT_HALF), 1e-6);
            assertTrue(Double.isNaN(s.of(Statistic.LIST_SLOPE)));
            assertEquals(2, s.of(Statistic.QUERY_OVERLAP), 1e-12);
            assertEquals(1, s.of(Statistic.QUERY_NEAR), 1e-6);
            assertTrue(Double.isNaN(s.of(Statistic.TENTH_SCORE)));

            List<SparseVector> rising = IntStream.rangeClosed(1, 100).mapToObj(w -> new SparseVector(new int[] {1, 3}, new float[] {w, 1})).toList();
            CollectionStatistics r = CollectionStatistics.of(5, rising, List.of(query), alone);
            assertEquals(200 / 4.0, r.of(Statistic.BEST_SCORE), 1e-6);
            assertEquals(0.91, r.of(Statistic.TENTH_SCORE), 1e-6);
            assertEquals(1 / 91.0, r.of(Statistic.HUNDREDTH_SCORE), 1e-6);
            assertEquals(50.5 / 91, r.of(Statistic.MEAN_SCORE), 1e-6);
            assertEquals(0.5, r.of(Statistic.BEST_OVERLAP), 1e-6);
            assertEquals(0.5, r.of(Statistic.BEST_MASS), 1e-6);
            assertEquals(1, r.of(Statistic.CUT_BOTH), 1e-6);
        }
    }

    /** Term r of 1,000 is in the share 1 / r of documents, so the slope is that of Zipf. */
    @Test
    void theSlopeOfListsIsOneUnderZipfsLaw() {
        int documents = 5000;
        List<SparseVector> vectors = IntStream.rangeClosed(1, documents).mapToObj(d -> {
            int[] terms = IntStream.rangeClosed(1, 1000).filter(r -> d * r <= documents).toArray();
            float[] ones = new float[Math.max(1, terms.length)];
            Arrays.fill(ones, 1);
            return new SparseVector(terms.length == 0 ? new int[] {0} : terms, ones);
        }).toList();
        try (Parallel alone = Parallel.single()) {
            assertEquals(1, CollectionStatistics.of(1001, vectors, List.of(), alone).of(Statistic.LIST_SLOPE), 0.03);
        }
    }

    @Test
    void impossibleSettingsAreRefused() {
        CollectionSettings.Shape shape = CollectionSettings.SPLADE.queries();
        assertThrows(IllegalArgumentException.class, () -> new CollectionSettings(999, 6, shape, shape));
        assertThrows(IllegalArgumentException.class, () -> new CollectionSettings(70_000, 6, shape, shape));
        assertThrows(IllegalArgumentException.class, () -> new CollectionSettings(30_000, 0, shape, shape));
        assertThrows(IllegalArgumentException.class, () -> new CollectionSettings.Shape(43, 0.3, 50, 100, 2, 0.1, 10, 0.1));
        assertThrows(IllegalArgumentException.class, () -> new CollectionSettings.Shape(43, 0.3, 5, 100, 0, 0.1, 10, 0.1));
    }
}
