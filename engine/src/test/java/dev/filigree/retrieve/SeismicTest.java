package dev.filigree.retrieve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.SparseDots;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeismicTest {

    private static final SeismicSettings SMALL = new SeismicSettings(0.05, 12, 2, 0.2, 2, 6, 0.5, 1, 0);

    @TempDir
    private Path folder;

    /** Weights are quarters, so that sums are exact in any order and many scores are equal; some vectors are empty. */
    private static SparseVector random(Rng rng, int vocabulary, int most) {
        Map<Integer, Float> weights = new HashMap<>();
        for (int i = rng.nextInt(most + 1); i > 0; i--) {
            weights.put((int) (vocabulary * Math.pow(rng.nextDouble(), 2)), (1 + rng.nextInt(40)) / 4f);
        }
        return SparseVector.of(weights);
    }

    private static List<SparseVector> documents(int count, int vocabulary) {
        Rng rng = new Rng(count);
        List<SparseVector> documents = new ArrayList<>();
        for (int d = 0; d < count; d++) {
            documents.add(random(rng, vocabulary, 40));
        }
        return documents;
    }

    private ForwardIndex written(List<SparseVector> documents, int vocabulary, Path file) {
        try (ForwardWriter out = new ForwardWriter(file, vocabulary)) {
            documents.forEach(out::add);
            out.finish();
        }
        return ForwardIndex.open(file, Arena.ofAuto());
    }

    private static void build(ForwardIndex index, SeismicSettings settings, Path file, int threads, long memory) {
        try (Parallel parallel = new Parallel(threads)) {
            Seismic.build(index, settings, file, parallel, memory, done -> { });
        }
    }

    private static void assertSame(Hits expected, Hits found, String what) {
        assertArrayEquals(expected.documents(), found.documents(), what);
        assertArrayEquals(expected.scores(), found.scores(), what);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 31, 257, 1009})
    void anIndexOfWhichNothingWasCutFindsWhatExhaustiveSearchFinds(int count) {
        for (int vocabulary : new int[] {97, 70_001}) {
            List<SparseVector> documents = documents(count, vocabulary);
            ForwardIndex index = written(documents, vocabulary, folder.resolve("forward"));
            build(index, SeismicSettings.UNCUT, folder.resolve("lists"), 2, 1 << 14);
            Seismic seismic = Seismic.open(index, folder.resolve("lists"), Arena.ofAuto()).with(Effort.ALL);
            Exhaustive oracle = new Exhaustive(ForwardIndex.of(vocabulary, documents));
            Rng rng = new Rng(5);
            for (int q = 0; q < 50; q++) {
                SparseVector query = random(rng, vocabulary + 5, 30);
                int k = 1 + rng.nextInt(20);
                assertSame(oracle.search(query, k), seismic.search(query, k), vocabulary + " " + query);
                assertSame(oracle.search(query, k, d -> d % 3 > 0), seismic.search(query, k, d -> d % 3 > 0), "live " + query);
            }
        }
    }

    @Test
    void theFileIsTheSameOnAnyNumberOfThreadsAndWithAnyMemory() throws IOException {
        ForwardIndex index = ForwardIndex.of(97, documents(700, 97));
        byte[] expected = null;
        for (int threads : new int[] {1, 2, 3}) {
            for (long memory : new long[] {1, 5_000, 1 << 30}) {
                Path file = folder.resolve(threads + "-" + memory);
                build(index, SMALL, file, threads, memory);
                expected = expected == null ? Files.readAllBytes(file) : expected;
                assertArrayEquals(expected, Files.readAllBytes(file), threads + " threads, " + memory + " bytes");
            }
        }
        try (var left = Files.list(folder)) {
            assertFalse(left.anyMatch(f -> f.toString().endsWith(".partial")), "files of the build are left");
        }
    }

    @Test
    void aCutIndexIsSmallAndFindsMost() {
        ForwardIndex index = ForwardIndex.of(97, documents(2000, 97));
        build(index, SMALL, folder.resolve("cut"), 2, 1 << 20);
        Seismic seismic = Seismic.open(index, folder.resolve("cut"), Arena.ofAuto()).with(new Effort(10, 0.8f));
        assertTrue(seismic.postings() <= 97 * 24, "postings " + seismic.postings());
        Exhaustive oracle = new Exhaustive(index);
        Rng rng = new Rng(3);
        double recall = 0;
        for (int q = 0; q < 100; q++) {
            SparseVector query = random(rng, 97, 30);
            Hits hits = seismic.search(query, 10);
            recall += oracle.search(query, 10).recallIn(hits) / 100;
            for (int i = 0; i < hits.size(); i++) {
                assertEquals(index.vector(hits.documents()[i]).dot(query), hits.scores()[i], 1e-4f * hits.scores()[i]);
            }
        }
        assertTrue(recall > 0.3, "recall " + recall);
    }

    @Test
    void neighboursAreTheNearestAndFindMoreWithLittleEffort() throws IOException {
        ForwardIndex index = ForwardIndex.of(97, documents(1500, 97));
        build(index, SMALL, folder.resolve("without"), 2, 1 << 20);
        build(index, SMALL.withNeighbours(8), folder.resolve("with"), 1, 1 << 20);
        build(index, SMALL.withNeighbours(8), folder.resolve("again"), 3, 1);
        assertArrayEquals(Files.readAllBytes(folder.resolve("with")), Files.readAllBytes(folder.resolve("again")), "on any number of threads");
        Effort little = new Effort(2, 1.3f);
        Seismic without = Seismic.open(index, folder.resolve("without"), Arena.ofAuto()).with(little);
        Seismic with = Seismic.open(index, folder.resolve("with"), Arena.ofAuto()).with(little);
        Exhaustive oracle = new Exhaustive(index);
        Rng rng = new Rng(4);
        double gain = 0;
        for (int q = 0; q < 100; q++) {
            SparseVector query = random(rng, 97, 30);
            Hits truth = oracle.search(query, 10);
            gain += truth.recallIn(with.search(query, 10)) - truth.recallIn(without.search(query, 10));
            assertSame(without.search(query, 10), with.with(new Effort(2, 1.3f, 0)).search(query, 10), "no neighbour is looked at");
            assertTrue(Arrays.stream(with.search(query, 10, d -> d % 3 > 0).documents()).allMatch(d -> d % 3 > 0), "who was deleted is nobody's neighbour");
        }
        assertTrue(gain / 100 > 0.02, "recall rose by " + gain / 100);
        assertThrows(IllegalArgumentException.class, () -> SMALL.withNeighbours(65));
    }

    @Test
    void aListKeepsItsLargestWeights() {
        List<SparseVector> documents = new ArrayList<>();
        for (int d = 0; d < 10; d++) {
            documents.add(new SparseVector(new int[] {0, 1}, new float[] {d + 1, 0.5f}));
        }
        ForwardIndex index = ForwardIndex.of(2, documents);
        KeptPostings kept = new KeptPostings(index, new SeismicSettings(0.2, 1, 1.5, 0.1, 2, 2, 1, 1, 0));
        assertEquals(4, kept.count(0)); // two for each of two terms, all in the first
        assertEquals(0, kept.count(1));
        try (KeptPostings.Range range = kept.new Range(0, 2, Parallel.single())) {
            assertArrayEquals(new int[] {7, 8, 9}, range.documents(0)); // one and a half times two
            assertArrayEquals(new int[0], range.documents(1));
        }
    }

    @Test
    void aSummaryHoldsTheLargestWeightsOfItsBlock() {
        ForwardIndex index = ForwardIndex.of(4, List.of(new SparseVector(new int[] {0, 1}, new float[] {2, 1}), new SparseVector(new int[] {1, 2, 3}, new float[] {4, 3, 0.1f}),
                new SparseVector(new int[] {2}, new float[] {1})));
        ListOfBlocks list = new Summaries(index, new Heaviest(index, 1, Parallel.single()), 0.7).of(new int[] {0, 1, 2}, new int[] {1, 1, 0});
        assertArrayEquals(new int[] {2, 0, 1}, list.documents());
        assertArrayEquals(new int[] {1, 3}, list.ends());
        assertArrayEquals(new int[] {3}, list.buckets()); // 1 of 1, and 4 + 3 of 4 + 3 + 2 + 0.1
        float[][] summaries = new float[2][4];
        for (int e = 0; e < 3; e++) {
            int key = Byte.toUnsignedInt(list.entries()[3 * e]);
            int term = IntStream.range(0, 4).filter(t -> SparseDots.key(SparseDots.hash(t), 0) == key).findFirst().orElseThrow();
            summaries[list.entries()[3 * e + 1]][term] = list.scale() * Byte.toUnsignedInt(list.entries()[3 * e + 2]);
        }
        assertArrayEquals(new float[] {0, 0, 1, 0}, summaries[0], 4 / 255f);
        assertArrayEquals(new float[] {0, 4, 3, 0}, summaries[1], 4 / 255f);
    }

    @Test
    void damagedFilesAreRefusedOrHarmless() throws IOException {
        ForwardIndex index = written(documents(60, 97), 97, folder.resolve("forward"));
        build(index, SMALL.withNeighbours(3), folder.resolve("lists"), 1, 1 << 20);
        for (String name : new String[] {"forward", "lists"}) {
            byte[] sound = Files.readAllBytes(folder.resolve(name));
            Rng rng = new Rng(9);
            for (int i = 0; i < 400; i++) {
                byte[] bytes = sound.clone();
                for (int n = 1 + rng.nextInt(3); n > 0; n--) {
                    bytes[rng.nextInt(bytes.length)] = (byte) (rng.nextInt(2) == 0 ? rng.nextInt(256) : rng.nextInt(2) == 0 ? 0xFF : 0x7F);
                }
                Path file = Files.write(folder.resolve("hostile"), i % 10 == 0 ? Arrays.copyOf(bytes, rng.nextInt(bytes.length)) : bytes);
                try (Arena arena = Arena.ofConfined()) {
                    ForwardIndex forward = name.equals("forward") ? ForwardIndex.open(file, arena) : index;
                    Seismic seismic = Seismic.open(forward, name.equals("lists") ? file : folder.resolve("lists"), arena);
                    for (int q = 0; q < 5; q++) {
                        seismic.search(random(rng, 97, 30), 5);
                    }
                } catch (UserError e) {
                    assertTrue(e.getMessage().contains("hostile") || e.getMessage().contains("lists"), e.getMessage());
                    assertFalse(e.getMessage().contains("\n"), e.getMessage());
                }
            }
        }
    }

    @Test
    void impossibleVectorsAreRefusedAndLeaveNothing() throws IOException {
        try (ForwardWriter out = new ForwardWriter(folder.resolve("x"), 5)) {
            out.add(new SparseVector(new int[] {4}, new float[] {1}));
            assertThrows(IllegalArgumentException.class, () -> out.add(new SparseVector(new int[] {5}, new float[] {1})));
            assertThrows(IllegalArgumentException.class, () -> out.add(new SparseVector(new int[] {1}, new float[] {70_000})));
        }
        try (var left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }
}
