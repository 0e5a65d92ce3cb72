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

    @Test
    void faultsAreOneLine() {
        for (String[] bad : new String[][] {{"--documents", "many"}, {"--documents", "11m"}, {"--rounds", "0"}}) {
            MainTest.Ran ran = MainTest.run("bench", "retrieve", bad[0], bad[1]);
            assertTrue(ran.code() != 0 && ran.err().contains(bad[0]) && ran.err().strip().lines().count() == 1, ran.err());
        }
    }
}
