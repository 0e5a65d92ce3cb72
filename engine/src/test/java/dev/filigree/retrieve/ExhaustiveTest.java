package dev.filigree.retrieve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.filigree.base.Rng;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ExhaustiveTest {

    private static final int VOCABULARY = 50;

    private static SparseVector random(Rng rng, int most) {
        int[] terms = rng.permutation(VOCABULARY);
        Map<Integer, Float> weights = new HashMap<>();
        for (int i = 0; i < rng.nextInt(most + 1); i++) {
            weights.put(terms[i], (1 + rng.nextInt(8)) / 4f); // a few values: many scores are equal
        }
        return SparseVector.of(weights);
    }

    @RepeatedTest(20)
    void findsWhatSortingAllInnerProductsFinds(RepetitionInfo run) {
        Rng rng = new Rng(run.getCurrentRepetition());
        List<SparseVector> documents = new ArrayList<>();
        for (int d = rng.nextInt(200); d >= 0; d--) {
            documents.add(random(rng, 12));
        }
        SparseVector query = random(rng, 20);
        int k = 1 + rng.nextInt(30);
        Live live = d -> d % 3 != 1;
        int[] best = IntStream.range(0, documents.size()).filter(live::has).filter(d -> documents.get(d).dot(query) > 0).boxed()
                .sorted(Comparator.comparing((Integer d) -> -documents.get(d).dot(query)).thenComparing(d -> d)).limit(k).mapToInt(d -> d).toArray();

        Hits hits = new Exhaustive(ForwardIndex.of(VOCABULARY, documents)).search(query, k, live);

        assertArrayEquals(best, hits.documents());
        for (int i = 0; i < hits.size(); i++) {
            assertEquals(documents.get(best[i]).dot(query), hits.scores()[i], 1e-5f);
        }
    }

    @Test
    void vectorsComeBackAsTheyWereStored() {
        SparseVector v = new SparseVector(new int[] {0, 3, 49}, new float[] {0.5f, 2, 1e-9f});
        SparseVector back = ForwardIndex.of(VOCABULARY, List.of(new SparseVector(new int[0], new float[0]), v)).vector(1);
        assertArrayEquals(v.terms(), back.terms());
        assertArrayEquals(new float[] {0.5f, 2, Float.float16ToFloat((short) 1)}, back.weights());
    }

    @Test
    void termsThatTheCollectionDoesNotKnowCountNothing() {
        ForwardIndex index = ForwardIndex.of(4, List.of(new SparseVector(new int[] {1}, new float[] {1})));
        Hits hits = new Exhaustive(index).search(new SparseVector(new int[] {1, 9}, new float[] {1, 1}), 5);
        assertArrayEquals(new float[] {1}, hits.scores());
    }

    @Test
    void impossibleVectorsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new SparseVector(new int[] {1, 1}, new float[] {1, 1}));
        assertThrows(IllegalArgumentException.class, () -> new SparseVector(new int[] {1}, new float[] {Float.NaN}));
        assertThrows(IllegalArgumentException.class, () -> new SparseVector(new int[] {1}, new float[] {-1}));
        assertThrows(IllegalArgumentException.class, () -> ForwardIndex.of(1, List.of(new SparseVector(new int[] {1}, new float[] {1}))));
        assertThrows(IllegalArgumentException.class, () -> ForwardIndex.of(2, List.of(new SparseVector(new int[] {1}, new float[] {70000}))));
    }
}
