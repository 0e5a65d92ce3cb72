package dev.filigree.io;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/** A vocabulary of byte pairs that was learned: the token that begins and ends a text, the 256 bytes, and what was joined, in order. */
public final class BytePairs {

    /** Begins and ends a text, as GPT-2 has it (Radford et al. 2019). */
    static final String END = "<|endoftext|>";
    private static final int BYTES = 256;

    private final List<byte[]> tokens = new ArrayList<>();
    private final SequencedSet<Merge> merges = new LinkedHashSet<>();
    private final Map<String, Integer> ids = new HashMap<>(); // by their printed form

    BytePairs() {
        tokens.add(new byte[0]);
        for (int b = 0; b < BYTES; b++) {
            add(new byte[] {(byte) b});
        }
    }

    public int size() {
        return tokens.size();
    }

    int ofByte(byte b) {
        return 1 + (b & 0xff);
    }

    byte[] bytes(int id) {
        return tokens.get(id);
    }

    /** Two ids that are joined. */
    record Merge(int left, int right) {
    }

    /** What is joined, the first first. */
    SequencedSet<Merge> merges() {
        return merges;
    }

    /** Joins two tokens; two pairs may give the same token, which then is one, and after that a pair may come again. */
    int merge(int left, int right) {
        merges.add(new Merge(left, right));
        byte[] a = tokens.get(left);
        byte[] b = tokens.get(right);
        byte[] joined = new byte[a.length + b.length];
        System.arraycopy(a, 0, joined, 0, a.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        Integer known = ids.get(printed(joined));
        return known != null ? known : add(joined);
    }

    private int add(byte[] bytes) {
        tokens.add(bytes);
        ids.put(printed(bytes), tokens.size() - 1);
        return tokens.size() - 1;
    }

    /** As Hugging Face stores it. */
    public TokenizerFile file() {
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        vocabulary.put(END, 0);
        for (int i = 1; i < size(); i++) {
            vocabulary.put(printed(tokens.get(i)), i);
        }
        Map<String, Object> model = ordered("type", "BPE");
        for (String absent : List.of("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix")) {
            model.put(absent, null);
        }
        model.put("fuse_unk", false);
        model.put("byte_fallback", false);
        model.put("vocab", vocabulary);
        model.put("merges", merges.stream().map(m -> printed(tokens.get(m.left)) + " " + printed(tokens.get(m.right))).toList());
        Map<String, Object> all = ordered("version", "1.0", "truncation", null, "padding", null, "added_tokens", List.of(special()), "normalizer", null,
                "pre_tokenizer", byteLevel(), "post_processor", template(), "decoder", byteLevel(), "model", model);
        return new TokenizerFile(ModelFolder.TOKENIZER, Json.indented(all), 0, List.of(0));
    }

    private static Map<String, Object> special() {
        Map<String, Object> token = ordered("id", 0, "content", END);
        for (String no : List.of("single_word", "lstrip", "rstrip", "normalized")) {
            token.put(no, false);
        }
        token.put("special", true);
        return token;
    }

    /** Says that a text begins with that token. */
    private static Map<String, Object> template() {
        List<Object> single = List.of(Map.of("SpecialToken", ordered("id", END, "type_id", 0)), Map.of("Sequence", ordered("id", "A", "type_id", 0)));
        List<Object> pair = List.of(single.get(0), single.get(1), Map.of("Sequence", ordered("id", "B", "type_id", 1)));
        Map<String, Object> all = ordered("type", "TemplateProcessing", "single", single);
        all.put("pair", pair);
        all.put("special_tokens", Map.of(END, ordered("id", END, "ids", List.of(0), "tokens", List.of(END))));
        return all;
    }

    private static Map<String, Object> ordered(Object... namesAndValues) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            all.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return all;
    }

    private static Map<String, Object> byteLevel() {
        return ordered("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", true);
    }

    private static String printed(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append(ByteLevel.character(b & 0xff));
        }
        return text.toString();
    }
}
