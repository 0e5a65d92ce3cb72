package dev.filigree.model;

import dev.filigree.base.UserError;
import dev.filigree.io.DecoderConfig;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Weight;
import java.util.HashSet;
import java.util.Set;

/**
 * A language model that goes from left to right: takes {@link dev.filigree.ops.Sequences}, and puts out for each token the scores of what may
 * follow it, {@code [tokens x vocabulary]}.
 */
public interface CausalModel extends Model {

    /** Where the weights of a stored model come from; shapes were asked for and are checked here. */
    @FunctionalInterface
    interface Source {
        /**
         * A weight {@code [rows x cols]}, vectors as {@code [n x 1]}.
         *
         * @param product whether products use it
         */
        Weight weight(String name, int rows, int cols, boolean product);
    }

    /** A model with stored weights, of the family that its configuration says. */
    static CausalModel of(DecoderConfig config, Source source) {
        return (CausalModel) stored(config, source);
    }

    /** The same as a network. */
    static Network stored(DecoderConfig config, Source source) {
        return filled(empty(config), source);
    }

    /** The model itself, once every parameter has its stored values. */
    static <M extends Network> M filled(M model, Source source) {
        Set<String> products = new HashSet<>();
        model.sites().forEach(s -> {
            products.add(s.name());
            fill(model, source, s.name(), s.rows(), s.cols(), true);
        });
        model.whole().forEach(w -> {
            products.add(w.name());
            fill(model, source, w.name(), w.rows(), w.cols(), w.packed());
        });
        model.params().stream().filter(p -> !products.contains(p.name())).forEach(p -> fill(model, source, p.name(), p.forward().rows(), 1, false));
        return model;
    }

    private static void fill(Network model, Source source, String name, int rows, int cols, boolean product) {
        Weight w = source.weight(name, rows, cols, product);
        if (w.rows() != rows || w.cols() != cols) {
            throw new UserError(name + ": the configuration needs [" + rows + " x " + cols + "], the file has [" + w.rows() + " x " + w.cols() + "]");
        }
        model.param(name).set(w);
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
        return empty(config());
    }

    /** A model with some of the layers, ascending, whose weights it shares. */
    default CausalModel shortened(int[] layers) {
        throw new UserError("model: " + getClass().getSimpleName() + " cannot lose layers; expected one of the Llama family");
    }
}
