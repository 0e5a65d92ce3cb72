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
 * {@code scores = E norm(gelu(W x + b)) + c} over the vocabulary, E the table of word embeddings or one of its own. Takes {@link Masked}.
 */
public final class MaskedLm implements Model {

    private static final String HEAD = "cls.predictions.";
    /** Of a table of scores that is not that of word embeddings. */
    public static final String DECODER = HEAD + "decoder.weight";

    private final Bert bert;
    private final Map<String, Held> head;
    private final Held table;

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
        this(bert, source, true);
    }

    /** @param tied whether E is the table of word embeddings; else it is a weight of the head, {@value #DECODER} */
    public MaskedLm(Bert bert, Bert.Source source, boolean tied) {
        this.bert = bert;
        this.table = tied ? bert.param("embeddings.word_embeddings.weight") : new Held(DECODER, source.weight(DECODER, bert.config().vocab(), bert.config().hidden()));
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
        Value scores = scores(ops, some);
        ops.release(some);
        return scores;
    }

    /** Scores {@code [tokens x vocabulary]} of states after the last block, which are not released. */
    public Value scores(Ops ops, Value x) {
        Value wide = ops.linear(head.get("weight"), head.get("bias"), Activation.GELU, x);
        Value normal = ops.norm(new LayerNorm(head.get("gain"), head.get("shift"), bert.config().layerNormEps()), wide);
        ops.release(wide);
        Value scores = ops.linear(table, head.get("words"), Activation.NONE, normal);
        ops.release(normal);
        return scores;
    }

    @Override
    public List<Site> sites() {
        return bert.sites();
    }

    @Override
    public Held param(String name) {
        return name.equals(DECODER) && table.name().equals(DECODER) ? table
                : head.values().stream().filter(h -> h.name().equals(name)).findFirst().orElseGet(() -> bert.param(name));
    }

    @Override
    public Held bias(Site site) {
        return bert.bias(site);
    }

    @Override
    public List<Held> params() {
        List<Held> all = new ArrayList<>(bert.params());
        List.of("weight", "bias", "gain", "shift", "words").forEach(k -> all.add(head.get(k)));
        if (table.name().equals(DECODER)) {
            all.add(table);
        }
        return all;
    }
}
