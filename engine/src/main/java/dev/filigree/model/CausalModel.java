package dev.filigree.model;

import dev.filigree.io.DecoderConfig;
import dev.filigree.ops.Held;

/**
 * A language model that goes from left to right: takes {@link dev.filigree.ops.Sequences}, and puts out for each token the scores of what may
 * follow it, {@code [tokens x vocabulary]}.
 */
public interface CausalModel extends Model {

    /** A model with stored weights, of the family that its configuration says. */
    static CausalModel of(DecoderConfig config, Llama.Source source) {
        return switch (config.family()) {
            case LLAMA -> Llama.of(config, source);
            case GPT2 -> Gpt2.of(config, source);
        };
    }

    DecoderConfig config();

    /** The table of embeddings {@code [vocabulary x hidden]}. */
    Held words();

    /** The weight of the output {@code [vocabulary x hidden]}: {@link #words} where they are tied. */
    Held head();
}
