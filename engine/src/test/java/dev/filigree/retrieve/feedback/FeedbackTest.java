package dev.filigree.retrieve.feedback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.Live;
import dev.filigree.retrieve.SparseVector;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FeedbackTest {

    private static final DenseVectors DOCUMENTS = DenseVectors.of(List.of(new float[] {1, 0}, new float[] {0.6f, 0.8f}, new float[] {0, 1}, new float[] {-1, 0}));

    @Test
    void denseSearchLooksAtAll() {
        Hits hits = DOCUMENTS.search(new float[] {1, 0.25f}, 10, Live.ALL);
        assertArrayEquals(new int[] {0, 1, 2}, hits.documents()); // the last points away
        assertArrayEquals(new float[] {1, 0.8f, 0.25f}, hits.scores(), 1e-6f);
        assertArrayEquals(new int[] {1}, DOCUMENTS.search(new float[] {1, 0.25f}, 1, d -> d > 0).documents());
        assertArrayEquals(new float[] {0.6f, 0.8f}, DOCUMENTS.vector(1));
        assertThrows(IllegalArgumentException.class, () -> DOCUMENTS.search(new float[3], 1, Live.ALL));
    }

    @Test
    void rankingsAreMixed() {
        Hits first = new Hits(new int[] {0, 1, 2}, new float[] {0.9f, 0.8f, 0.4f});
        Hits second = new Hits(new int[] {2, 3}, new float[] {20, 10});
        // scaled: 0 has 1 and nothing, 1 has 0.8 and nothing, 2 has 0 and 1, 3 has nothing and 0
        Hits scaled = new Interpolation(0.25, true).of(first, second, 10);
        assertArrayEquals(new int[] {2, 0, 1}, scaled.documents());
        assertArrayEquals(new float[] {0.75f, 0.25f, 0.2f}, scaled.scores(), 1e-6f);
        // as they are, missing ones as the last: 0.9 + 10, 0.8 + 10, 0.4 + 20, 0.4 + 10, halved
        Hits plain = new Interpolation(0.5, false).of(first, second, 3);
        assertArrayEquals(new int[] {2, 0, 1}, plain.documents());
        assertArrayEquals(new float[] {10.2f, 5.45f, 5.4f}, plain.scores(), 1e-5f);
        assertArrayEquals(first.documents(), new Interpolation(1, false).of(first, second, 3).documents());
        Hits none = new Hits(new int[0], new float[0]);
        assertArrayEquals(new int[] {2, 3}, new Interpolation(0.5, false).of(none, second, 3).documents());
        assertEquals(0, new Interpolation(0.5, true).of(none, none, 3).size());
        assertThrows(IllegalArgumentException.class, () -> new Interpolation(1.5, true));
    }

    @Test
    void queriesMoveTowardsWhatWasFound() {
        List<float[]> found = List.of(new float[] {0, 1}, new float[] {0, 3});
        assertArrayEquals(new float[] {1, 4 / 3f}, Feedback.mean(2).dense(new float[] {3, 0}, found), 1e-6f);
        assertArrayEquals(new float[] {1.5f, 1}, new Feedback(2, 0.5).dense(new float[] {3, 0}, found), 1e-6f);
        float[] query = {1, 2};
        assertSame(query, Feedback.mean(2).dense(query, List.of()));
        SparseVector moved = new Feedback(2, 0.5).sparse(SparseVector.of(Map.of(0, 1f, 5, 2f)), List.of(SparseVector.of(Map.of(5, 2f, 7, 4f)), SparseVector.of(Map.of(8, 2f))), 3);
        assertEquals(SparseVector.of(Map.of(5, 1.5f, 7, 1f, 0, 0.5f)), moved); // 0 and 8 weigh the same
        assertThrows(IllegalArgumentException.class, () -> Feedback.mean(0));
    }

    @Test
    void placesDiffer() {
        // dense alone finds 0 first; the sparse ranking knows 2, so that feedback looks at it where both are mixed before
        float[] query = {1, 0.1f};
        Hits sparse = new Hits(new int[] {2, 1}, new float[] {3, 1});
        Feedback one = new Feedback(1, 0);
        Interpolation rather = new Interpolation(0.2, true);
        assertEquals(0, Placement.NONE.search(DOCUMENTS, query, sparse, one, rather, 3, Live.ALL).documents()[0]);
        assertArrayEquals(new int[] {2, 1}, Placement.BEFORE.search(DOCUMENTS, query, sparse, one, rather, 3, Live.ALL).documents());
        Hits after = Placement.AFTER.search(DOCUMENTS, query, sparse, one, rather, 3, Live.ALL);
        assertArrayEquals(new int[] {2, 0}, after.documents());
        assertArrayEquals(new float[] {0.8f, 0.2f}, after.scores(), 1e-6f);
        assertArrayEquals(new float[] {1}, Placement.BOTH.search(DOCUMENTS, query, sparse, one, rather, 1, Live.ALL).scores(), 1e-6f);
    }
}
