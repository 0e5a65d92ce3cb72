package dev.filigree.model;

import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.ops.Lookup;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Text;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * A recurrent language model: embeddings, recurrent layers, scores of the next token. Takes {@link Text} laid out by steps;
 * its state goes from window to window where the text carries one, its gradients do not.
 */
public final class RecurrentLanguage extends Network {

    private final Held words;
    private final List<Recurrent> layers = new ArrayList<>();
    private final Linear head;

    /**
     * @param vocabulary tokens that there are
     * @param width      features of an embedding
     */
    public RecurrentLanguage(Cell cell, int vocabulary, int width, int hidden, int count) {
        if (vocabulary < 2 || width < 1 || hidden < 1 || count < 1) {
            throw new UserError("recurrent language model: found vocabulary " + vocabulary + ", width " + width + ", hidden " + hidden + ", layers " + count
                    + "; expected at least 2 tokens and 1 of each other");
        }
        this.words = table("words.weight", vocabulary, width, new Init.Normal(0.1));
        for (int i = 0; i < count; i++) {
            layers.add(new Recurrent(this, i, cell, i == 0 ? width : hidden, hidden));
        }
        this.head = linear(new Site("head.weight", count, Role.OUTPUT, vocabulary, hidden), new Init.Kaiming(1));
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        Text text = in.as(Text.class).in(Text.Order.STEPS);
        return ops.embed(List.of(new Lookup(words, text.ids())), Kernels.widthFor(text.rows()));
    }

    @Override
    public int blocks() {
        return layers.size();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        Text text = in.as(Text.class);
        return layers.get(i).run(ops, x, text.rows(), text.steps(), text.carry());
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        return ops.linear(head.weight(), head.bias(), Activation.NONE, x);
    }
}
