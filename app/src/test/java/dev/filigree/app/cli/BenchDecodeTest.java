package dev.filigree.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** {@code filigree bench decode} on a tiny shape: everything runs and is reported; how fast is not judged here. */
class BenchDecodeTest {

    @Test
    void everyContestantIsMeasuredBesideItsLimit() throws IOException {
        MainTest.Ran ran = MainTest.run("bench", "decode", "--shape", "tiny", "--quick", "--threads", "2", "--no-peers", "--json");
        assertEquals(0, ran.code(), ran.err());
        JsonNode found = new ObjectMapper().readTree(ran.out());
        assertEquals(3 * 3 * 2, found.path("decode").size(), ran.out());
        assertEquals(3 * 2, found.path("prompt").size());
        assertTrue(found.path("figures").size() > 0);
        found.path("figures").forEach(f -> assertTrue(f.path("reached").asDouble() > 0, f.toString()));
        found.path("inputs_zero").forEach(share -> assertEquals(0.5, share.asDouble(), 0.15));
        assertEquals(3, found.path("inputs_zero").size());
    }

    @Test
    void faultsAreOneLine() {
        for (String[] bad : new String[][] {{"--shape", "huge"}, {"--layers", "99"}, {"--rounds", "0"}}) {
            MainTest.Ran ran = MainTest.run("bench", "decode", "--no-peers", bad[0], bad[1]);
            assertTrue(ran.code() != 0 && ran.err().contains(bad[0]) && ran.err().strip().lines().count() == 1, ran.err());
        }
    }
}
