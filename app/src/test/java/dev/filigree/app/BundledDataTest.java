package dev.filigree.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.io.text.Pair;
import dev.filigree.io.text.Sentences;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What SOURCES.md promises about the bundled text, checked on the text. */
class BundledDataTest {

    @Test
    void recoveryTextIsUniqueAndDisjointFromEverythingThatIsMeasured() {
        List<String> recovery = BundledData.recovery();
        List<String> heldOut = BundledData.heldOut();
        List<Pair> dev = BundledData.stsDev();
        assertTrue(recovery.size() >= 50_000, recovery.size() + " sentences");
        assertEquals(1000, heldOut.size());
        assertEquals(1500, dev.size());
        assertEquals(254, BundledData.excludedWhenMade());

        Set<String> keys = new HashSet<>();
        recovery.forEach(s -> assertTrue(keys.add(Sentences.key(s)), s));
        heldOut.forEach(s -> assertTrue(keys.add(Sentences.key(s)), s));
        assertEquals(0, Sentences.exclude(recovery, dev).removed());
        assertEquals(0, Sentences.exclude(heldOut, dev).removed());
    }

    @Test
    void theDevPairsAreTheStsBenchmarks() {
        List<Pair> dev = BundledData.stsDev();
        assertEquals(new Pair(5.0, "A man with a hard hat is dancing.", "A man wearing a hard hat is dancing."),
                dev.getFirst());
        dev.forEach(p -> assertTrue(p.score() >= 0 && p.score() <= 5, p.toString()));
    }

    @Test
    void tokenisationWasUndone() {
        for (String s : BundledData.heldOut()) {
            assertTrue(!s.contains("@") && !s.contains("<unk>") && !s.contains(" ,") && !s.contains(" ."), s);
        }
    }
}
