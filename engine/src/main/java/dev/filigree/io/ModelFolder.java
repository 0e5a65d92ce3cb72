package dev.filigree.io;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filigree.base.Pooling;
import dev.filigree.base.UserError;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Where sentence encoders come from and go to: a folder in Hugging Face layout ({@code config.json},
 * {@code tokenizer.json}, {@code model.safetensors} or its shards, {@code 1_Pooling/config.json}), an {@code .onnx} file
 * with its tokenizer beside it, or a jar that holds both.
 */
public final class ModelFolder {

    /** The file with the weights; a folder is complete when it is there. */
    public static final String WEIGHTS = "model.safetensors";

    static final String INDEX = "model.safetensors.index.json";
    static final String TOKENIZER = "tokenizer.json";

    private static final long LONGEST_TOKENIZER = 256L << 20;
    private static final long LONGEST_INDEX = 100_000_000;

    private ModelFolder() {
    }

    /**
     * Opens an encoder.
     *
     * @param path a folder, an {@code .onnx} file or a jar
     * @param asked the pooling to use; empty takes the one that the files record, and fails when they record none
     */
    public static StoredEncoder open(Path path, Optional<Pooling> asked) {
        String name = path.toString();
        if (Files.isDirectory(path)) {
            return folder(path, asked);
        }
        if (!Files.exists(path)) {
            throw new UserError(name + ": no such file or folder; expected a Hugging Face folder, an .onnx file or a jar");
        }
        if (name.endsWith(".onnx")) {
            return onnx(path, asked);
        }
        if (name.endsWith(".jar") || name.endsWith(".zip")) {
            return jar(path, asked);
        }
        throw Faults.unsupported(name, "is of an unknown kind", "expected a Hugging Face folder, an .onnx file or a jar");
    }

    /** Opens a folder in Hugging Face layout whose model guesses hidden words, a BERT or DistilBERT: parameters of its head come as {@code cls.predictions}. */
    public static StoredEncoder masked(Path folder) {
        return MaskedFolder.open(folder);
    }

    /** Whether a folder says that its model guesses hidden words. */
    public static boolean isMasked(Path folder) {
        return MaskedFolder.in(folder);
    }

    /**
     * Writes a folder that {@link #open} reads. All files are on the disk before the first appears under its name, the
     * weights last, so that a folder without them is an interrupted one.
     *
     * @param extra fields to add to {@code config.json}
     */
    public static void write(Path folder, EncoderConfig config, byte[] tokenizer, Collection<StoredTensor> tensors,
                             Map<String, String> metadata, Map<String, Object> extra) {
        SequencedMap<Path, AtomicFile.Content> files = HuggingFaceConfig.files(folder, config, extra);
        files.put(folder.resolve(TOKENIZER), AtomicFile.of(tokenizer));
        files.put(folder.resolve(WEIGHTS), Safetensors.content(tensors, metadata));
        AtomicFile.writeAll(files);
    }

    /** Notes something about the model in the metadata of its weights, in place of what was noted under {@code key}; no tensor changes. */
    public static void note(Path folder, String key, String value) {
        Path file = folder.resolve(WEIGHTS);
        if (!Files.isRegularFile(file)) {
            throw Faults.unsupported(folder.toString(), "has no " + WEIGHTS + " to note " + key + " in", "expected a folder that filigree sparsify wrote");
        }
        try (Checkpoint weights = Safetensors.read(file)) {
            Map<String, String> metadata = new LinkedHashMap<>(weights.metadata());
            metadata.put(key, value);
            Safetensors.write(file, weights.tensors(), metadata);
        }
    }

    private static StoredEncoder folder(Path folder, Optional<Pooling> asked) {
        Optional<Path> onnx = onnxIn(folder);
        if (onnx.isPresent()) {
            return onnx(onnx.get(), asked);
        }
        HuggingFaceConfig.Head head = HuggingFaceConfig.head(folder);
        EncoderConfig config = HuggingFaceConfig.read(folder.resolve(HuggingFaceConfig.CONFIG),
                pooling(folder.toString(), asked, head.pooling()), head.normalize());
        byte[] tokenizer = Json.bytes(folder.resolve(TOKENIZER), LONGEST_TOKENIZER);
        return new StoredEncoder(config, canonical(weights(folder)), tokenizer);
    }

    /** The ONNX file of a folder that has no safetensors weights; empty when it has them, a UserError when it has neither. */
    static Optional<Path> onnxIn(Path folder) {
        if (Files.exists(folder.resolve(WEIGHTS)) || Files.exists(folder.resolve(INDEX))) {
            return Optional.empty();
        }
        for (String other : List.of("model.onnx", "onnx/model.onnx")) {
            if (Files.isRegularFile(folder.resolve(other))) {
                return Optional.of(folder.resolve(other));
            }
        }
        throw Faults.unsupported(folder.toString(), "holds neither " + WEIGHTS + " nor " + INDEX + " nor model.onnx",
                "expected a Hugging Face folder with safetensors weights");
    }

    /** The checkpoint in a Hugging Face folder: one file, or the shards that its index names. */
    public static Checkpoint weights(Path folder) {
        if (Files.exists(folder.resolve(WEIGHTS))) {
            return Safetensors.read(folder.resolve(WEIGHTS));
        }
        Path index = folder.resolve(INDEX);
        JsonNode map = Json.object(index, LONGEST_INDEX).path("weight_map");
        Map<String, List<String>> namesByShard = new TreeMap<>();
        for (Map.Entry<String, JsonNode> e : map.properties()) {
            namesByShard.computeIfAbsent(Json.fileName(index, e.getValue().asText("")), _ -> new ArrayList<>()).add(e.getKey());
        }
        Arena arena = Arena.ofShared();
        boolean done = false;
        try {
            List<StoredTensor> tensors = new ArrayList<>();
            Map<String, String> metadata = new LinkedHashMap<>();
            namesByShard.forEach((shard, names) -> {
                Checkpoint part = Safetensors.read(folder.resolve(shard), arena);
                metadata.putAll(part.metadata());
                names.forEach(name -> tensors.add(part.tensor(name)));
            });
            Checkpoint whole = new Checkpoint(index.toString(), tensors, metadata, arena);
            done = true;
            return whole;
        } finally {
            if (!done) {
                arena.close();
            }
        }
    }

    /** The same checkpoint with the plain names of {@link EncoderNames}; what is not an encoder's parameter keeps its name. */
    private static Checkpoint canonical(Checkpoint c) {
        return c.renamed(name -> EncoderNames.canonical(name).orElse(name));
    }

    private static Pooling pooling(String source, Optional<Pooling> asked, Optional<Pooling> recorded) {
        return asked.or(() -> recorded).orElseThrow(() -> new UserError(source
                + ": the pooling is not recorded in 1_Pooling/config.json; give --pooling mean or --pooling cls"));
    }

    private static StoredEncoder onnx(Path file, Optional<Pooling> asked) {
        Path folder = file.toAbsolutePath().getParent();
        Path home = folder.endsWith("onnx") && !Files.exists(folder.resolve(TOKENIZER)) ? folder.getParent() : folder;
        HuggingFaceConfig.Head head = HuggingFaceConfig.head(home);
        Pooling pooling = pooling(file.toString(), asked, head.pooling());
        String stem = file.getFileName().toString().replaceFirst("\\.onnx$", "");
        Path named = folder.resolve(stem + "-" + TOKENIZER);
        byte[] tokenizer = Json.bytes(Files.exists(named) ? named : home.resolve(TOKENIZER), LONGEST_TOKENIZER);
        Path config = home.resolve(HuggingFaceConfig.CONFIG);
        return Onnx.open(file, (graph, arena) -> {
            Map<String, StoredTensor> parameters = Onnx.parameters(graph, arena);
            EncoderConfig c = Files.exists(config) ? HuggingFaceConfig.read(config, pooling, head.normalize())
                    : new OnnxConfig(graph, parameters).infer(pooling, head.normalize());
            return encoder(c, graph, parameters, tokenizer, arena);
        });
    }

    private static StoredEncoder jar(Path file, Optional<Pooling> asked) {
        Pooling pooling = pooling(file.toString(), asked, Optional.empty());
        try (Archive archive = new Archive(file)) {
            String model = archive.only(".onnx");
            byte[] tokenizer;
            String tokenizerName = archive.only(TOKENIZER);
            try (Arena brief = Arena.ofConfined()) {
                tokenizer = archive.load(tokenizerName, LONGEST_TOKENIZER, brief).toArray(ValueLayout.JAVA_BYTE);
            }
            return Onnx.open(archive.source(model), arena -> archive.load(model, Integer.MAX_VALUE, arena), (graph, arena) -> {
                Map<String, StoredTensor> parameters = Onnx.parameters(graph, arena);
                EncoderConfig config = new OnnxConfig(graph, parameters).infer(pooling, true);
                return encoder(config, graph, parameters, tokenizer, arena);
            });
        }
    }

    private static StoredEncoder encoder(EncoderConfig config, OnnxGraph graph, Map<String, StoredTensor> parameters,
                                         byte[] tokenizer, Arena arena) {
        Checkpoint weights = Onnx.checkpoint(graph.source(), parameters.values(), arena);
        EncoderNames.parameters(config).forEach(weights::tensor);
        return new StoredEncoder(config, weights, tokenizer);
    }
}
