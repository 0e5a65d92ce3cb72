package dev.filigree.model;

import dev.filigree.kernel.Activation;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.ops.LayerNorm;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A {@link Bert} with the head that it was pretrained with (Devlin et al. 2018, arXiv:1810.04805): at some places
 * {@code scores = E norm(gelu(W x + b)) + c} over the vocabulary, E the table of word embeddings. Takes {@link Masked}.
 */
public final class MaskedLm implements Model {

    private static final String HEAD = "cls.predictions.";

    private final Bert bert;
    private final Map<String, Held> head;

    /**
     * Sequences and the places where words are asked for.
     *
     * @param places tokens, counted over all sequences
     */
    public record Masked(Tokens tokens, int[] places) implements Batch {

        @Override
        public int size() {
            return tokens.size();
        }
    }

    /** @param source also has the head under its names in Hugging Face; word embeddings come packed for products, for they are both */
    public MaskedLm(Bert bert, Bert.Source source) {
        this.bert = bert;
        int hidden = bert.config().hidden();
        this.head = Map.of("weight", held(source, "transform.dense.weight", hidden, hidden), "bias", held(source, "transform.dense.bias", hidden, 1),
                "gain", held(source, "transform.LayerNorm.weight", hidden, 1), "shift", held(source, "transform.LayerNorm.bias", hidden, 1),
                "words", held(source, "bias", bert.config().vocab(), 1));
    }

    private static Held held(Bert.Source source, String name, int rows, int cols) {
        Weight w = source.weight(HEAD + name, rows, cols);
        return new Held(HEAD + name, w);
    }

    public Bert bert() {
        return bert;
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        return bert.enter(ops, in.as(Masked.class).tokens);
    }

    @Override
    public int blocks() {
        return bert.blocks();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        return bert.block(ops, i, x, in.as(Masked.class).tokens);
    }

    /** Scores {@code [places x vocabulary]}. */
    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        Value some = ops.pick(x, in.as(Masked.class).places);
        Value wide = ops.linear(head.get("weight"), head.get("bias"), Activation.GELU, some);
        ops.release(some);
        Value normal = ops.norm(new LayerNorm(head.get("gain"), head.get("shift"), bert.config().layerNormEps()), wide);
        ops.release(wide);
        Value scores = ops.linear(bert.param("embeddings.word_embeddings.weight"), head.get("words"), Activation.NONE, normal);
        ops.release(normal);
        return scores;
    }

    @Override
    public List<Site> sites() {
        return bert.sites();
    }

    @Override
    public Held param(String name) {
        return head.values().stream().filter(h -> h.name().equals(name)).findFirst().orElseGet(() -> bert.param(name));
    }

    @Override
    public Held bias(Site site) {
        return bert.bias(site);
    }

    @Override
    public List<Held> params() {
        List<Held> all = new ArrayList<>(bert.params());
        List.of("weight", "bias", "gain", "shift", "words").forEach(k -> all.add(head.get(k)));
        return all;
    }
}
