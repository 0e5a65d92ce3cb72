package dev.filigree.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.lucene.LuceneAnalysis;
import dev.filigree.retrieve.Bm25;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedTest {

    /** What an encoding of an index makes of texts can be read by all that takes ready vectors. */
    @Test
    void anEncodingOfSparseVectorsGivesAnObjectALine(@TempDir Path folder) throws IOException {
        Bm25 bm25 = Bm25.of(List.of("cats chase mice", "dogs chase cats", "mice eat cheese"), LuceneAnalysis.ENGLISH, Bm25.K1, Bm25.B, 100);
        bm25.save(folder);
        List<String> lines = MainTest.run("embed", folder.toString(), "cats eat", "nothing").out().lines().toList();
        JsonNode first = new ObjectMapper().readTree(lines.getFirst());
        assertEquals("0", first.path("id").asText());
        assertEquals(2, first.path("vector").size());
        assertTrue(first.path("vector").path("cat").asDouble() > 0);
        assertEquals("{\"id\":\"1\",\"vector\":{}}", lines.get(1).replace(" ", ""));
        JsonNode query = new ObjectMapper().readTree(MainTest.run("embed", folder.toString(), "--queries", "cats eat").out());
        assertEquals(bm25.idf(bm25.vocabulary().number("eat").orElseThrow()), query.path("vector").path("eat").asDouble(), 1e-6);

        Path vectors = folder.resolve("vectors.jsonl");
        Files.write(vectors, List.of(lines.getFirst()));
        assertEquals(0, MainTest.run("data", "collection", "--statistics", vectors.toString()).code());
    }
}
