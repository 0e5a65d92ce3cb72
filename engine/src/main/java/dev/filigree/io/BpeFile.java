package dev.filigree.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filigree.base.UserError;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * A {@code tokenizer.json} of byte pairs, checked field by field and written anew, for native code ends the process when a file contradicts itself.
 * Two families are known: bytes that are written as characters (GPT-2, Llama 3), and spaces that are written as \u2581 (Llama 2).
 *
 * @param json     the sound file
 * @param bytes    what each token stands for; nothing for special ones and for ids without a token
 * @param spaced   whether a space is put before a text, and taken away again
 * @param template the id that the file puts before a text; -1 for none
 * @param unknown  bytes that no token holds
 * @param tokens   ids of the tokens that are cut out of a text before anything else
 */
record BpeFile(String json, byte[][] bytes, boolean spaced, int template, BitSet unknown, Map<String, Integer> tokens) {

    /** Embeddings are often a little longer than the vocabulary, for the sake of round numbers. */
    private static final int MOST_UNUSED = 1024;

    static BpeFile checked(String source, byte[] json, int vocabularySize) {
        return new Reader(source, Json.object(source, json), vocabularySize).read();
    }

    /** The id of a token that was added to the vocabulary; -1 where it was not. */
    int added(String content) {
        return tokens.getOrDefault(content, -1);
    }

    private static final class Reader {

        private static final JsonNodeFactory NEW = JsonNodeFactory.instance;
        private static final int LONGEST_TOKEN = 1000;

        private final String source;
        private final JsonNode file;
        private final int size;
        private final CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
        private final Map<String, Integer> vocabulary = new HashMap<>();
        private final Map<String, Integer> added = new HashMap<>();
        private final BitSet used = new BitSet();

        Reader(String source, JsonNode file, int size) {
            this.source = source;
            this.file = file;
            this.size = size;
        }

        BpeFile read() {
            ObjectNode out = NEW.objectNode();
            out.put("version", "1.0");
            out.putNull("truncation");
            out.putNull("padding");
            ObjectNode model = model();
            out.set("added_tokens", addedTokens());
            TextSplitting splitting = TextSplitting.of(source, file);
            out.set("normalizer", splitting.normalizer());
            out.set("pre_tokenizer", splitting.preTokenizer());
            out.putNull("post_processor"); // what stands before a text is told apart
            out.putNull("decoder");
            out.set("model", model);
            if (size - used.cardinality() > MOST_UNUSED) {
                throw broken("has " + used.cardinality() + " tokens, and the model has embeddings of " + size);
            }
            BitSet unknown = new BitSet();
            if (splitting.byteLevel()) {
                for (int b = 0; b < 256; b++) {
                    unknown.set(b, !vocabulary.containsKey(String.valueOf(ByteLevel.character(b))));
                }
            }
            return new BpeFile(out.toString(), bytes(splitting.byteLevel(), model.get("byte_fallback").booleanValue()), splitting.spaced(), template(), unknown, added);
        }

        private ObjectNode model() {
            JsonNode model = file.path("model");
            JsonNode vocab = model.path("vocab");
            if (!model.path("type").asText(model.has("merges") ? "BPE" : "").equals("BPE")) {
                throw unsupported("is of type " + Faults.quote(model.path("type").asText("none")), "expected BPE, as language models have");
            }
            if (!vocab.isObject() || vocab.isEmpty()) {
                throw broken("has no vocabulary");
            }
            vocab.properties().forEach(e -> {
                requireToken(e.getKey());
                take(e.getKey(), e.getValue());
                vocabulary.put(e.getKey(), e.getValue().intValue());
            });
            for (String field : new String[] {"continuing_subword_prefix", "end_of_word_suffix"}) {
                if (!model.path(field).asText("").isEmpty() && !model.path(field).isNull()) {
                    throw unsupported("has the " + field + " " + Faults.quote(model.path(field).asText()), "expected none");
                }
            }
            if (model.path("dropout").asDouble(0) != 0) {
                throw unsupported("drops pairs at random", "expected dropout 0");
            }
            ObjectNode out = NEW.objectNode();
            out.put("type", "BPE");
            out.putNull("dropout");
            JsonNode unknown = model.path("unk_token");
            if (unknown.isTextual() && vocabulary.containsKey(unknown.textValue())) {
                out.set("unk_token", unknown);
            } else if (unknown.isMissingNode() || unknown.isNull() || unknown.asText("").isEmpty()) {
                out.putNull("unk_token");
            } else {
                throw broken("has no token for unknown characters, " + Faults.quote(unknown.asText()));
            }
            out.putNull("continuing_subword_prefix");
            out.putNull("end_of_word_suffix");
            for (String flag : new String[] {"fuse_unk", "byte_fallback", "ignore_merges"}) {
                out.put(flag, model.path(flag).asBoolean(false));
            }
            out.set("vocab", vocab);
            out.set("merges", merges(model.path("merges")));
            return out;
        }

        /** Pairs, as lists of two or as text with a space between. */
        private ArrayNode merges(JsonNode merges) {
            if (!merges.isArray()) {
                throw broken("has no list of merges");
            }
            ArrayNode out = NEW.arrayNode();
            for (JsonNode m : merges) {
                String text = m.asText("");
                int space = text.indexOf(' ');
                String left = m.isArray() ? m.path(0).asText("") : text.substring(0, Math.max(0, space));
                String right = m.isArray() ? m.path(1).asText("") : text.substring(space + 1);
                if (text.startsWith("#version") && space > 0 && out.isEmpty()) {
                    continue;
                }
                if (left.isEmpty() || right.isEmpty() || m.isArray() && m.size() != 2
                        || !vocabulary.containsKey(left) || !vocabulary.containsKey(right) || !vocabulary.containsKey(left + right)) {
                    throw broken("merges " + Faults.quote(m.isArray() ? m.toString() : text) + ", expected two tokens that together are one");
                }
                out.add(NEW.arrayNode().add(left).add(right));
            }
            return out;
        }

        /** They have the id that the vocabulary gives them, or else the next one behind it: native code counts so, whatever the file says. */
        private ArrayNode addedTokens() {
            ArrayNode out = NEW.arrayNode();
            JsonNode tokens = file.path("added_tokens");
            if (!tokens.isArray() && !tokens.isMissingNode() && !tokens.isNull()) {
                throw broken("has added_tokens that are no list");
            }
            int next = vocabulary.size();
            for (JsonNode t : tokens) {
                String content = t.path("content").asText("");
                requireToken(content);
                boolean known = vocabulary.containsKey(content);
                if (!known) {
                    take(content, t.path("id"));
                }
                int id = known ? vocabulary.get(content) : next++;
                if (content.isEmpty() || added.containsKey(content) || !t.path("id").isInt() || t.path("id").intValue() != id) {
                    throw broken("adds the token " + Faults.quote(content) + " with the id " + Faults.quote(t.path("id").toString()) + ", expected it once, with " + id);
                }
                added.put(content, id);
                ObjectNode token = NEW.objectNode();
                token.put("id", id);
                token.put("content", content);
                WordPieceFile.TOKEN_FLAGS.forEach(flag -> token.put(flag, t.path(flag).asBoolean(false)));
                out.add(token);
            }
            return out;
        }

        private byte[][] bytes(boolean byteLevel, boolean fallback) {
            byte[][] out = new byte[size][];
            Arrays.fill(out, new byte[0]);
            vocabulary.forEach((text, id) -> out[id] = byteLevel ? ByteLevel.bytes(text) : spaced(text, fallback));
            for (JsonNode t : file.path("added_tokens")) {
                String content = t.path("content").textValue();
                out[added.get(content)] = t.path("special").asBoolean(false) ? new byte[0] : content.getBytes(StandardCharsets.UTF_8);
            }
            return out;
        }

        private static byte[] spaced(String text, boolean fallback) {
            if (fallback && text.matches("<0x[0-9A-F]{2}>")) {
                return new byte[] {(byte) Integer.parseInt(text.substring(3, 5), 16)};
            }
            return text.replace('\u2581', ' ').getBytes(StandardCharsets.UTF_8);
        }

        /** The special token that the template, alone or in a sequence, puts before a text. */
        private int template() {
            JsonNode p = file.path("post_processor");
            for (JsonNode one : p.path("type").asText("").equals("Sequence") ? p.path("processors") : NEW.arrayNode().add(p)) {
                JsonNode first = one.path("single").path(0).path("SpecialToken");
                if (one.path("type").asText("").equals("TemplateProcessing") && first.isObject()) {
                    JsonNode ids = one.path("special_tokens").path(first.path("id").asText("")).path("ids");
                    if (ids.size() != 1 || !ids.path(0).isInt() || ids.path(0).intValue() < 0 || ids.path(0).intValue() >= size) {
                        throw broken("puts " + Faults.quote(ids.toString()) + " before a text, expected one token, 0 to " + (size - 1));
                    }
                    return ids.path(0).intValue();
                }
            }
            return -1;
        }

        /** Tokens reach native code as text: they must be whole characters, and short. */
        private void requireToken(String token) {
            if (token.length() > LONGEST_TOKEN || !utf8.canEncode(token)) {
                throw broken("holds the impossible token " + Faults.quote(token));
            }
        }

        private void take(String token, JsonNode id) {
            if (!id.isInt() || id.intValue() < 0 || id.intValue() >= size || used.get(id.intValue())) {
                throw broken("gives the token " + Faults.quote(token) + " the id " + Faults.quote(id.toString()) + ", expected one of its own from 0 to " + (size - 1));
            }
            used.set(id.intValue());
        }

        private UserError broken(String found) {
            return Faults.corrupt(source, "its tokenizer " + found);
        }

        private UserError unsupported(String found, String expected) {
            return Faults.unsupported(source, "its tokenizer " + found, expected);
        }
    }
}
