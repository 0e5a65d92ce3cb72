package dev.filigree.io;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filigree.base.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Language models as folders in Hugging Face layout: {@code config.json}, {@code model.safetensors} or its shards, a tokenizer. */
public final class DecoderFolder {

    private static final long LONGEST = 16 << 20;
    private static final long LONGEST_TOKENIZER = 256L << 20;
    private static final String BEGIN = "bos_token_id";
    private static final String END = "eos_token_id";

    private DecoderFolder() {
    }

    /** Whether {@code folder} looks like one. */
    public static boolean is(Path folder) {
        return Files.isRegularFile(folder.resolve(HuggingFaceConfig.CONFIG));
    }

    /** Whether it holds a language model, as its configuration says. */
    public static boolean decodes(Path folder) {
        return is(folder) && Json.object(folder.resolve(HuggingFaceConfig.CONFIG), LONGEST).path("model_type").asText().matches("llama|gpt2");
    }

    /** Opens a folder. */
    public static StoredDecoder open(Path folder) {
        Path file = folder.resolve(HuggingFaceConfig.CONFIG);
        JsonNode json = Json.object(file, LONGEST);
        DecoderConfig config = DecoderFields.read(file.toString(), json);
        TokenizerFile tokenizer = tokenizer(folder, file.toString(), json);
        Pieces pieces = pieces(folder.resolve(tokenizer.name()).toString(), tokenizer, config.vocab());
        Checkpoint weights = ModelFolder.weights(folder);
        try {
            return new StoredDecoder(config, config.family() == DecoderConfig.Family.GPT2 ? Gpt2Folder.ours(weights, config.hidden()) : weights, pieces, tokenizer);
        } catch (UserError e) {
            weights.close();
            throw e;
        }
    }

    /**
     * Writes a folder that {@link #open} reads; the weights appear last, so that a folder without them is an interrupted one.
     *
     * @param extra fields to add to {@code config.json}
     */
    public static void write(Path folder, DecoderConfig config, TokenizerFile tokenizer, Collection<StoredTensor> tensors, Map<String, String> metadata, Map<String, Object> extra) {
        SequencedMap<Path, AtomicFile.Content> files = new LinkedHashMap<>();
        Map<String, Object> json = DecoderFields.of(config);
        if (tokenizer.begin() >= 0) {
            json.put(BEGIN, tokenizer.begin());
        }
        if (!tokenizer.ends().isEmpty()) {
            json.put(END, tokenizer.ends().size() == 1 ? tokenizer.ends().getFirst() : tokenizer.ends());
        }
        json.putAll(extra);
        files.put(folder.resolve(HuggingFaceConfig.CONFIG), AtomicFile.of(Json.indented(json)));
        files.put(folder.resolve(tokenizer.name()), AtomicFile.of(tokenizer.content()));
        files.put(folder.resolve(ModelFolder.WEIGHTS), Safetensors.content(config.family() == DecoderConfig.Family.GPT2 ? Gpt2Folder.theirs(config, tensors) : tensors, metadata));
        AtomicFile.writeAll(files);
    }

    private static TokenizerFile tokenizer(Path folder, String source, JsonNode config) {
        for (String name : List.of(ModelFolder.TOKENIZER, Llama2c.TOKENIZER)) {
            if (Files.isRegularFile(folder.resolve(name))) {
                List<Integer> begin = ids(source, config, BEGIN);
                if (begin.size() > 1) {
                    throw Faults.unsupported(source, BEGIN + " is " + begin, "expected one token");
                }
                return new TokenizerFile(name, Json.bytes(folder.resolve(name), LONGEST_TOKENIZER), begin.isEmpty() ? -1 : begin.getFirst(), ids(source, config, END));
            }
        }
        throw Faults.unsupported(folder.toString(), "has no tokenizer", "expected " + ModelFolder.TOKENIZER + " or " + Llama2c.TOKENIZER);
    }

    /** One id, several, or none. */
    private static List<Integer> ids(String source, JsonNode config, String field) {
        JsonNode found = config.path(field);
        List<Integer> out = new ArrayList<>();
        for (JsonNode id : found.isArray() ? found : found.isNull() || found.isMissingNode() ? List.<JsonNode>of() : List.of(found)) {
            if (!id.isInt() || id.intValue() < 0) {
                throw Faults.unsupported(source, field + " is " + Faults.quote(found.toString()), "expected ids of tokens");
            }
            out.add(id.intValue());
        }
        return out;
    }

    /** The vocabulary in a file of either kind; all ids are below {@code vocabulary}. */
    static Pieces pieces(String source, TokenizerFile file, int vocabulary) {
        return file.name().equals(Llama2c.TOKENIZER) ? Llama2c.pieces(source, file, vocabulary) : BpePieces.of(source, file, vocabulary);
    }
}
