package dev.filigree.model;

import dev.filigree.base.UserError;
import dev.filigree.io.DecoderConfig;
import dev.filigree.ops.Held;

/**
 * A language model that goes from left to right: takes {@link dev.filigree.ops.Sequences}, and puts out for each token the scores of what may
 * follow it, {@code [tokens x vocabulary]}.
 */
public interface CausalModel extends Model {

    /** A model with stored weights, of the family that its configuration says. */
    static CausalModel of(DecoderConfig config, Llama.Source source) {
        return (CausalModel) stored(config, source);
    }

    /** The same as a network. */
    static Network stored(DecoderConfig config, Llama.Source source) {
        return Llama.filled(empty(config), source);
    }

    /** A network without values, of the family that a configuration says. */
    static Network empty(DecoderConfig config) {
        return switch (config.family()) {
            case LLAMA -> new Llama(config);
            case GPT2 -> new Gpt2(config);
        };
    }

    DecoderConfig config();

    /** The table of embeddings {@code [vocabulary x hidden]}. */
    Held words();

    /** The weight of the output {@code [vocabulary x hidden]}: {@link #words} where they are tied. */
    Held head();

    /** A network of the same shape without values. */
    default Network empty() {
        throw new UserError("model: " + getClass().getSimpleName() + " cannot be pruned yet; expected one of the Llama family");
    }

    /** A model with some of the layers, ascending, whose weights it shares. */
    default CausalModel shortened(int[] layers) {
        throw new UserError("model: " + getClass().getSimpleName() + " cannot lose layers; expected one of the Llama family");
    }
}
