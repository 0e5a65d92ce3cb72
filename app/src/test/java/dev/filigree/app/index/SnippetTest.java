package dev.filigree.app.index;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SnippetTest {

    @Test
    void theBestPartIsShown() {
        String text = "Nothing of use is said here for a long while. " + "Later networks are pruned,\nand most weights go away. And so on and on.";
        assertEquals("... while. Later networks are pruned ...", Snippet.of(text, Map.of("prune", 0.6, "network", 0.4), 34));
        assertEquals("Nothing of use is said ...", Snippet.of(text, Map.of("absent", 1.0), 22));
        assertEquals("short", Snippet.of("short", Map.of("short", 1.0), 100));
        assertEquals("?!", Snippet.of("?!", Map.of(), 100));
        assertEquals("", Snippet.of("", Map.of(), 100));
    }

    @Test
    void piecesOfWordsCount() {
        assertEquals("... embeddings ...", Snippet.of("a b c d e f embeddings g h i j", Map.of("##embed", 1.0), 10));
    }
}
