package dev.filigree.retrieve.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.retrieve.Document;
import dev.filigree.retrieve.SparseVector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparseIndexTest {

    @TempDir
    Path temp;

    private static SparseVector vector(Object... termsAndWeights) {
        Map<Integer, Float> weights = new HashMap<>();
        for (int i = 0; i < termsAndWeights.length; i += 2) {
            weights.put((Integer) termsAndWeights[i], ((Number) termsAndWeights[i + 1]).floatValue());
        }
        return SparseVector.of(weights);
    }

    @Test
    void whatIsCommittedIsFoundAndExplained() {
        Path folder = temp.resolve("index");
        try (IndexWriter writer = IndexWriter.create(folder, 10, IndexSettings.standard(1))) {
            writer.add(new Document("a", "about cats", vector(1, 2, 3, 1)));
            writer.add(new Document("b", "about dogs", vector(2, 4, 3, 1)));
            writer.add(new Document("nothing", "", vector()));
            assertFalse(Manifest.in(folder), "nothing is committed yet");
            assertEquals(1, writer.commit());
            assertEquals(1, writer.commit(), "nothing has changed");
        }
        try (SparseIndex index = SparseIndex.open(folder); Snapshot s = index.snapshot()) {
            SparseVector query = vector(1, 1, 3, 0.5, 7, 9);
            assertEquals(List.of(new Hit("a", 2.5f, "about cats"), new Hit("b", 0.5f, "about dogs")), index.search(query, 5));
            assertEquals(List.of(new Match(1, 1, 2, 0.8), new Match(3, 0.5f, 1, 0.2)), s.explain(query, s.find("a").orElseThrow()));
            assertEquals(3, s.documents());
            assertTrue(s.find("nothing").isPresent() && s.find("c").isEmpty());
        }
    }

    @Test
    void aSnapshotStaysAsItIsAndARefreshShowsTheNext() throws IOException {
        Path folder = temp.resolve("index");
        try (IndexWriter writer = IndexWriter.create(folder, 10, IndexSettings.standard(1))) {
            writer.add(new Document("a", "one", vector(1, 2)));
            writer.commit();
            try (SparseIndex index = SparseIndex.open(folder)) {
                Snapshot old = index.snapshot();
                assertFalse(index.refresh());
                writer.update(new Document("a", "two", vector(1, 3)));
                writer.add(new Document("b", "", vector(1, 1)));
                writer.commit();
                writer.merge();
                assertEquals(List.of(new Hit("a", 2, "one")), index.search(vector(1, 1), 9));
                assertTrue(index.refresh());
                assertEquals(List.of(new Hit("a", 3, "two"), new Hit("b", 1, "")), index.search(vector(1, 1), 9));
                assertEquals(List.of(new Hit("a", 2, "one")), old.read(old.searchAll(vector(1, 1), 9)));
                old.close();
                old.close();
                assertThrows(IllegalStateException.class, () -> old.id(0));
                index.close();
                assertThrows(IllegalStateException.class, index::snapshot);
                assertThrows(IllegalStateException.class, index::refresh);
            }
        }
        assertEquals(List.of(".lock", "manifest.json", "segment-2"), names(folder), "what no state needs is gone");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void itHoldsWhatAMapHolds(long seed) throws IOException {
        Rng rng = new Rng(seed);
        Path folder = temp.resolve("index");
        Map<String, Document> live = new HashMap<>();
        Map<String, Document> committed = Map.of();
        IndexWriter writer = IndexWriter.open(folder, Model.SETTINGS, Model.OFTEN, _ -> { }, _ -> Manifest.empty(Model.VOCABULARY, Model.SETTINGS));
        writer.add(Model.document(rng, "first"));
        writer.commit();
        writer.delete("first");
        writer.commit();
        try (SparseIndex index = SparseIndex.open(folder)) {
            for (int step = 0; step < 40; step++) {
                for (int n = rng.nextInt(30); n > 0; n--) {
                    Model.change(writer, live, rng, 150);
                }
                assertEquals(live.size(), writer.documents());
                switch (rng.nextInt(6)) {
                    case 0, 1, 2 -> {
                        writer.commit();
                        committed = Model.copy(live);
                    }
                    case 3 -> writer.merge();
                    case 4 -> {
                        writer.close();
                        writer = IndexWriter.open(folder, Model.SETTINGS, Model.OFTEN, _ -> { });
                        live = Model.copy(committed);
                    }
                    default -> {
                        // only changes
                    }
                }
                long shown;
                try (Snapshot s = index.snapshot()) {
                    shown = s.commit();
                }
                assertEquals(Manifest.read(folder).commit() > shown, index.refresh());
                try (Snapshot s = index.snapshot()) {
                    Model.check(committed, s, rng);
                    for (String id : live.keySet()) {
                        assertTrue(writer.contains(id));
                    }
                }
            }
            writer.commit();
            writer.merge();
        }
        writer.close();
        try (SparseIndex again = SparseIndex.open(folder); Snapshot s = again.snapshot()) {
            Model.check(live, s, rng);
        }
        Manifest last = Manifest.read(folder);
        assertTrue(last.segments().stream().allMatch(s -> s.deleted() == 0), last.toString());
        List<String> expected = new ArrayList<>(List.of(".lock", "manifest.json"));
        last.segments().forEach(s -> expected.add(s.name()));
        assertEquals(expected.stream().sorted().toList(), names(folder));
    }

    @Test
    void segmentsAreExactUntilTheyAreLarge() {
        Path folder = temp.resolve("index");
        Rng rng = new Rng(2);
        Map<String, Document> live = new HashMap<>();
        try (IndexWriter writer = IndexWriter.open(folder, Model.SETTINGS, MergePolicy.STANDARD, _ -> { }, _ -> Manifest.empty(Model.VOCABULARY, Model.SETTINGS))) {
            for (int d = 0; d < 19 + 20 + 10; d++) {
                if (d == 19 || d == 39) {
                    writer.commit();
                }
                Document document = Model.document(rng, "d" + d);
                writer.add(document);
                live.put(document.id(), document);
            }
            writer.commit();
            assertEquals(List.of(true, false, true), exact(folder));
            assertEquals(20, IndexReport.of(folder).exactBelow());
            checked(folder, live, rng);
            writer.merge();
            assertEquals(List.of(false), exact(folder), "together they are large");
            checked(folder, live, rng);
            for (int d = 0; d < 30; d++) {
                writer.delete("d" + d);
                live.remove("d" + d);
            }
            writer.commit();
            checked(folder, live, rng);
            assertEquals(List.of(true), exact(folder), "so much was deleted that it was written anew, and it is small now");
        }
    }

    private static List<Boolean> exact(Path folder) {
        return IndexReport.of(folder).segments().stream().map(IndexReport.Segment::exact).toList();
    }

    private static void checked(Path folder, Map<String, Document> live, Rng rng) {
        try (SparseIndex index = SparseIndex.open(folder); Snapshot s = index.snapshot()) {
            Model.check(live, s, rng);
        }
    }

    @Test
    void aVocabularyGrows() {
        Path folder = temp.resolve("index");
        try (IndexWriter writer = IndexWriter.create(folder, 3, IndexSettings.standard(1))) {
            writer.add(new Document("a", "", vector(2, 1)));
            assertThrows(IllegalArgumentException.class, () -> writer.add(new Document("b", "", vector(3, 1))));
            writer.vocabulary(5);
            writer.add(new Document("b", "", vector(2, 2, 4, 1)));
            writer.commit();
            assertThrows(IllegalArgumentException.class, () -> writer.vocabulary(4));
            writer.vocabulary(70_000); // terms take 32 bits from now on
            writer.add(new Document("c", "", vector(2, 3, 69_999, 1)));
            writer.commit();
            List<Hit> expected = List.of(new Hit("c", 7, ""), new Hit("b", 3, ""), new Hit("a", 1, ""));
            SparseVector query = vector(2, 1, 4, 1, 69_999, 4);
            try (SparseIndex index = SparseIndex.open(folder)) {
                assertEquals(expected, index.search(query, 9));
                writer.merge();
                index.refresh();
                assertEquals(expected, index.search(query, 9));
            }
        }
        assertEquals(70_000, IndexReport.of(folder).vocabulary());
        assertEquals(1, IndexReport.of(folder).segments().size());
        try (IndexWriter writer = IndexWriter.open(folder, IndexSettings.standard(1))) {
            assertEquals(70_000, writer.vocabulary());
        }
    }

    @Test
    void wrongUseIsOneLineAndChangesNothing() throws IOException {
        Path folder = temp.resolve("index");
        says(() -> SparseIndex.open(folder), "index: holds no index (no manifest.json in it); expected a folder that filigree index wrote");
        says(() -> IndexWriter.open(folder, Model.SETTINGS), "index: holds no index");
        assertFalse(Files.exists(folder));
        IndexWriter.create(folder, 10, Model.SETTINGS).close();
        assertFalse(Files.exists(folder), "nothing was committed, nothing is left");
        Path other = Files.createDirectory(temp.resolve("other"));
        Files.writeString(other.resolve("thesis.txt"), "x");
        says(() -> IndexWriter.create(other, 10, Model.SETTINGS), "other: holds thesis.txt, which is no part of an index");
        try (IndexWriter writer = IndexWriter.create(folder, 10, Model.SETTINGS)) {
            writer.add(new Document("a", "", vector(1, 1)));
            says(() -> writer.add(new Document("a", "", vector(2, 1))), "document a: the index holds one with this id already");
            assertThrows(IllegalArgumentException.class, () -> writer.add(new Document("b", "", vector(10, 1))));
            assertThrows(IllegalArgumentException.class, () -> writer.update(new Document("a", "", vector(1, 70000))));
            assertFalse(writer.delete("b"));
            writer.commit();
            says(() -> writer.add(new Document("a", "", vector(2, 1))), "document a: the index holds one with this id already");
        }
        says(() -> IndexWriter.create(folder, 10, Model.SETTINGS), "index: holds an index already");
        try (SparseIndex index = SparseIndex.open(folder)) {
            assertEquals(List.of(new Hit("a", 1, "")), index.search(vector(1, 1, 2, 1), 5));
        }
    }

    static void says(org.junit.jupiter.api.function.Executable what, String part) {
        UserError e = assertThrows(UserError.class, what);
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }

    static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
