package dev.filigree.retrieve.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import dev.filigree.retrieve.Document;
import dev.filigree.retrieve.Effort;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.SparseVector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many search while others write. */
class ConcurrencyTest {

    private static final int QUERIES = 10_000;
    private static final int STAYING = 300;

    @TempDir
    Path temp;

    /**
     * Documents that stay are found by every query; a document that comes and goes is found by no snapshot at or after the commit of its
     * deletion and by every one at or after that of its arrival. Deletions are never taken back: each id comes once.
     */
    @Test
    void queriesUnderAddsDeletesAndMergesLoseNoneAndReturnNoDeletedDocument() throws Exception {
        Path folder = temp.resolve("index");
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean over = new AtomicBoolean();
        Map<String, Long> came = new ConcurrentHashMap<>(); // since this commit it is there for certain
        Map<String, Long> went = new ConcurrentHashMap<>(); // since this commit it is gone for certain
        IndexWriter writer = IndexWriter.open(folder, Model.SETTINGS, new MergePolicy(3, 100, 0.5, 1 << 20), _ -> { }, _ -> Manifest.empty(Model.VOCABULARY, Model.SETTINGS));
        for (int i = 0; i < STAYING; i++) {
            writer.add(new Document("stays " + i, "", SparseVector.of(Map.of(0, 1f + i % 7, 1 + i % 50, 2f))));
        }
        writer.commit();
        SparseIndex index = SparseIndex.open(folder);

        List<Thread> writers = List.of(
                thread(failure, () -> {
                    for (int i = 0; !over.get(); i++) {
                        List<String> now = new ArrayList<>();
                        for (int n = 0; n < 10; n++) {
                            String id = "comes " + i + "-" + n;
                            writer.add(new Document(id, id, SparseVector.of(Map.of(0, 9f, 55, 3f))));
                            now.add(id);
                        }
                        long commit = writer.commit();
                        now.forEach(id -> came.put(id, commit));
                        index.refresh();
                    }
                }),
                thread(failure, () -> {
                    while (!over.get()) {
                        List<String> now = came.keySet().stream().filter(id -> !went.containsKey(id)).limit(8).toList();
                        for (String id : now) {
                            assertTrue(writer.delete(id), id);
                        }
                        if (!now.isEmpty()) {
                            writer.commit();
                            long commit = writer.committed();
                            now.forEach(id -> went.put(id, commit));
                            index.refresh();
                        }
                        Thread.sleep(1);
                    }
                }),
                thread(failure, () -> {
                    while (!over.get()) {
                        writer.merge();
                        index.refresh();
                        Thread.sleep(5);
                    }
                }));
        AtomicInteger asked = new AtomicInteger();
        List<Thread> readers = new ArrayList<>();
        for (int r = 0; r < 3; r++) {
            Rng rng = new Rng(r);
            readers.add(thread(failure, () -> {
                while (failure.get() == null && (asked.getAndIncrement() < QUERIES || went.size() < 100)) { // as long as writers get their turns
                    query(index, came, went, rng);
                }
            }));
        }
        for (Thread t : readers) {
            t.join();
        }
        over.set(true);
        for (Thread t : writers) {
            t.join();
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
        assertTrue(asked.get() >= QUERIES, asked + " queries");
        writer.close();
        index.close();
    }

    private static void query(SparseIndex index, Map<String, Long> came, Map<String, Long> went, Rng rng) {
        Map<String, Long> cameBefore = rng.nextInt(20) == 0 ? Map.copyOf(came) : Map.of();
        Map<String, Long> wentBefore = Map.copyOf(went);
        try (Snapshot s = index.snapshot()) {
            int term = 1 + rng.nextInt(50);
            SparseVector query = SparseVector.of(Map.of(0, 1f, term, 50f));
            int sharing = (int) IntStream.range(0, STAYING).filter(i -> 1 + i % 50 == term).count();
            Hits hits = s.search(query, sharing, Effort.ALL);
            assertEquals(sharing, hits.size());
            for (int i = 0; i < hits.size(); i++) {
                assertTrue(s.id(hits.documents()[i]).startsWith("stays "), "those with the term come first");
            }
            for (Hit hit : s.read(s.search(SparseVector.of(Map.of(55, 1f)), 20, Effort.ALL))) {
                assertEquals(hit.id(), hit.content());
                Long gone = wentBefore.get(hit.id());
                assertFalse(gone != null && gone <= s.commit(), hit.id() + " was deleted by commit " + gone + ", found in " + s.commit());
            }
            cameBefore.forEach((id, commit) -> assertTrue(commit > s.commit() || wentBefore.containsKey(id) || s.find(id).isPresent() || went.containsKey(id) || pending(went, id),
                    id + " came with commit " + commit + ", not in " + s.commit()));
        }
    }

    /** A deletion may be committed a moment before the test knows of it. */
    private static boolean pending(Map<String, Long> went, String id) {
        for (int i = 0; i < 2000 && !went.containsKey(id); i++) {
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                return false;
            }
        }
        return went.containsKey(id);
    }

    private interface Work {
        void run() throws Exception;
    }

    private static Thread thread(AtomicReference<Throwable> failure, Work work) {
        Thread t = new Thread(() -> {
            try {
                work.run();
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
        });
        t.start();
        return t;
    }

    @Test
    void whatIsFreedWhileOthersSearchStaysMappedForThem() throws IOException {
        Path folder = temp.resolve("index");
        IndexWriter writer = IndexWriter.create(folder, 10, Model.SETTINGS);
        List<Snapshot> held = new ArrayList<>();
        writer.add(new Document("0", "text 0", SparseVector.of(Map.of(1, 1f))));
        writer.commit();
        SparseIndex index = SparseIndex.open(folder);
        for (int i = 1; i < 20; i++) {
            held.add(index.snapshot());
            writer.add(new Document(Integer.toString(i), "text " + i, SparseVector.of(Map.of(1, 1f + i))));
            writer.commit();
            writer.merge();
            assertTrue(index.refresh());
        }
        writer.close();
        index.close();
        assertEquals(List.of(".lock", "manifest.json"), SparseIndexTest.names(folder).subList(0, 2));
        assertEquals(3, SparseIndexTest.names(folder).size(), "files of earlier states are gone");
        for (int i = 0; i < held.size(); i++) {
            try (Snapshot s = held.get(i)) {
                assertEquals(i + 1, s.documents());
                assertEquals("text " + i, s.read(s.searchAll(SparseVector.of(Map.of(1, 1f)), 1)).getFirst().content());
            }
        }
    }
}
