package dev.filigree.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filigree.base.UserError;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A {@code tokenizer.json} of a BERT-family encoder, checked field by field and written anew. The native tokenizer ends
 * the process when a file contradicts itself, so it only ever sees what comes out of here: a WordPiece model, the BERT
 * normaliser and word splitter, and [CLS] text [SEP].
 */
final class WordPieceFile {

    private static final JsonNodeFactory NEW = JsonNodeFactory.instance;
    private static final int LONGEST_WORD = 1000;
    private static final int LONGEST_TOKEN = 1000;
    static final List<String> TOKEN_FLAGS = List.of("single_word", "lstrip", "rstrip", "normalized", "special");

    private final String source;
    private final JsonNode file;
    private final int vocabularySize;
    private final CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();

    private WordPieceFile(String source, JsonNode file, int vocabularySize) {
        this.source = source;
        this.file = file;
        this.vocabularySize = vocabularySize;
    }

    /**
     * A sound tokenizer file with the meaning of {@code json}, without padding and truncation.
     *
     * @param vocabularySize ids must be below this: the rows of the word embedding
     */
    static String checked(String source, byte[] json, int vocabularySize) {
        return new WordPieceFile(source, Json.object(source, json), vocabularySize).rebuilt().toString();
    }

    /** The token of each id below {@code size}; an id without one has its number in angle brackets. */
    static List<String> tokens(String source, byte[] json, int size) {
        WordPieceFile file = new WordPieceFile(source, Json.object(source, json), size);
        String[] tokens = new String[size];
        JsonNode vocab = file.model().get("vocab");
        for (Map.Entry<String, JsonNode> e : vocab.properties()) {
            int id = e.getValue().intValue();
            if (tokens[id] != null) {
                throw file.broken("gives the tokens " + Faults.quote(tokens[id]) + " and " + Faults.quote(e.getKey()) + " the same id " + id);
            }
            tokens[id] = e.getKey();
        }
        for (int id = 0; id < size; id++) {
            for (String name = "<" + id + ">"; tokens[id] == null; name = "<" + name + ">") {
                tokens[id] = vocab.has(name) ? null : name;
            }
        }
        return List.of(tokens);
    }

    private ObjectNode rebuilt() {
        ObjectNode out = NEW.objectNode();
        out.put("version", "1.0");
        out.putNull("truncation");
        out.putNull("padding");
        ObjectNode model = model();
        JsonNode vocab = model.get("vocab");
        out.set("added_tokens", addedTokens(vocab));
        out.set("normalizer", normalizer());
        out.set("pre_tokenizer", preTokenizer());
        out.set("post_processor", postProcessor());
        out.putNull("decoder");
        out.set("model", model);
        return out;
    }

    private ObjectNode model() {
        JsonNode model = file.path("model");
        String type = model.path("type").asText("");
        if (!type.equals("WordPiece")) {
            throw unsupported("is of type " + Faults.quote(type), "expected WordPiece, as BERT-family encoders have");
        }
        JsonNode vocab = model.path("vocab");
        if (!vocab.isObject() || vocab.isEmpty()) {
            throw broken("has no vocabulary");
        }
        vocab.properties().forEach(e -> {
            requireToken(e.getKey());
            requireId(e.getValue(), e.getKey());
        });
        String unknown = model.path("unk_token").asText("[UNK]");
        if (!vocab.has(unknown)) {
            throw broken("has no token for unknown words, " + Faults.quote(unknown));
        }
        int longest = model.path("max_input_chars_per_word").asInt(100);
        if (longest < 1 || longest > LONGEST_WORD) {
            throw broken("says max_input_chars_per_word " + longest + ", expected 1 to " + LONGEST_WORD);
        }
        String prefix = model.path("continuing_subword_prefix").asText("##");
        requireToken(prefix);
        ObjectNode out = NEW.objectNode();
        out.put("type", type);
        out.put("unk_token", unknown);
        out.put("continuing_subword_prefix", prefix);
        out.put("max_input_chars_per_word", longest);
        out.set("vocab", vocab);
        return out;
    }

    /** Tokens that are cut out of a text before anything else; they must agree with the vocabulary. */
    private ArrayNode addedTokens(JsonNode vocab) {
        ArrayNode out = NEW.arrayNode();
        JsonNode tokens = file.path("added_tokens");
        if (!tokens.isArray() && !tokens.isMissingNode() && !tokens.isNull()) {
            throw broken("has added_tokens that are no list");
        }
        for (JsonNode t : tokens) {
            String content = t.path("content").asText("");
            requireToken(content);
            requireId(t.path("id"), content);
            if (content.isEmpty() || !t.path("id").equals(vocab.path(content))) {
                throw broken("adds the token " + Faults.quote(content) + " with an id that the vocabulary does not give it");
            }
            ObjectNode token = NEW.objectNode();
            token.set("id", t.path("id"));
            token.put("content", content);
            TOKEN_FLAGS.forEach(flag -> token.put(flag, t.path(flag).asBoolean(false)));
            out.add(token);
        }
        return out;
    }

    private JsonNode normalizer() {
        JsonNode n = requireType("normalizer", "BertNormalizer");
        ObjectNode out = NEW.objectNode();
        out.put("type", "BertNormalizer");
        out.put("clean_text", n.path("clean_text").asBoolean(true));
        out.put("handle_chinese_chars", n.path("handle_chinese_chars").asBoolean(true));
        if (n.path("strip_accents").isBoolean()) {
            out.set("strip_accents", n.path("strip_accents"));
        } else {
            out.putNull("strip_accents"); // follows lowercase
        }
        out.put("lowercase", n.path("lowercase").asBoolean(true));
        return out;
    }

    private JsonNode preTokenizer() {
        requireType("pre_tokenizer", "BertPreTokenizer");
        return NEW.objectNode().put("type", "BertPreTokenizer");
    }

    private JsonNode requireType(String part, String expected) {
        JsonNode n = file.path(part);
        if (!n.path("type").asText("").equals(expected)) {
            throw unsupported("has the " + part + " " + Faults.quote(n.path("type").asText("none")), "expected " + expected);
        }
        return n;
    }

    /** [CLS] text [SEP], which files describe as a template or as a BertProcessing. */
    private ObjectNode postProcessor() {
        JsonNode p = file.path("post_processor");
        List<Special> specials = switch (p.path("type").asText("")) {
            case "BertProcessing" -> List.of(special(p.path("cls").path(0), p.path("cls").path(1)), special(p.path("sep").path(0), p.path("sep").path(1)));
            case "TemplateProcessing" -> fromTemplate(p);
            default -> throw unsupported("has the post_processor " + Faults.quote(p.path("type").asText("none")),
                    "expected TemplateProcessing or BertProcessing");
        };
        ObjectNode out = NEW.objectNode();
        out.put("type", "BertProcessing");
        out.set("sep", specials.get(1).pair());
        out.set("cls", specials.get(0).pair());
        return out;
    }

    private record Special(String token, int id) {

        ArrayNode pair() {
            return NEW.arrayNode().add(token).add(id);
        }
    }

    private Special special(JsonNode token, JsonNode id) {
        String text = token.asText("");
        requireToken(text);
        requireId(id, text);
        return new Special(text, id.intValue());
    }

    private List<Special> fromTemplate(JsonNode p) {
        List<Special> specials = new ArrayList<>();
        List<String> shape = new ArrayList<>();
        for (JsonNode piece : p.path("single")) {
            Optional<String> name = piece.properties().stream().map(Map.Entry::getKey).findFirst();
            shape.add(name.orElse(""));
            if (shape.getLast().equals("SpecialToken")) {
                String token = piece.path("SpecialToken").path("id").asText("");
                JsonNode ids = p.path("special_tokens").path(token).path("ids");
                if (ids.size() != 1) {
                    throw broken("gives the special token " + Faults.quote(token) + " " + ids.size() + " ids, expected one");
                }
                specials.add(special(NEW.textNode(token), ids.path(0)));
            }
        }
        if (!shape.equals(List.of("SpecialToken", "Sequence", "SpecialToken"))) {
            throw unsupported("puts " + shape + " around a text", "expected [CLS], text, [SEP]");
        }
        return specials;
    }

    /** Tokens reach native code as text: they must be whole characters, and short. */
    private void requireToken(String token) {
        if (token.length() > LONGEST_TOKEN || !utf8.canEncode(token)) {
            throw broken("holds the impossible token " + Faults.quote(token));
        }
    }

    private void requireId(JsonNode id, String token) {
        if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0 || id.intValue() >= vocabularySize) {
            throw broken("gives the token " + Faults.quote(token) + " the id " + Faults.quote(id.toString()) + ", expected 0 to " + (vocabularySize - 1));
        }
    }

    private UserError broken(String found) {
        return Faults.corrupt(source, "its tokenizer " + found);
    }

    private UserError unsupported(String found, String expected) {
        return Faults.unsupported(source, "its tokenizer " + found, expected);
    }
}
