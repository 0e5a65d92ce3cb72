package dev.filigree.io;

import dev.filigree.base.Pooling;
import dev.filigree.base.UserError;

/**
 * Shape of a BERT-family encoder, as read from {@code config.json} or inferred from an ONNX graph.
 *
 * @param hidden       features of a token
 * @param layers       transformer blocks
 * @param heads        attention heads; {@code hidden} is a multiple of it
 * @param intermediate features between the two feed-forward products
 * @param vocab        rows of the word table
 * @param maxPositions rows of the position table, hence the longest input in tokens
 * @param typeVocab    rows of the segment table
 * @param layerNormEps added to the variance in layer normalisation
 * @param pooling      how token vectors become a sentence vector
 * @param normalize    whether the sentence vector is scaled to length 1
 */
public record EncoderConfig(int hidden, int layers, int heads, int intermediate, int vocab, int maxPositions, int typeVocab, float layerNormEps,
        Pooling pooling, boolean normalize) {

    public EncoderConfig {
        positive("hidden_size", hidden);
        positive("num_hidden_layers", layers);
        positive("num_attention_heads", heads);
        positive("intermediate_size", intermediate);
        positive("vocab_size", vocab);
        positive("max_position_embeddings", maxPositions);
        positive("type_vocab_size", typeVocab);
        if (hidden % heads != 0) {
            throw new UserError("config: hidden_size " + hidden + " is not a multiple of num_attention_heads " + heads);
        }
        if (!(layerNormEps > 0 && layerNormEps < 1)) {
            throw new UserError("config: layer_norm_eps must be between 0 and 1, found " + layerNormEps);
        }
    }

    /** Features of one attention head. */
    public int headSize() {
        return hidden / heads;
    }

    public EncoderConfig withPooling(Pooling other) {
        return new EncoderConfig(hidden, layers, heads, intermediate, vocab, maxPositions, typeVocab, layerNormEps, other, normalize);
    }

    private static void positive(String key, int value) {
        if (value < 1) {
            throw new UserError("config: " + key + " must be at least 1, found " + value);
        }
    }
}
