package dev.filigree.io;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The vocabulary of a GGUF file as one of the files that {@link DecoderFolder} knows: scores become a {@code tokenizer.bin}, merges a {@code tokenizer.json}. */
final class GgufTokenizer {

    static final String MODEL = "tokenizer.ggml.model";
    static final String SPLITTING = "tokenizer.ggml.pre";
    static final String TOKENS = "tokenizer.ggml.tokens";
    static final String SCORES = "tokenizer.ggml.scores";
    static final String KINDS = "tokenizer.ggml.token_type";
    static final String MERGES = "tokenizer.ggml.merges";
    static final String BEGIN = "tokenizer.ggml.bos_token_id";
    static final String END = "tokenizer.ggml.eos_token_id";
    static final String BEGINS = "tokenizer.ggml.add_bos_token";
    private static final String SPACED = "tokenizer.ggml.add_space_prefix";

    /** Kinds of tokens. */
    static final int NORMAL = 1;
    static final int UNKNOWN = 2;
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;
    static final int BYTE = 6;

    static final String SPACE = "\u2581";

    private static final JsonNodeFactory NEW = JsonNodeFactory.instance;

    private GgufTokenizer() {
    }

    static TokenizerFile read(GgufHeader h, int vocabulary) {
        List<String> tokens = h.texts(TOKENS);
        if (tokens.size() != vocabulary) {
            throw Faults.corrupt(h.source(), "has embeddings of " + vocabulary + " tokens, and its vocabulary has " + tokens.size());
        }
        int begin = h.has(BEGIN) ? h.integer(BEGIN) : -1;
        List<Integer> ends = h.has(END) ? List.of(h.integer(END)) : List.of();
        String model = h.text(MODEL);
        return switch (model) {
            case "llama" -> new TokenizerFile(Llama2c.TOKENIZER, scored(h, tokens), begin, ends);
            case "gpt2" -> new TokenizerFile(ModelFolder.TOKENIZER, merged(h, tokens, begin), begin, ends);
            default -> throw h.unsupported("has a vocabulary of the kind " + Faults.quote(model), "expected llama or gpt2");
        };
    }

    private static byte[] scored(GgufHeader h, List<String> tokens) {
        float[] scores = h.reals(SCORES);
        if (scores.length != tokens.size() || !h.flag(SPACED, true)) {
            throw h.unsupported("has " + scores.length + " scores for " + tokens.size() + " tokens, and a space before a text: " + h.flag(SPACED, true), "expected one for each, and a space");
        }
        List<byte[]> texts = tokens.stream().map(t -> t.replace(SPACE, " ").getBytes(StandardCharsets.UTF_8)).toList();
        int longest = texts.stream().mapToInt(t -> t.length).max().orElse(0);
        ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + texts.stream().mapToInt(t -> 2 * Integer.BYTES + t.length).sum()).order(ByteOrder.LITTLE_ENDIAN).putInt(longest);
        for (int i = 0; i < scores.length; i++) {
            out.putFloat(scores[i]).putInt(texts.get(i).length).put(texts.get(i));
        }
        return out.array();
    }

    private static byte[] merged(GgufHeader h, List<String> tokens, int begin) {
        ObjectNode vocab = NEW.objectNode();
        for (int i = 0; i < tokens.size(); i++) {
            if (vocab.has(tokens.get(i))) {
                throw Faults.corrupt(h.source(), "its vocabulary holds " + Faults.quote(tokens.get(i)) + " twice");
            }
            vocab.put(tokens.get(i), i);
        }
        ArrayNode merges = NEW.arrayNode();
        h.texts(MERGES).forEach(merges::add);
        String splitting = h.has(SPLITTING) ? h.text(SPLITTING) : "default";
        ObjectNode out = NEW.objectNode();
        out.put("version", "1.0");
        out.set("added_tokens", added(h, tokens));
        out.set("pre_tokenizer", TextSplitting.named(splitting).orElseThrow(() -> h.unsupported("splits texts as " + Faults.quote(splitting) + " does", "expected " + TextSplitting.names())));
        if (begin >= 0 && begin < tokens.size() && h.flag(BEGINS, false)) {
            out.set("post_processor", template(tokens.get(begin), begin));
        }
        out.set("decoder", NEW.objectNode().put("type", "ByteLevel"));
        ObjectNode model = out.putObject("model").put("type", "BPE").put("ignore_merges", splitting.equals("llama-bpe"));
        model.set("vocab", vocab);
        model.set("merges", merges);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static ArrayNode added(GgufHeader h, List<String> tokens) {
        ArrayNode out = NEW.arrayNode();
        int[] kinds = h.has(KINDS) ? h.integers(KINDS) : new int[0];
        for (int i = 0; i < Math.min(kinds.length, tokens.size()); i++) {
            if (kinds[i] == CONTROL || kinds[i] == USER_DEFINED) {
                out.add(NEW.objectNode().put("id", i).put("content", tokens.get(i)).put("special", kinds[i] == CONTROL));
            }
        }
        return out;
    }

    private static ObjectNode template(String token, int id) {
        ObjectNode out = NEW.objectNode().put("type", "TemplateProcessing");
        ArrayNode single = out.putArray("single");
        single.addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        out.putArray("pair");
        ObjectNode special = out.putObject("special_tokens").putObject(token).put("id", token);
        special.putArray("ids").add(id);
        special.putArray("tokens").add(token);
        return out;
    }
}
