package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextTokenizerTest {

    private static final String JSON = new String(TinyEncoder.TOKENIZER, StandardCharsets.UTF_8);

    @Test
    void textBecomesIdsWithSpecialTokensAndWithoutPadding() {
        try (TextTokenizer t = open(JSON, 100)) {
            assertArrayEquals(new int[] {2, 5, 6, 7, 9, 4, 10, 8, 3}, t.ids("Trees GROW in a rain."));
            assertArrayEquals(new int[] {2, 3}, t.ids(""));
            assertArrayEquals(new int[] {2, 1, 3}, t.ids("zebra"));
            assertArrayEquals(new int[] {2, 4, 1, 5, 3}, t.ids("a \ud800\u0000 tree"));
        }
    }

    @Test
    void longTextsAreCutToTheLongestLength() {
        try (TextTokenizer t = open(JSON, 5)) {
            assertArrayEquals(new int[] {2, 4, 4, 4, 3}, t.ids("a ".repeat(1000)));
            assertEquals(5, t.maxTokens());
        }
        Fault.of(() -> open(JSON, 2), "at least 3");
    }

    @Test
    void manyThreadsShareOneTokenizer() {
        try (TextTokenizer t = open(JSON, 50)) {
            int[] expected = t.ids("a tree in rain");
            IntStream.range(0, 2000).parallel().forEach(i -> assertArrayEquals(expected, t.ids("a tree in rain")));
        }
    }

    @Test
    void bertProcessingMeansTheSame() {
        String json = JSON.replaceFirst("(?s)\"post_processor\".*\"decoder\"",
                "\"post_processor\": {\"type\": \"BertProcessing\", \"sep\": [\"[SEP]\", 3], \"cls\": [\"[CLS]\", 2]}, \"decoder\"");
        try (TextTokenizer t = open(json, 50)) {
            assertArrayEquals(new int[] {2, 4, 5, 3}, t.ids("a tree"));
        }
    }

    @Test
    void idsBeyondTheEmbeddingAreRefused() {
        Fault.of(() -> open(JSON.replace("\"rain\": 10", "\"rain\": 11"), 10), "\"rain\"", "expected 0 to 10");
    }

    @Test
    void aClosedTokenizerSaysSo() {
        TextTokenizer t = open(JSON, 50);
        t.close();
        t.close();
        assertThrows(IllegalStateException.class, () -> t.ids("a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "[]", "{}", "{\"model\":{\"type\":\"BPE\"}}", "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{}}}",
        "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":-1}}}", "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":99999999999}}}",
        "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":0}}}", "\u0000\u0001"})
    void aBrokenTokenizerFileIsOneLine(String json) {
        Fault.of(() -> open(json, 10), "file.json");
    }

    private static TextTokenizer open(String json, int maxTokens) {
        return TextTokenizer.of("file.json", json.getBytes(StandardCharsets.UTF_8), 11, maxTokens);
    }
}
