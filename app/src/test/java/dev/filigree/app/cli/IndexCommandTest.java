package dev.filigree.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.lucene.LuceneAnalysis;
import dev.filigree.retrieve.Bm25;
import dev.filigree.retrieve.TextEncoding;
import dev.filigree.retrieve.store.Hit;
import dev.filigree.retrieve.store.SparseIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a corpus to hits, and back through every wrong turn. */
class IndexCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temp;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(temp.resolve(name), text);
    }

    private MainTest.Ran run(Object... words) {
        return MainTest.run(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    }

    private JsonNode json(Object... words) throws IOException {
        List<Object> all = new ArrayList<>(List.of(words));
        all.add("--json");
        MainTest.Ran ran = run(all.toArray());
        assertEquals(0, ran.code(), ran.err());
        return JSON.readTree(ran.out());
    }

    private void fault(String message, Object... words) {
        MainTest.Ran ran = run(words);
        String last = ran.err().lines().reduce((a, b) -> b).orElse("");
        assertEquals(1, ran.code(), ran.err());
        assertTrue(last.startsWith("filigree: ") && last.contains(message), ran.err());
    }

    @Test
    void readyVectorsAreIndexedChangedAndFound() throws IOException {
        Path index = temp.resolve("v.index");
        Path corpus = file("v.jsonl", """
                {"id": "a", "content": "the cat sat on the mat", "vector": {"cat": 2, "mat": 1}}
                {"id": 2, "content": "dogs", "vector": {"dog": 1.5, "mat": 0.5}}
                {"id": "none", "vector": {}}
                """);
        JsonNode made = json("index", index, "--corpus", corpus);
        assertEquals(3, made.get("documents").asInt());
        assertEquals(4, made.get("postings").asInt());
        assertEquals(1, made.get("empty").asInt());
        assertEquals("vectors", made.get("encoder").asText());
        assertTrue(made.at("/segments/0/exact").asBoolean());
        String parts = run("inspect", index).out();
        assertTrue(parts.contains("exactly") && parts.contains("documents a segment stays exact: Seismic's lists would cost more than they save"), parts);
        Path listed = temp.resolve("listed.index");
        String lists = run("index", listed, "--corpus", corpus, "--exact-below", 0).out();
        assertTrue(lists.contains("by Seismic") && !lists.contains("stays exact"), lists);
        assertEquals(run("search", index, "mat", "-k", 2).out().lines().limit(3).toList(), run("search", listed, "mat", "-k", 2).out().lines().limit(3).toList());
        JsonNode found = json("search", index, "{\"cat\": 1, \"mat\": 2, \"unknown\": 9}");
        assertEquals("a", found.at("/hits/0/id").asText());
        assertEquals(4, found.at("/hits/0/score").asDouble());
        assertEquals("cat", found.at("/hits/0/terms/0/term").asText());
        assertEquals(0.5, found.at("/hits/0/terms/0/share").asDouble());
        assertEquals("2", found.at("/hits/1/id").asText());
        assertEquals(2, found.get("hits").size());
        assertTrue(found.get("search_seconds").asDouble() > 0 && found.get("encode_seconds").asDouble() > 0);
        String text = run("search", index, "cat mat mat", "--exact", "-k", 1).out();
        assertTrue(text.contains("the cat sat on the mat") && text.contains("cat 50 %, mat 50 %") && text.contains("1 of 3 documents; encoded in"), text);
        assertEquals("no term of the query is known to this index", run("search", index, "zebra").out().strip());

        Path more = file("more.jsonl", "{\"id\": \"a\", \"vector\": {\"zebra\": 3}}\n");
        fault(more + ": line 1: found the id a a second time", "index", index, "--append", "--corpus", more);
        assertEquals(3, json("index", index, "--append", "--update", "--corpus", more).get("documents").asInt());
        assertEquals("a", json("search", index, "zebra").at("/hits/0/id").asText());
        Path ids = file("ids", "2\nnobody\n");
        MainTest.Ran deleted = run("index", index, "--delete", ids, "--merge");
        assertTrue(deleted.err().contains("1 of 2 ids are not in the index, the first is nobody"), deleted.err());
        assertTrue(deleted.out().contains("2 documents, 1 postings") && deleted.out().contains("1 documents deleted"), deleted.out());
        assertEquals(0, json("search", index, "dog").get("hits").size());
        assertTrue(run("inspect", index).out().contains("encoder vectors"), "inspect knows an index");
        assertEquals(2, json("inspect", index).get("documents").asInt());
    }

    @Test
    void textsAreIndexedWithBm25AndAskedInBatches() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("beir"));
        Files.writeString(folder.resolve("corpus.jsonl"), """
                {"_id": "d1", "title": "Pruning networks", "text": "Most weights of a trained network can be removed."}
                {"_id": "d2", "title": "Cooking rice", "text": "Rinse it. Then boil the water."}
                {"_id": "d3", "title": "", "text": ""}
                """);
        Files.writeString(folder.resolve("queries.jsonl"), "{\"_id\": \"q1\", \"text\": \"pruned networks\"}\n{\"_id\": \"q2\", \"text\": \"xyzzy\"}\n{\"_id\": \"q3\", \"text\": \"boiling\"}\n");
        Path index = temp.resolve("t.index");
        MainTest.Ran made = run("index", index, "--corpus", folder);
        assertEquals(0, made.code(), made.err());
        assertTrue(made.out().contains("3 documents") && made.out().contains("encoder bm25") && made.out().contains("1 documents have no term"), made.out());
        MainTest.Ran ran = run("search", index, "--queries", folder, "--tag", "t");
        assertEquals(List.of("q1 Q0 d1 1", "q3 Q0 d2 1"), ran.out().lines().map(l -> l.replaceAll(" [0-9.]+ t$", "")).toList());
        assertTrue(ran.err().contains("3 queries (1 without a known term); median"), ran.err());
        Path run = temp.resolve("out.trec");
        assertEquals("", run("search", index, "--queries", folder, "--run", run, "--exact", "--tag", "t").out());
        assertEquals(ran.out(), Files.readString(run));
        assertTrue(run("search", index, "pruning").out().contains("Pruning networks Most weights"), "title and text are shown");
        try (SparseIndex opened = SparseIndex.open(index)) { // as README has it
            TextEncoding bm25 = Bm25.load(opened.encoding().orElseThrow(), LuceneAnalysis::named);
            assertEquals(List.of("d1"), opened.search(bm25.query("how are networks pruned"), 10).stream().map(Hit::id).toList());
        }
        List<String> events = run("search", index, "--queries", folder, "--json").out().lines().toList();
        assertEquals(4, events.size());
        assertEquals("d1", JSON.readTree(events.getFirst()).at("/hits/0/id").asText());
        assertEquals(1, JSON.readTree(events.getLast()).get("without_known_terms").asInt());
        Files.writeString(folder.resolve("corpus.jsonl"), "{\"_id\": \"d 4\", \"text\": \"boil a xyzzy\"}\n");
        MainTest.Ran appended = run("index", index, "--append", "--corpus", folder);
        assertTrue(appended.out().contains("1 new terms joined the vocabulary"), appended.out() + appended.err());
        assertEquals("d 4", json("search", index, "xyzzy").at("/hits/0/id").asText());
        fault("document: found \"d 4\", expected no space in it", "search", index, "--queries", folder, "--run", temp.resolve("no.trec"));
        assertFalse(Files.exists(temp.resolve("no.trec")));
    }

    @Test
    void wrongTurnsAreOneLineAndLeaveNothing() throws IOException {
        Path index = temp.resolve("w.index");
        Path good = file("good.jsonl", "{\"id\": \"a\", \"vector\": {\"x\": 1}}\n");
        fault("found nothing to do, expected --corpus, --delete or --merge", "index", index);
        fault("there is no such file or folder", "index", index, "--corpus", temp.resolve("none"));
        fault("which is neither a known name nor a folder - did you mean vectors?", "index", index, "--corpus", good, "--encoder", "vektors");
        fault("no analyzer is called", "index", index, "--corpus", file("t.tsv", "1\tx\n"), "--analyzer", "klingon");
        fault("line 2: found no \"vector\"", "index", index, "--corpus", file("mixed.jsonl", "{\"id\": \"a\", \"vector\": {}}\n{\"id\": \"b\", \"text\": \"x\"}\n"));
        fault("line 2: found the id a a second time", "index", index, "--corpus", file("twice.jsonl", "{\"id\": \"a\", \"vector\": {}}\n{\"id\": \"a\", \"vector\": {}}\n"));
        fault("line 1: found the token \"y\" beyond a vocabulary of 1", "index", index, "--corpus", file("big.jsonl", "{\"id\": \"a\", \"vector\": {\"x\": 1, \"y\": 1}}\n"), "--vocabulary", 1);
        fault("found no document", "index", index, "--corpus", file("empty.jsonl", "\n"), "--encoder", "vectors");
        fault("no document of the corpus holds a word", "index", index, "--corpus", temp.resolve("empty.jsonl"));
        fault("--energy: found 2.0, expected a number above 0 and at most 1", "index", index, "--corpus", good, "--energy", 2);
        fault("--neighbours: found 65, expected 0 to 64", "index", index, "--corpus", good, "--neighbours", 65);
        fault("--exact-below: found -1, expected 0 or more", "index", index, "--corpus", good, "--exact-below", -1);
        fault("found it without --append", "index", index, "--corpus", good, "--update");
        fault("holds no index", "index", index, "--corpus", good, "--append");
        fault("holds no index", "index", index, "--merge");
        fault("holds no index", "search", index, "x");
        assertFalse(Files.exists(index), "nothing is left of what failed");
        assertEquals(0, run("index", index, "--corpus", good).code());
        fault("holds an index already; add to it with --append", "index", index, "--corpus", good);
        fault("--encoder: an index keeps the encoder", "index", index, "--corpus", good, "--append", "--encoder", "bm25");
        fault("--exact-below: an index keeps the settings", "index", index, "--corpus", good, "--append", "--exact-below", 3);
        fault("--share: an index keeps the settings", "index", index, "--merge", "--share", 0.5);
        fault("found neither a text nor --queries", "search", index);
        fault("found it without --queries", "search", index, "x", "--run", "y");
        fault("--budget: found much, expected", "search", index, "x", "--budget", "much");
        fault("--budget: found it beside --exact", "search", index, "x", "--budget", "3", "--exact");
        fault("-k: found 0, expected at least 1", "search", index, "x", "-k", 0);
        fault("the query: found token \"x\" with the weight -1", "search", index, "{\"x\": -1}");
        fault("found no query", "search", index, "--queries", file("none.tsv", "\n"));
        assertEquals(0, run("search", index, "x", "--budget", "3:0.5").code());
        Path vectors = index.resolve("segment-1/vectors.safetensors");
        byte[] bytes = Files.readAllBytes(vectors);
        bytes[bytes.length / 2] ^= 1;
        Files.write(vectors, bytes);
        fault(vectors + ": has the checksum", "search", index, "x");
        fault(vectors + ": has the checksum", "inspect", index);
    }
}
