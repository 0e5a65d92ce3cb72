package dev.filigree.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimingsFileTest {

    private static final Map<String, Map<Integer, Reading>> READINGS = Map.of("csr", Map.of(16, new Reading(41.5, 0.03, 900), 64, new Reading(38, 0, 900)));

    @TempDir
    Path folder;

    private Path file;
    private final List<String> said = new ArrayList<>();

    @BeforeEach
    void name() {
        file = folder.resolve("cache/timings.json");
    }

    private TimingsFile open(String machine, boolean fresh) {
        return TimingsFile.open(file, machine, fresh, said::add);
    }

    private void keep(String machine, String key) {
        TimingsFile t = open(machine, false);
        t.keep(key, READINGS);
        t.save();
    }

    @Test
    void whatOneProcessMeasuredAnotherFinds() {
        keep("here", "384x384");
        assertEquals(Optional.of(READINGS), open("here", false).find("384x384"));
        assertEquals(Optional.empty(), open("here", false).find("384x1536"));
        assertEquals(List.of(), said);
    }

    @Test
    void machinesShareTheFileButNotTheTimes() {
        keep("here", "k");
        assertEquals(Optional.empty(), open("there", false).find("k"));
        keep("there", "other");
        assertEquals(Optional.of(READINGS), open("here", false).find("k"), "the other machine's are still there");
    }

    @Test
    void freshFindsOnlyWhatItMeasures() {
        keep("here", "k");
        TimingsFile fresh = open("here", true);
        assertEquals(Optional.empty(), fresh.find("k"));
        Map<String, Map<Integer, Reading>> now = Map.of("csr", Map.of(16, new Reading(1, 0, 900)));
        fresh.keep("k", now);
        assertEquals(Optional.of(now), fresh.find("k"));
        fresh.save();
        assertEquals(Optional.of(now), open("here", false).find("k"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "null", "[1]", "{\"format\": \"filigree timings 2\", \"times\": {}}", "{\"format\": \"filigree timings 1\"}",
        "{\"format\": \"filigree timings 1\", \"times\": [3]}"})
    void aMalformedOrForeignFileIsOneLineAndReplaced(String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        keep("here", "k");
        assertEquals(1, said.size(), said.toString());
        assertTrue(said.getFirst().startsWith(file.toString()) && said.getFirst().lines().count() == 1, said.toString());
        assertEquals(Optional.of(READINGS), open("here", false).find("k"));
        assertEquals(1, said.size(), "now it is sound");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "{\"csr\": 1}", "{\"csr\": {\"16\": [1, 0]}}", "{\"csr\": {\"16\": [-1, 0, 9]}}", "{\"csr\": {\"x\": [1, 0, 9]}}",
        "{\"csr\": {\"16\": [\"NaN\", 0, 9]}}", "{\"csr\": {\"99999999999\": [1, 0, 9]}}"})
    void aMalformedTimeIsMeasuredAgain(String group) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "{\"format\": \"filigree timings 1\", \"times\": {\"here; k\": " + group + "}}");
        assertTrue(open("here", false).find("k").orElse(Map.of()).isEmpty());
        keep("here", "k");
        assertEquals(Optional.of(READINGS), open("here", false).find("k"));
    }

    @Test
    void theFileStaysBoundedAndTheOldestMakeRoom() throws IOException {
        TimingsFile t = open("here", false);
        for (int i = 0; i < 3000; i++) {
            t.keep("k" + i, READINGS);
        }
        t.keep("k5", READINGS); // measured again: no longer old
        t.save();
        TimingsFile again = open("here", false);
        assertEquals(Optional.empty(), again.find("k4"));
        assertEquals(Optional.of(READINGS), again.find("k5"));
        assertEquals(Optional.of(READINGS), again.find("k2999"));
        assertTrue(Files.size(file) < 1 << 20);
    }

    @Test
    void nothingMeasuredNothingWritten() {
        open("here", false).save();
        assertFalse(Files.exists(file.getParent()));
    }

    @Test
    void aFolderThatCannotBeWrittenIsOneLine() throws IOException {
        Files.writeString(file.getParent(), "a file where the folder should be");
        keep("here", "k");
        assertEquals(1, said.size(), said.toString());
        assertTrue(said.getFirst().startsWith("measured times are not kept: "), said.toString());
    }
}
