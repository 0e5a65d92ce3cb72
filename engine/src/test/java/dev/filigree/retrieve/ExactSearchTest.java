package dev.filigree.retrieve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.Safetensors;
import dev.filigree.io.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every exact search finds the same documents with the same bits of scores as the exhaustive one. */
class ExactSearchTest {

    private static List<Searcher> exact(ForwardIndex index) {
        Inverted lists = Inverted.of(index);
        return List.of(new TermAtATime(lists), new MaxScore(lists), new BlockMaxWand(lists));
    }

    private static SparseVector random(Rng rng, int vocabulary, int terms, boolean ties) {
        TreeMap<Integer, Float> weights = new TreeMap<>();
        for (int i = 0; i < terms; i++) {
            double u = rng.nextDouble();
            float w = ties ? (1 + rng.nextInt(4)) / 4f : (float) Math.min(60000, Math.exp(3 * rng.nextGaussian()));
            weights.put((int) (u * u * u * vocabulary), w);
        }
        return SparseVector.of(weights);
    }

    private static void same(Hits expected, Hits found, Object what) {
        assertArrayEquals(expected.documents(), found.documents(), what::toString);
        assertArrayEquals(expected.scores(), found.scores(), what::toString);
    }

    @RepeatedTest(30)
    void sameBitsAsExhaustive(RepetitionInfo run) {
        Rng rng = new Rng(run.getCurrentRepetition());
        int vocabulary = 1 + rng.nextInt(run.getCurrentRepetition() % 2 == 0 ? 20 : 500);
        boolean ties = run.getCurrentRepetition() % 3 == 0;
        List<SparseVector> documents = new ArrayList<>();
        for (int d = rng.nextInt(1500); d > 0; d--) {
            documents.add(random(rng, vocabulary, rng.nextInt(30), ties));
        }
        ForwardIndex index = ForwardIndex.of(vocabulary, documents);
        List<Searcher> searchers = exact(index);
        for (int i = 0; i < 20; i++) {
            SparseVector query = random(rng, 2 * vocabulary, i == 0 ? 0 : rng.nextInt(40), ties); // half of its terms are unknown
            int k = i % 5 == 0 ? 2000 : 1 + rng.nextInt(20);
            int third = rng.nextInt(3);
            Live live = i % 2 == 0 ? Live.ALL : d -> d % 3 == third;
            Hits expected = new Exhaustive(index).search(query, k, live);
            for (Searcher s : searchers) {
                same(expected, s.search(query, k, live), s);
            }
        }
    }

    @Test
    void rangesAreSearchedAlike() {
        Rng rng = new Rng(8);
        List<SparseVector> documents = new ArrayList<>();
        for (int d = 0; d < 2 * Inverted.RANGE + 77; d++) {
            documents.add(random(rng, 300, rng.nextInt(12), false));
        }
        ForwardIndex index = ForwardIndex.of(300, documents);
        List<Searcher> searchers = exact(index);
        Live some = d -> d >= Inverted.RANGE && d != 2 * Inverted.RANGE;
        for (int i = 0; i < 10; i++) {
            SparseVector query = random(rng, 300, 1 + 3 * i, false);
            for (Searcher s : searchers) {
                same(new Exhaustive(index).search(query, 10), s.search(query, 10), s);
                same(new Exhaustive(index).search(query, 100, some), s.search(query, 100, some), s);
            }
        }
    }

    @Test
    void listsAreTheSameOnAnyNumberOfThreads() {
        Rng rng = new Rng(9);
        List<SparseVector> documents = IntStream.range(0, Inverted.RANGE + 1000).mapToObj(_ -> random(rng, 40, 3, true)).toList();
        ForwardIndex index = ForwardIndex.of(40, documents);
        Inverted alone = Inverted.of(index);
        try (Parallel three = new Parallel(3)) {
            Inverted together = Inverted.of(index, three);
            assertEquals(-1, alone.documents.segment().mismatch(together.documents.segment()));
            assertEquals(-1, alone.weights.segment().mismatch(together.weights.segment()));
        }
        assertEquals(index.entries(), alone.documents.length());
    }

    @Test
    void storedListsFindTheSameAndOthersAreRefused(@TempDir Path folder) {
        Rng rng = new Rng(10);
        List<SparseVector> documents = IntStream.range(0, Inverted.RANGE + 300).mapToObj(_ -> random(rng, 90, 4, false)).toList();
        ForwardIndex index = ForwardIndex.of(100, documents);
        Path file = folder.resolve("postings");
        Inverted.of(index).write(file);
        try (Arena arena = Arena.ofConfined()) {
            Inverted stored = Inverted.open(index, file, arena);
            for (int i = 1; i < 30; i += 7) {
                SparseVector query = random(rng, 100, i, false);
                same(new Exhaustive(index).search(query, 7), new MaxScore(stored).search(query, 7), query);
            }
            assertEquals(Inverted.of(index).bytes(), stored.bytes());
            ForwardIndex other = ForwardIndex.of(100, documents.subList(1, documents.size()));
            UserError e = assertThrows(UserError.class, () -> Inverted.open(other, file, arena));
            assertTrue(e.getMessage().startsWith(file + ": holds no sound postings of this collection: it has "), e.getMessage());
        }
        ForwardIndex small = ForwardIndex.of(3, List.of(SparseVector.of(Map.of(0, 1f, 1, 2f)), SparseVector.of(Map.of(1, 3f))));
        damaged(small, file, 4, new int[] {0, 1, 0, 3}, "list 1 ends before it starts");
        damaged(small, file, 2, new int[] {0, 1, 0}, "list 1 holds document 0, expected rising numbers below 2");
        damaged(small, file, 2, new int[] {0, 0, 2}, "list 1 holds document 2, expected rising numbers below 2");
    }

    /** Writes the postings of a small index with other numbers in place of its starts (of four bytes) or of its documents. */
    private static void damaged(ForwardIndex index, Path file, int bytes, int[] numbers, String said) {
        Inverted.of(index).write(file);
        try (Arena arena = Arena.ofConfined()) {
            Checkpoint stored = Safetensors.read(file);
            List<StoredTensor> tensors = new ArrayList<>();
            for (StoredTensor t : List.of(stored.tensor("start"), stored.tensor("heaviest"), stored.tensor("documents"), stored.tensor("weights"))) {
                if (t.name().equals(bytes == 4 ? "start" : "documents")) {
                    MemorySegment other = arena.allocate(t.data().byteSize(), Integer.BYTES);
                    for (int i = 0; i < numbers.length; i++) {
                        if (bytes == 4) {
                            other.setAtIndex(ValueLayout.JAVA_INT, i, numbers[i]);
                        } else {
                            other.setAtIndex(ValueLayout.JAVA_CHAR, i, (char) numbers[i]);
                        }
                    }
                    tensors.add(new StoredTensor(t.name(), t.type(), t.shape(), other));
                } else {
                    tensors.add(t);
                }
            }
            Path bad = file.resolveSibling("bad");
            Safetensors.write(bad, tensors, stored.metadata());
            UserError e = assertThrows(UserError.class, () -> Inverted.open(index, bad, arena));
            assertTrue(e.getMessage().contains(said), e.getMessage());
        }
    }

    @Test
    void byHand() {
        ForwardIndex index = ForwardIndex.of(3, List.of(SparseVector.of(Map.of(0, 1f)), SparseVector.of(Map.of(0, 0.5f, 2, 2f)), SparseVector.of(Map.of(1, 9f)), SparseVector.of(Map.of(2, 0.5f))));
        SparseVector query = SparseVector.of(Map.of(0, 2f, 2, 4f));
        for (Searcher s : exact(index)) {
            same(new Hits(new int[] {1, 0}, new float[] {9, 2}), s.search(query, 2), s); // document 3 has 2 as well, and comes later
            same(new Hits(new int[] {3}, new float[] {2}), s.search(query, 1, d -> d == 3), s);
        }
    }

    @Test
    void weightsOfAllSizesAddUpAlike() {
        List<SparseVector> documents = List.of(SparseVector.of(Map.of(0, 65504f, 1, 6e-8f)), SparseVector.of(Map.of(0, 3e-5f, 1, 1f)), SparseVector.of(Map.of(1, 6e-8f)));
        ForwardIndex index = ForwardIndex.of(2, documents);
        for (SparseVector query : List.of(SparseVector.of(Map.of(0, 1e-20f, 1, 1e20f)), SparseVector.of(Map.of(0, 3e38f, 1, 1f)), SparseVector.of(Map.of(1, 1e-44f)))) {
            for (Searcher s : exact(index)) {
                same(new Exhaustive(index).search(query, 3), s.search(query, 3), s);
            }
        }
    }
}
