package dev.filigree.model;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
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
import java.util.Arrays;
import java.util.List;

/**
 * A recurrent language model: embeddings, recurrent layers, scores of the next token. Takes {@link Text};
 * its state goes from window to window where the text carries one, its gradients do not.
 */
public final class RecurrentLanguage extends Network {

    public static final Entry<Architecture> ENTRY = Catalog.entry("recurrent-language", "Hochreiter and Schmidhuber 1997; Zaremba et al. 2014, arXiv:1409.2329",
            "embeddings, recurrent layers, the next token", List.of(Option.of("cell", "lstm", "tanh, relu, gru or lstm"), Option.of("width", 256, "features of an embedding"),
                    Option.of("hidden", 256, "hidden units"), Option.of("layers", 2, "recurrent layers"), Option.of("dropout", 0.0, "share that is dropped on the way into layers and out of the last")),
            s -> (in, outputs) -> new RecurrentLanguage(Cell.parse(s.text("cell")), outputs, s.integer("width"), s.integer("hidden"), s.integer("layers"), s.number("dropout")));

    private final Held words;
    private final double dropout;
    private final List<Recurrent> layers = new ArrayList<>();
    private final Linear head;

    /**
     * @param vocabulary tokens that there are
     * @param width      features of an embedding
     */
    public RecurrentLanguage(Cell cell, int vocabulary, int width, int hidden, int count) {
        this(cell, vocabulary, width, hidden, count, 0);
    }

    /**
     * The same with dropout where no state passes (Zaremba et al. 2014, arXiv:1409.2329).
     *
     * @param dropout share that is dropped on the way into layers and out of the last
     */
    public RecurrentLanguage(Cell cell, int vocabulary, int width, int hidden, int count, double dropout) {
        if (vocabulary < 2 || width < 1 || hidden < 1 || count < 1 || !(dropout >= 0 && dropout < 1)) {
            throw new UserError("recurrent language model: found vocabulary " + vocabulary + ", width " + width + ", hidden " + hidden + ", layers " + count
                    + ", dropout " + dropout + "; expected at least 2 tokens, 1 of each other and a share in [0, 1)");
        }
        this.dropout = dropout;
        this.words = whole("words.weight", vocabulary, width, new Init.Normal(0.1));
        for (int i = 0; i < count; i++) {
            layers.add(new Recurrent(this, i, cell, i == 0 ? width : hidden, hidden));
        }
        this.head = linear(new Site("head.weight", count, Role.OUTPUT, vocabulary, hidden), new Init.Kaiming(1));
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        Text text = in.as(Text.class);
        return TransformerLayer.dropped(ops, dropout,
                ops.embed(List.of(new Lookup(words, Arrays.stream(text.bySteps()).map(i -> text.ids()[i]).toArray())), Kernels.widthFor(text.rows())));
    }

    @Override
    public int blocks() {
        return layers.size();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        Text text = in.as(Text.class);
        return TransformerLayer.dropped(ops, dropout, layers.get(i).run(ops, x, text.rows(), text.steps(), text.carry()));
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        Value rows = ops.pick(x, in.as(Text.class).byRows());
        Value y = ops.linear(head.weight(), head.bias(), Activation.NONE, rows);
        ops.release(rows);
        return y;
    }
}
