package dev.filigree.io;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filigree.base.Floats;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A sparse encoder as sentence-transformers stores it: {@code modules.json} names an {@code MLMTransformer} and a {@code SpladePooling} for
 * both sides, or a {@code Router} whose {@code router_config.json} has a chain of modules for documents and one for queries, where a
 * {@code SparseStaticEmbedding} may stand. Settings are read at once, models when {@link Reader#open} is called.
 *
 * @param documents how documents are read
 * @param queries   how queries are read; empty where a table says it
 * @param table     empty where a model reads queries
 */
public record SparseModules(Reader documents, Optional<Reader> queries, Optional<Table> table) {

    /** The file by which such a folder is known. */
    public static final String FILE = HuggingFaceConfig.MODULES;

    static final String ROUTER = "router_config.json";
    static final String TEXTS = "config_sentence_transformers.json";
    static final String TRANSFORMER = "sentence_bert_config.json";
    static final String TOKENS = "tokenizer_config.json";
    static final String WEIGHT = "weight";

    private static final long LONGEST = 16 << 20;
    private static final long LONGEST_TOKENIZER = 256L << 20;
    private static final List<String> QUERY_PROMPTS = List.of("query");
    private static final List<String> DOCUMENT_PROMPTS = List.of("document", "passage", "corpus");

    /** What becomes of the scores z_tv that the model gives to term v at token t of a text: a weight, with {@code f(z) = log(1 + max(0, z))}. */
    public enum Pool {
        /** {@code max_t f(z_tv)}. */
        MAX,
        /** {@code sum_t f(z_tv)}. */
        SUM
    }

    /**
     * A model that reads texts.
     *
     * @param folder  of the model
     * @param longest tokens of a text, those around it included; 0 for what the model can take
     * @param lower   whether texts are put into small letters before
     * @param prompt  what is put in front of a text
     * @param pool    over the tokens of a text
     * @param twice   whether {@code log(1 + f(z))} stands in the place of f (OpenSearch's encoders, arXiv:2504.14839)
     */
    public record Reader(Path folder, int longest, boolean lower, String prompt, Pool pool, boolean twice) {

        /** Opens the model with its masked-language-model head. */
        public StoredEncoder open() {
            return MaskedFolder.open(folder);
        }

        /** The token of each term, from the model's settings and tokenizer; its weights are not looked at. */
        public List<String> tokens() {
            byte[] tokenizer = Json.bytes(folder.resolve(ModelFolder.TOKENIZER), LONGEST_TOKENIZER);
            return TextTokenizer.tokens(folder.resolve(ModelFolder.TOKENIZER).toString(), tokenizer, MaskedFolder.config(folder).vocab());
        }
    }

    /**
     * What tokens weigh in a query, each once however often it occurs.
     *
     * @param source    of the tokenizer, for messages
     * @param tokenizer the content of a {@code tokenizer.json}
     * @param weights   of each token id, finite, at least zero
     * @param longest   tokens of a query; 0 for any number
     * @param prompt    what is put in front of a query
     */
    public record Table(String source, byte[] tokenizer, float[] weights, int longest, String prompt) {
    }

    private enum Kind {
        MASKED, POOLING, ROUTER, TABLE
    }

    private record Module(Kind kind, Path folder) {
    }

    /** Whether a folder says that it holds a sparse encoder, and not one of dense vectors. */
    public static boolean in(Path folder) {
        if (!Files.exists(folder.resolve(FILE))) {
            return false;
        }
        for (JsonNode m : Json.array(folder.resolve(FILE), LONGEST)) {
            Kind kind = kind(m.path("type").asText(""));
            if (kind != null && kind != Kind.MASKED) {
                return true;
            }
        }
        return false;
    }

    /** Reads the settings of a folder; a UserError names the file that is missing, or holds what is not known. */
    public static SparseModules read(Path folder) {
        Path file = folder.resolve(FILE);
        List<Module> modules = new ArrayList<>();
        for (JsonNode m : Json.array(file, LONGEST)) {
            modules.add(module(file, m.path("type").asText(""), folder, m.path("path").asText("")));
        }
        Optional<JsonNode> texts = Files.exists(folder.resolve(TEXTS)) ? Optional.of(Json.object(folder.resolve(TEXTS), LONGEST)) : Optional.empty();
        texts.ifPresent(t -> requireDot(folder.resolve(TEXTS), t));
        String asking = texts.map(t -> prompt(t, QUERY_PROMPTS)).orElse("");
        String telling = texts.map(t -> prompt(t, DOCUMENT_PROMPTS)).orElse("");
        if (modules.size() == 1 && modules.getFirst().kind == Kind.ROUTER) {
            return routed(modules.getFirst().folder.resolve(ROUTER), asking, telling);
        }
        return new SparseModules(reader(file, modules, telling), Optional.of(reader(file, modules, asking)), Optional.empty());
    }

    private static SparseModules routed(Path file, String asking, String telling) {
        JsonNode router = Json.object(file, LONGEST);
        List<Module> documents = chain(file, router, "document");
        List<Module> queries = chain(file, router, "query");
        if (queries.size() == 1 && queries.getFirst().kind == Kind.TABLE) {
            return new SparseModules(reader(file, documents, telling), Optional.empty(), Optional.of(table(queries.getFirst().folder, asking)));
        }
        return new SparseModules(reader(file, documents, telling), Optional.of(reader(file, queries, asking)), Optional.empty());
    }

    private static List<Module> chain(Path file, JsonNode router, String side) {
        List<Module> chain = new ArrayList<>();
        for (JsonNode name : router.path("structure").path(side)) {
            chain.add(module(file, router.path("types").path(name.asText("")).asText(""), file.getParent(), name.asText("")));
        }
        if (chain.isEmpty()) {
            throw Faults.unsupported(file.toString(), "has no modules for " + Faults.quote(side), "expected a structure with query and document");
        }
        return chain;
    }

    /** Versions of sentence-transformers write a type with or without its class at the end, in capitals or with underlines; null for others. */
    private static Kind kind(String type) {
        String last = type.substring(type.lastIndexOf('.') + 1).replace("_", "").toLowerCase(Locale.ROOT);
        return !type.startsWith("sentence_transformers.") ? null : switch (last) {
            case "mlmtransformer", "transformer" -> Kind.MASKED;
            case "spladepooling" -> Kind.POOLING;
            case "router", "asym" -> Kind.ROUTER;
            case "sparsestaticembedding" -> Kind.TABLE;
            default -> null;
        };
    }

    private static Module module(Path file, String type, Path folder, String path) {
        Kind kind = kind(type);
        if (kind == null) {
            throw Faults.unsupported(file.toString(), "has a module of type " + Faults.quote(type), "expected MLMTransformer, SpladePooling, SparseStaticEmbedding or Router");
        }
        return new Module(kind, path.isEmpty() ? folder : folder.resolve(Json.fileName(file, path)));
    }

    private static Reader reader(Path file, List<Module> modules, String prompt) {
        if (!modules.stream().map(Module::kind).toList().equals(List.of(Kind.MASKED, Kind.POOLING))) {
            throw Faults.unsupported(file.toString(), "puts " + modules.stream().map(m -> m.kind.name().toLowerCase(Locale.ROOT)).toList() + " in a chain",
                    "expected an MLMTransformer and a SpladePooling, or a SparseStaticEmbedding for queries");
        }
        Path model = modules.getFirst().folder;
        Path transformer = model.resolve(TRANSFORMER);
        JsonNode settings = Files.exists(transformer) ? Json.object(transformer, LONGEST) : null;
        int longest = settings == null || settings.path("max_seq_length").isNull() || settings.path("max_seq_length").isMissingNode() ? longest(model)
                : positive(transformer, settings, "max_seq_length");
        if (settings != null) {
            HuggingFaceConfig.requireText(transformer.toString(), settings, "transformer_task", "fill-mask");
        }
        Path pooling = modules.getLast().folder.resolve(HuggingFaceConfig.CONFIG);
        JsonNode pool = Json.object(pooling, LONGEST);
        return new Reader(model, longest, settings != null && settings.path("do_lower_case").asBoolean(false), prompt,
                choice(pooling, pool, "pooling_strategy", "max", "sum").equals("max") ? Pool.MAX : Pool.SUM,
                choice(pooling, pool, "activation_function", "relu", "log1p_relu").equals("log1p_relu"));
    }

    private static String choice(Path file, JsonNode json, String field, String usual, String other) {
        String found = json.path(field).asText(usual);
        if (!found.equals(usual) && !found.equals(other)) {
            throw Faults.unsupported(file.toString(), field + " is " + Faults.quote(found), "expected " + usual + " or " + other);
        }
        return found;
    }

    private static int positive(Path file, JsonNode json, String field) {
        int n = HuggingFaceConfig.integer(file.toString(), json, field);
        if (n < 3) {
            throw Faults.unsupported(file.toString(), field + " is " + n, "expected at least 3");
        }
        return n;
    }

    /** What the tokenizer's settings say of the longest text; 0 where they say nothing, which is written as an enormous number. */
    private static int longest(Path folder) {
        Path file = folder.resolve(TOKENS);
        JsonNode n = Files.exists(file) ? Json.object(file, LONGEST).path("model_max_length") : null;
        return n != null && n.isIntegralNumber() && n.canConvertToInt() && n.intValue() >= 3 ? n.intValue() : 0;
    }

    private static Table table(Path folder, String prompt) {
        Path settings = folder.resolve(HuggingFaceConfig.CONFIG);
        if (Files.exists(settings) && Json.object(settings, LONGEST).path("path").isTextual()) {
            throw Faults.unsupported(settings.toString(), "names the weights of its tokens as a path", "expected them in " + folder.resolve(ModelFolder.WEIGHTS)
                    + ", where sentence-transformers puts them when it saves the model");
        }
        byte[] tokenizer = Json.bytes(folder.resolve(ModelFolder.TOKENIZER), LONGEST_TOKENIZER);
        try (Arena arena = Arena.ofConfined(); Checkpoint c = Safetensors.read(folder.resolve(ModelFolder.WEIGHTS))) {
            StoredTensor stored = c.tensor(WEIGHT);
            if (stored.shape().length != 1 || stored.elements() < 1 || stored.elements() > Integer.MAX_VALUE) {
                throw Faults.corrupt(c.source(), "holds " + Faults.quote(WEIGHT) + " as " + stored.shapeText() + ", expected one number for each token");
            }
            Floats values = c.weights(arena, WEIGHT, stored.shape());
            float[] weights = new float[values.length()];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = values.get(i);
                if (weights[i] < 0) {
                    throw Faults.unsupported(c.source(), "gives the token " + i + " the weight " + weights[i], "expected at least 0: an index holds no negative weights");
                }
            }
            return new Table(folder.resolve(ModelFolder.TOKENIZER).toString(), tokenizer, weights, longest(folder), prompt);
        }
    }

    private static void requireDot(Path file, JsonNode texts) {
        JsonNode similarity = texts.path("similarity_fn_name");
        if (similarity.isTextual() && !similarity.asText().equals("dot")) {
            throw Faults.unsupported(file.toString(), "compares texts by " + Faults.quote(similarity.asText()), "expected dot: scores of an index are inner products");
        }
    }

    private static String prompt(JsonNode texts, List<String> names) {
        JsonNode prompts = texts.path("prompts");
        return names.stream().filter(prompts::has).findFirst().or(() -> Optional.of(texts.path("default_prompt_name").asText(""))).map(n -> prompts.path(n).asText("")).orElse("");
    }

    /** Ids of tokens are terms, so the vocabularies of both sides must agree. */
    public void requireSame(List<String> query, List<String> document) {
        for (int i = 0; i < query.size(); i++) {
            String other = i < document.size() ? document.get(i) : "";
            if (!query.get(i).equals(other)) {
                throw Faults.unsupported(documents.folder.toString(), "the token " + i + " of queries is " + Faults.quote(query.get(i)) + ", that of documents is " + Faults.quote(other),
                        "expected one vocabulary for both");
            }
        }
    }
}
