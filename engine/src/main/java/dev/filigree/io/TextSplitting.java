package dev.filigree.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filigree.base.UserError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a {@code tokenizer.json} of byte pairs does to a text before pairs are joined, checked and written anew. Patterns are taken from a list: native code gives up,
 * and the process with it, where one of a stranger takes too long.
 *
 * @param byteLevel whether bytes become characters, see {@link ByteLevel}
 * @param spaced    whether a space, as \u2581, is put before a text
 */
record TextSplitting(JsonNode normalizer, JsonNode preTokenizer, boolean byteLevel, boolean spaced) {

    private static final JsonNodeFactory NEW = JsonNodeFactory.instance;
    private static final String SPACE = "\u2581";
    private static final String REGEX = "Regex";
    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
    private static final String REST = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    /** GPT-2; Llama 3; Qwen 2. */
    private static final List<String> PATTERNS = List.of("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            CONTRACTIONS + "\\p{N}{1,3}" + REST, CONTRACTIONS + "\\p{N}" + REST);
    /** Numbers of the patterns above by the names that GGUF has for them; -1 for digits one by one and GPT-2's. */
    private static final Map<String, Integer> NAMES = Map.of("default", 0, "gpt-2", 0, "llama-bpe", 1, "qwen2", 2, "smollm", -1, "starcoder", -1);
    private static final List<String> BEHAVIOURS = List.of("Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous");
    private static final List<String> SCHEMES = List.of("always", "first", "never");

    static TextSplitting of(String source, JsonNode file) {
        Reader reader = new Reader(source);
        JsonNode normalizer = reader.sequence(file.path("normalizer"), "normalizers", reader::normalizer);
        JsonNode preTokenizer = reader.sequence(file.path("pre_tokenizer"), "pretokenizers", reader::preTokenizer);
        if (reader.bytes == reader.spaces) {
            throw reader.unsupported("writes neither bytes nor spaces as other characters, or both", "expected the ByteLevel or the " + SPACE + " of a language model");
        }
        return new TextSplitting(normalizer, preTokenizer, reader.bytes, reader.prepends);
    }

    /** The pre-tokenizer to which GGUF gives a name. */
    static Optional<ObjectNode> named(String name) {
        Integer pattern = NAMES.get(name);
        if (pattern == null) {
            return Optional.empty();
        }
        ObjectNode bytes = NEW.objectNode().put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", pattern <= 0);
        if (pattern == 0) {
            return Optional.of(bytes);
        }
        ObjectNode before = pattern < 0 ? NEW.objectNode().put("type", "Digits").put("individual_digits", true) : NEW.objectNode().put("type", "Split");
        if (pattern > 0) {
            before.put("behavior", "Isolated").put("invert", false).putObject("pattern").put(REGEX, PATTERNS.get(pattern));
        }
        ObjectNode out = NEW.objectNode().put("type", "Sequence");
        out.putArray("pretokenizers").add(before).add(bytes);
        return Optional.of(out);
    }

    /** The names that {@link #named} knows. */
    static Set<String> names() {
        return new TreeSet<>(NAMES.keySet());
    }

    /** The name that GGUF has for the pre-tokenizer of a file. */
    static Optional<String> name(String source, JsonNode file) {
        TextSplitting found = of(source, file);
        return names().stream().filter(n -> !n.equals("default") && found.normalizer().isNull() && named(n).orElseThrow().equals(found.preTokenizer())).findFirst();
    }

    /** Copies one part of a file. */
    private interface Part {
        ObjectNode copy(JsonNode part, String type);
    }

    private static final class Reader {

        private final String source;
        private boolean bytes;
        private boolean spaces;
        private boolean prepends;

        Reader(String source) {
            this.source = source;
        }

        private JsonNode sequence(JsonNode part, String list, Part one) {
            if (part.isNull() || part.isMissingNode()) {
                return NEW.nullNode();
            }
            String type = part.path("type").asText("");
            if (!type.equals("Sequence")) {
                return one.copy(part, type);
            }
            ArrayNode parts = NEW.arrayNode();
            for (JsonNode p : part.path(list)) {
                parts.add(one.copy(p, p.path("type").asText("")));
            }
            ObjectNode out = NEW.objectNode();
            out.put("type", type);
            out.set(list, parts);
            return out;
        }

        private ObjectNode normalizer(JsonNode n, String type) {
            ObjectNode out = NEW.objectNode().put("type", type);
            switch (type) {
                case "NFC", "NFKC" -> {
                    // nothing to say about them
                }
                case "Prepend" -> {
                    require(type, n.path("prepend").asText(""), SPACE);
                    prepends = true;
                    out.put("prepend", SPACE);
                }
                case "Replace" -> {
                    require(type, n.path("pattern").path("String").asText(""), " ");
                    require(type, n.path("content").asText(""), SPACE);
                    spaces = true;
                    out.set("pattern", NEW.objectNode().put("String", " "));
                    out.put("content", SPACE);
                }
                default -> throw unsupported("has the normalizer " + Faults.quote(type), "expected NFC, NFKC, Prepend or Replace");
            }
            return out;
        }

        private ObjectNode preTokenizer(JsonNode p, String type) {
            ObjectNode out = NEW.objectNode().put("type", type);
            switch (type) {
                case "ByteLevel" -> {
                    bytes = true;
                    out.put("add_prefix_space", p.path("add_prefix_space").asBoolean(true));
                    out.put("trim_offsets", true);
                    out.put("use_regex", p.path("use_regex").asBoolean(true));
                }
                case "Digits" -> out.put("individual_digits", p.path("individual_digits").asBoolean(false));
                case "Metaspace" -> {
                    require(type, p.path("replacement").asText(SPACE), SPACE);
                    spaces = true;
                    String scheme = p.path("prepend_scheme").asText(p.path("add_prefix_space").asBoolean(true) ? "always" : "never");
                    prepends |= !scheme.equals("never");
                    out.put("replacement", SPACE);
                    out.put("prepend_scheme", oneOf(type, scheme, SCHEMES));
                    out.put("split", p.path("split").asBoolean(true));
                }
                case "Split" -> {
                    boolean text = p.path("pattern").path("String").asText("").equals(" ");
                    out.set("pattern", text ? NEW.objectNode().put("String", " ") : NEW.objectNode().put(REGEX, oneOf("pattern", p.path("pattern").path(REGEX).asText(""), PATTERNS)));
                    out.put("behavior", oneOf(type, p.path("behavior").asText(""), BEHAVIOURS));
                    out.put("invert", p.path("invert").asBoolean(false));
                }
                default -> throw unsupported("has the pre_tokenizer " + Faults.quote(type), "expected ByteLevel, Split, Digits or Metaspace");
            }
            return out;
        }

        private void require(String part, String found, String expected) {
            if (!found.equals(expected)) {
                throw unsupported("has a " + part + " with " + Faults.quote(found), "expected " + Faults.quote(expected));
            }
        }

        private String oneOf(String part, String found, List<String> known) {
            if (!known.contains(found)) {
                throw unsupported("has a " + part + " with " + Faults.quote(found), "expected one of " + known);
            }
            return found;
        }

        private UserError unsupported(String found, String expected) {
            return Faults.unsupported(source, "its tokenizer " + found, expected);
        }
    }
}
