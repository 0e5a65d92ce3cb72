package dev.filigree.io;

/**
 * A sentence encoder as files hold it. Closing it releases the mapped weights.
 *
 * @param config    its shape
 * @param weights   its parameters under the names of {@link EncoderNames}; sparse ones in the parts of a {@link SparseFormat}
 * @param tokenizer the bytes of its {@code tokenizer.json}
 */
public record StoredEncoder(EncoderConfig config, Checkpoint weights, byte[] tokenizer) implements AutoCloseable {

    /** A tokenizer that cuts texts to {@code maxTokens} tokens, and never lets one exceed the model's positions. */
    public TextTokenizer openTokenizer(int maxTokens) {
        return TextTokenizer.of(weights.source(), tokenizer, config.vocab(), Math.min(maxTokens, config.maxPositions()));
    }

    @Override
    public void close() {
        weights.close();
    }
}
