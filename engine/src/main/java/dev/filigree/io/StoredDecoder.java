package dev.filigree.io;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;

/**
 * A language model as files hold it. Closing it releases the mapped weights.
 *
 * @param config    its shape
 * @param weights   its parameters under the names of Hugging Face
 * @param tokenizer what {@code pieces} was read from
 */
public record StoredDecoder(DecoderConfig config, Checkpoint weights, Pieces pieces, TokenizerFile tokenizer) implements AutoCloseable {

    public StoredDecoder {
        if (pieces.size() != config.vocab()) {
            throw Faults.corrupt(weights.source(), "has embeddings of " + config.vocab() + " tokens, and its tokenizer has " + pieces.size());
        }
        for (int i = 0; i < config.layers(); i++) { // a model is made before its weights are read: what it is made of must be there
            weights.tensor(config.family().norm(i), config.width(2 * i));
        }
    }

    /**
     * Opens a model.
     *
     * @param path a folder in Hugging Face layout, a GGUF file, or a checkpoint of llama2.c with its tokenizer beside it
     */
    public static StoredDecoder open(Path path) {
        if (Files.isDirectory(path)) {
            return DecoderFolder.open(path);
        }
        return Gguf.is(path) || path.toString().endsWith(".gguf") ? Gguf.open(path) : Llama2c.open(path);
    }

    /**
     * A model that is in memory.
     *
     * @param source     names it in faults
     * @param tensors    under the names of Hugging Face
     * @param vocabulary as llama2.c stores it
     * @param memory     holds the tensors, and is closed with the model
     */
    public static StoredDecoder of(String source, DecoderConfig config, Collection<StoredTensor> tensors, byte[] vocabulary, Arena memory) {
        TokenizerFile tokenizer = new TokenizerFile(Llama2c.TOKENIZER, vocabulary);
        return new StoredDecoder(config, new Checkpoint(source, tensors, Map.of(), memory), Llama2c.pieces(source, tokenizer, config.vocab()), tokenizer);
    }

    @Override
    public void close() {
        weights.close();
    }
}
