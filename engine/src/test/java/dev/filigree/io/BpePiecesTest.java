package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;

/** Byte pairs of a tokenizer.json: bytes as characters, and spaces as U+2581. */
class BpePiecesTest {

    private static final int END = 256 + 4;

    /** Every byte is the token of its own number; then four merges, and an end. */
    static byte[] byteLevel() {
        List<String> tokens = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            tokens.add(String.valueOf(ByteLevel.character(b)));
        }
        List<List<String>> merges = List.of(List.of("h", "e"), List.of("\u0120", "he"), List.of("l", "l"), List.of("\u00c3", "\u00a9"));
        merges.forEach(m -> tokens.add(m.get(0) + m.get(1)));
        return json(tokens, merges, Map.of("type", "BPE"), Map.of(), Map.of("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", true), Map.of(),
                List.of(Map.of("id", END, "content", "<|endoftext|>", "special", true)));
    }

    /** Llama 2: unknown, begin, end, all bytes, then characters; merges as text. */
    static byte[] spaced() {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        for (int b = 0; b < 256; b++) {
            tokens.add(String.format("<0x%02X>", b));
        }
        tokens.addAll(List.of("\u2581", "a", "b", "ab", "\u2581ab"));
        Map<String, Object> normalizer = Map.of("type", "Sequence", "normalizers", List.of(Map.of("type", "Prepend", "prepend", "\u2581"),
                Map.of("type", "Replace", "pattern", Map.of("String", " "), "content", "\u2581")));
        Map<String, Object> template = Map.of("type", "TemplateProcessing", "single", List.of(Map.of("SpecialToken", Map.of("id", "<s>", "type_id", 0)), Map.of("Sequence", Map.of("id", "A", "type_id", 0))),
                "special_tokens", Map.of("<s>", Map.of("id", "<s>", "ids", List.of(1), "tokens", List.of("<s>"))));
        return json(tokens, List.of("a b", "\u2581 ab"), Map.of("type", "BPE", "unk_token", "<unk>", "fuse_unk", true, "byte_fallback", true), normalizer, Map.of(), template,
                List.of(Map.of("id", 1, "content", "<s>", "special", true), Map.of("id", 2, "content", "</s>", "special", true)));
    }

    private static byte[] json(List<String> tokens, List<?> merges, Map<String, Object> model, Map<String, Object> normalizer, Map<String, Object> splitting, Map<String, Object> around,
                               List<Map<String, Object>> added) {
        Map<String, Integer> vocab = new LinkedHashMap<>();
        tokens.forEach(t -> vocab.put(t, vocab.size()));
        Map<String, Object> all = new LinkedHashMap<>(model);
        all.put("vocab", vocab);
        all.put("merges", merges);
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("version", "1.0");
        file.put("added_tokens", added);
        file.put("normalizer", normalizer.isEmpty() ? null : normalizer);
        file.put("pre_tokenizer", splitting.isEmpty() ? null : splitting);
        file.put("post_processor", around.isEmpty() ? null : around);
        file.put("model", all);
        try {
            return new ObjectMapper().writeValueAsBytes(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static BpePieces pieces(byte[] json, int size) {
        return BpePieces.of("tokenizer.json", new TokenizerFile("tokenizer.json", json), size);
    }

    private static String text(Pieces p, int[] ids) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int id : ids) {
            out.writeBytes(p.bytes(id));
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void bytesAreJoinedInTheOrderOfTheMerges() {
        BpePieces p = pieces(byteLevel(), END + 1);
        assertArrayEquals(new int[] {256, 258, 'o', 257, 259, 0xF0, 0x9F, 0x8C, 0xB3, '\n'}, p.ids("hello he\u00e9\ud83c\udf33\n"), "a space joins the word behind it");
        for (String text : new String[] {"hello he\u00e9\ud83c\udf33\n", "  two  spaces\t\u0000", "don't 12 \u00ad"}) {
            assertEquals(text, text(p, p.ids(text)));
        }
        assertArrayEquals(" he".getBytes(StandardCharsets.UTF_8), p.firstBytes(257), "a space that nobody put there stays");
    }

    @Test
    void beginAndEndComeFromConfigurationOrElseFromUsualNames() {
        BpePieces p = pieces(byteLevel(), END + 1);
        assertEquals(END, p.begin());
        assertTrue(p.ends(END) && !p.ends('a'));
        assertEquals(0, p.bytes(END).length);
        assertArrayEquals(new int[] {'a'}, p.opening("a"), "no template puts it before a text");
        assertArrayEquals(new int[] {END}, p.opening(""), "but nothing else is there to begin with");
        BpePieces told = BpePieces.of("t", new TokenizerFile("tokenizer.json", byteLevel(), 7, List.of(8, 9)), END + 1);
        assertEquals(7, told.begin());
        assertTrue(told.ends(8) && told.ends(9) && !told.ends(END));
        Fault.of(() -> BpePieces.of("t", new TokenizerFile("tokenizer.json", byteLevel(), 7, List.of(END + 1)), END + 1), "t:", "261");
        String none = new String(byteLevel(), StandardCharsets.UTF_8).replace("<|endoftext|>", "<|other|>");
        BpePieces bare = pieces(none.getBytes(StandardCharsets.UTF_8), END + 1);
        assertEquals(-1, bare.begin());
        assertFalse(bare.ends(END));
        Fault.of(() -> bare.opening(""), "prompt", "bos_token_id");
    }

    @Test
    void spacesAreCharactersAndUnknownOnesBecomeBytes() {
        BpePieces p = pieces(spaced(), 264);
        assertArrayEquals(new int[] {263, 259, 260, 3 + 0xC3, 3 + 0xA9}, p.ids("ab a\u00e9"));
        assertEquals(" ab a\u00e9", text(p, p.ids("ab a\u00e9")));
        assertArrayEquals(new int[] {1, 263}, p.opening("ab"));
        assertEquals("ab", new String(p.firstBytes(263), StandardCharsets.UTF_8));
        assertEquals(2, p.end());
    }

    @Test
    void idsWithoutATokenSayNothing() {
        BpePieces p = pieces(spaced(), 300);
        assertEquals(300, p.size());
        assertEquals(0, p.bytes(299).length);
        Fault.of(() -> pieces(spaced(), 264 + 1025), "264 tokens", "1289");
        Fault.of(() -> pieces(spaced(), 263), "263", "0 to 262");
    }

    @Test
    void whatContradictsItselfIsRefused() {
        String good = new String(byteLevel(), StandardCharsets.UTF_8);
        refused(good, "[\"h\",\"e\"]", "[\"h\",\"x\"]", "merges", "x");
        refused(good, "[\"h\",\"e\"]", "[\"h\"]", "merges");
        refused(good, "\"id\":260", "\"id\":261", "<|endoftext|>", "261");
        refused(good, "\"type\":\"BPE\"", "\"type\":\"Unigram\"", "Unigram");
        refused(good, "\"type\":\"ByteLevel\"", "\"type\":\"Punctuation\"", "Punctuation");
        refused(good, "\"pre_tokenizer\":{", "\"pre_tokenizer\":null,\"other\":{", "neither bytes nor spaces");
        refused(good, "\"normalizer\":null", "\"normalizer\":{\"type\":\"Lowercase\"}", "Lowercase");
        refused(good, "\"type\":\"BPE\"", "\"type\":\"BPE\",\"unk_token\":\"<no>\"", "<no>");
        refused(good, "\"type\":\"BPE\"", "\"type\":\"BPE\",\"dropout\":0.1", "random");
        refused(good, "\"pre_tokenizer\":{", "\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a+)+$\"},\"behavior\":\"Isolated\"},\"other\":{", "(a+)+$");
        String hole = good.replaceFirst(",\"z\":122", Matcher.quoteReplacement(""));
        Fault.of(() -> pieces(hole.getBytes(StandardCharsets.UTF_8), END + 1), "<|endoftext|>");
    }

    private static void refused(String good, String part, String bad, String... words) {
        assertTrue(good.contains(part), part);
        Fault.of(() -> pieces(good.replaceFirst(java.util.regex.Pattern.quote(part), Matcher.quoteReplacement(bad)).getBytes(StandardCharsets.UTF_8), END + 1), words);
    }

    @Test
    void patternsOfKnownModelsCutAsTheyDo() {
        String split = "\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}"
                + "| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+\"},\"behavior\":\"Isolated\",\"invert\":false},"
                + "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}]},\"other\":{";
        String llama3 = new String(byteLevel(), StandardCharsets.UTF_8).replace("\"pre_tokenizer\":{", split);
        BpePieces p = pieces(llama3.getBytes(StandardCharsets.UTF_8), END + 1);
        assertArrayEquals(new int[] {257, '!', '\n', 256}, p.ids(" he!\nhe"));
    }
}
