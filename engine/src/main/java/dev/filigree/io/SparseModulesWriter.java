package dev.filigree.io;

import dev.filigree.base.Floats;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Writes a sparse encoder as {@link SparseModules} reads it, and as sentence-transformers does. */
public final class SparseModulesWriter {

    private static final String SPARSE = "sentence_transformers.sparse_encoder.models.";
    private static final String MODEL = "MLMTransformer";
    private static final String POOLING = "SpladePooling";
    private static final String TABLE = "SparseStaticEmbedding";

    private SparseModulesWriter() {
    }

    /**
     * A model and what follows it.
     *
     * @param tensors  parameters of the body and {@code cls.predictions} under the names of Hugging Face, without {@code bert.}
     * @param metadata of them
     * @param extra    fields to add to {@code config.json}
     */
    public record Model(EncoderConfig config, byte[] tokenizer, int longest, Collection<StoredTensor> tensors, Map<String, String> metadata, Map<String, Object> extra) {
    }

    /** @param table what tokens weigh in queries; null where the model reads them too */
    public static void write(Path folder, Model model, float[] table) {
        SequencedMap<Path, AtomicFile.Content> files = new LinkedHashMap<>();
        if (table == null) {
            model(files, folder, model);
            pooling(files, folder.resolve("1_" + POOLING), model.config);
        } else {
            String query = "query_0_" + TABLE;
            String document = "document_0_" + MODEL;
            String pooling = "document_1_" + POOLING;
            Path home = folder.resolve(query);
            files.put(home.resolve(HuggingFaceConfig.CONFIG), json(Map.of("frozen", false)));
            tokenizer(files, home, model);
            files.put(home.resolve(ModelFolder.WEIGHTS), Safetensors.content(List.of(StoredTensor.of(SparseModules.WEIGHT, Floats.of(table), table.length)), Map.of("format", "pt")));
            model(files, folder.resolve(document), model);
            pooling(files, folder.resolve(pooling), model.config);
            Map<String, Object> router = new LinkedHashMap<>();
            router.put("types", ordered(query, type(TABLE), document, type(MODEL), pooling, type(POOLING)));
            router.put("structure", ordered("query", List.of(query), "document", List.of(document, pooling)));
            router.put("parameters", ordered("default_route", "document", "allow_empty_key", true));
            files.put(folder.resolve(SparseModules.ROUTER), json(router));
        }
        files.put(folder.resolve(SparseModules.TEXTS), json(ordered("model_type", "SparseEncoder", "prompts", ordered("query", "", "document", ""), "default_prompt_name", null,
                "similarity_fn_name", "dot")));
        List<Map<String, Object>> modules = new ArrayList<>();
        if (table == null) {
            modules.add(ordered("idx", 0, "name", "0", "path", "", "type", SPARSE + MODEL));
            modules.add(ordered("idx", 1, "name", "1", "path", "1_" + POOLING, "type", SPARSE + POOLING));
        } else {
            modules.add(ordered("idx", 0, "name", "0", "path", "", "type", "sentence_transformers.models.Router"));
        }
        files.put(folder.resolve(SparseModules.FILE), json(modules)); // last: a folder without it is an interrupted one
        AtomicFile.writeAll(files);
    }

    /** Inside of a router a type has the class after its module. */
    private static String type(String name) {
        return SPARSE + name + "." + name;
    }

    private static void model(SequencedMap<Path, AtomicFile.Content> files, Path folder, Model m) {
        Map<String, Object> config = HuggingFaceConfig.fields(m.config);
        config.put("architectures", List.of("BertForMaskedLM"));
        config.put("tie_word_embeddings", m.tensors.stream().noneMatch(t -> t.name().equals("cls.predictions.decoder.weight")));
        config.putAll(m.extra);
        files.put(folder.resolve(HuggingFaceConfig.CONFIG), json(config));
        files.put(folder.resolve(SparseModules.TRANSFORMER), json(ordered("max_seq_length", m.longest, "do_lower_case", false)));
        tokenizer(files, folder, m);
        List<StoredTensor> tensors = m.tensors.stream().map(t -> t.name().startsWith("cls.") ? t : t.renamed("bert." + t.name())).toList();
        files.put(folder.resolve(ModelFolder.WEIGHTS), Safetensors.content(tensors, m.metadata));
    }

    private static void pooling(SequencedMap<Path, AtomicFile.Content> files, Path folder, EncoderConfig config) {
        files.put(folder.resolve(HuggingFaceConfig.CONFIG), json(ordered("pooling_strategy", "max", "activation_function", "relu", "word_embedding_dimension", config.vocab())));
    }

    /** The tokenizer's file says what it does; its settings beside it say which tokens are special and how long a text may be. */
    private static void tokenizer(SequencedMap<Path, AtomicFile.Content> files, Path folder, Model m) {
        files.put(folder.resolve(ModelFolder.TOKENIZER), AtomicFile.of(m.tokenizer));
        Map<String, Object> settings = ordered("tokenizer_class", "PreTrainedTokenizerFast", "model_max_length", m.config.maxPositions());
        List<String> all = WordPieceFile.tokens("tokenizer", m.tokenizer, m.config.vocab());
        Map<String, Object> special = ordered("pad_token", "[PAD]", "unk_token", "[UNK]", "cls_token", "[CLS]", "sep_token", "[SEP]", "mask_token", "[MASK]");
        special.forEach((role, token) -> {
            if (all.contains((String) token)) {
                settings.put(role, token);
            }
        });
        files.put(folder.resolve(SparseModules.TOKENS), json(settings));
    }

    private static AtomicFile.Content json(Object value) {
        return AtomicFile.of(Json.indented(value));
    }

    private static Map<String, Object> ordered(Object... pairs) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            all.put((String) pairs[i], pairs[i + 1]);
        }
        return all;
    }
}
