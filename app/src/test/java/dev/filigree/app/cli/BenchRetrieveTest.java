package dev.filigree.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code filigree bench retrieve} on a tiny collection: everything runs and is reported; how fast is not judged here. */
class BenchRetrieveTest {

    @TempDir
    private Path folder;

    @Test
    void everySearcherIsMeasuredOnTheSameVectors() throws IOException {
        Path page = folder.resolve("page.html");
        MainTest.Ran ran = MainTest.run("bench", "retrieve", "--documents", "2k", "--queries", "20", "--rounds", "1", "--threads", "2", "--page", page.toString(), "--json");
        assertEquals(0, ran.code(), ran.err());
        JsonNode found = new ObjectMapper().readTree(ran.out());
        assertEquals(2000, found.path("documents").asInt());
        assertEquals(11 + 5, found.path("searchers").size(), ran.out());
        for (JsonNode s : found.path("searchers")) {
            assertTrue(s.path("recall_10").asDouble() > (s.path("what_runs").asText().startsWith("Seismic") ? 0.5 : 0.97), s.toString());
        }
        assertTrue(found.path("figures").size() >= 9, ran.out());
        assertTrue(Files.readString(page).contains("<svg"));
    }

    /** Vectors of files are measured beside as many made ones; these were made with another seed, so both are alike. */
    @Test
    void vectorsOfFilesStandBesideMadeOnes() throws IOException {
        Path docs = folder.resolve("docs.jsonl");
        assertEquals(0, MainTest.run("--seed", "5", "data", "collection", docs.toString(), "--documents", "1000", "--queries", "30").code());
        MainTest.Ran ran = MainTest.run("bench", "retrieve", "--vectors", docs + "," + folder.resolve("docs.queries.jsonl"), "--rounds", "1", "--no-peers", "--threads", "2", "--json");
        assertEquals(0, ran.code(), ran.err());
        JsonNode found = new ObjectMapper().readTree(ran.out());
        assertEquals(1000, found.path("documents").asInt());
        assertEquals(1000, found.path("made").path("documents").asInt());
        assertEquals(12, found.path("beside").size());
        for (JsonNode row : found.path("beside")) {
            double ratio = row.path("scored").asDouble() / row.path("scored_made").asDouble();
            assertTrue(ratio > 1.0 / 3 && ratio < 3, row.toString());
            assertTrue(row.path("scored").asDouble() <= 1000, row.toString());
        }
    }

    @Test
    void publishedSettingsAreTried() throws IOException {
        MainTest.Ran ran = MainTest.run("bench", "retrieve", "--published", "--documents", "2k", "--queries", "20", "--threads", "2", "--json");
        assertEquals(0, ran.code(), ran.err());
        JsonNode rows = new ObjectMapper().readTree(ran.out());
        assertEquals(5, rows.size());
        assertTrue(rows.get(0).path("here").asDouble() <= rows.get(4).path("here").asDouble(), ran.out());
        assertTrue(rows.get(1).path("scored_here").asDouble() <= rows.get(2).path("scored_here").asDouble(), ran.out());
    }

    @Test
    void faultsAreOneLine() {
        for (String[] bad : new String[][] {{"--documents", "many"}, {"--vectors", "one.jsonl"}, {"--documents", "11m"}, {"--rounds", "0"}}) {
            MainTest.Ran ran = MainTest.run("bench", "retrieve", bad[0], bad[1]);
            assertTrue(ran.code() != 0 && ran.err().contains(bad[0]) && ran.err().strip().lines().count() == 1, ran.err());
        }
    }
}
