package dev.filigree.langchain4j;

import dev.filigree.infer.SentenceEncoder;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.embedding.response.EmbeddingResponseMetadata;
import dev.langchain4j.model.output.TokenUsage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A Filigree sentence encoder, sparse or dense, as LangChain4j's embedding model: where
 * {@code new AllMiniLmL6V2EmbeddingModel()} stood, write {@code FiligreeEmbeddingModel.open(Path.of("minilm-80"))}.
 * Safe for many threads. Texts longer than the encoder takes are cut.
 */
public final class FiligreeEmbeddingModel implements EmbeddingModel, AutoCloseable {

    private final SentenceEncoder encoder;
    private final String name;

    private FiligreeEmbeddingModel(SentenceEncoder encoder, String name) {
        this.encoder = encoder;
        this.name = name;
    }

    /**
     * Opens an encoder with as many threads as there are processors.
     *
     * @param model a folder that {@code filigree sparsify} wrote, a Hugging Face folder, or an {@code .onnx} file
     * @throws dev.filigree.base.UserError when the files cannot be read or are malformed
     */
    public static FiligreeEmbeddingModel open(Path model) {
        return of(SentenceEncoder.open(model), model.getFileName().toString());
    }

    /** Serves an encoder opened elsewhere, for instance with fewer threads; {@link #close} closes it. */
    public static FiligreeEmbeddingModel of(SentenceEncoder encoder, String name) {
        return new FiligreeEmbeddingModel(encoder, name);
    }

    /** Every other way to ask ends here, after LangChain4j has checked the request and told its listeners. */
    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        List<int[]> tokens = request.inputs().stream().map(EmbeddingInput::text).map(encoder::tokens).toList();
        List<Embedding> embeddings = Arrays.stream(encoder.encode(tokens)).map(Embedding::from).toList();
        return EmbeddingResponse.builder()
                .embeddings(embeddings)
                .metadata(EmbeddingResponseMetadata.builder()
                        .modelName(name)
                        .tokenUsage(new TokenUsage(tokens.stream().mapToInt(ids -> ids.length).sum()))
                        .build())
                .build();
    }

    @Override
    public int dimension() {
        return encoder.dimension();
    }

    /** The name of the folder or file. */
    @Override
    public String modelName() {
        return name;
    }

    /** Waits for running calls, then frees the encoder's memory. */
    @Override
    public void close() {
        encoder.close();
    }
}
