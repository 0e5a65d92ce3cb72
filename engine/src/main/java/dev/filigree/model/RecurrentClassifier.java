package dev.filigree.model;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Recurrent layers that read each sample in steps of neighbouring features, an image row by row for instance, and a class from
 * the last state: {@code [samples x steps * inputs]} to {@code [samples x classes]}.
 */
public final class RecurrentClassifier extends Network {

    public static final Entry<Architecture> ENTRY = Catalog.entry("recurrent-classifier", "Le et al. 2015, arXiv:1504.00941", "reads an image row by row",
            List.of(Option.of("cell", "gru", "tanh, relu, gru or lstm"), Option.of("hidden", 128, "hidden units"), Option.of("layers", 1, "recurrent layers"),
                    Option.of("dropout", 0.0, "share of what layers give that is dropped")),
            s -> (in, outputs) -> new RecurrentClassifier(Cell.parse(s.text("cell")), in.channels() * in.height(), in.width(), s.integer("hidden"), s.integer("layers"),
                    outputs, s.number("dropout")));

    private final int steps;
    private final int inputs;
    private final double dropout;
    private final List<Recurrent> layers = new ArrayList<>();
    private final Linear head;

    /** @param inputs features of one step */
    public RecurrentClassifier(Cell cell, int steps, int inputs, int hidden, int count, int classes) {
        this(cell, steps, inputs, hidden, count, classes, 0);
    }

    /**
     * The same with dropout where no state passes (Zaremba et al. 2014, arXiv:1409.2329).
     *
     * @param dropout share of what layers give that is dropped
     */
    public RecurrentClassifier(Cell cell, int steps, int inputs, int hidden, int count, int classes, double dropout) {
        if (steps < 1 || inputs < 1 || hidden < 1 || count < 1 || classes < 1 || !(dropout >= 0 && dropout < 1)) {
            throw new UserError("recurrent classifier: found " + steps + " steps of " + inputs + ", hidden " + hidden + ", layers " + count + ", classes "
                    + classes + ", dropout " + dropout + "; expected at least 1 of each and a share in [0, 1)");
        }
        this.steps = steps;
        this.inputs = inputs;
        this.dropout = dropout;
        for (int i = 0; i < count; i++) {
            layers.add(new Recurrent(this, i, cell, i == 0 ? inputs : hidden, hidden));
        }
        this.head = linear(new Site("head.weight", count, Role.OUTPUT, classes, hidden), new Init.Kaiming(1));
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        Value x = in.as(Samples.class).x();
        if (x.features() != steps * inputs) {
            throw new UserError("recurrent classifier: found samples of " + x.features() + " numbers, expected " + steps + " steps of " + inputs);
        }
        List<Value> parts = new ArrayList<>();
        for (int t = 0; t < steps; t++) {
            parts.add(ops.features(x, t * inputs, inputs));
        }
        Value all = ops.join(parts);
        parts.forEach(ops::release);
        return all;
    }

    @Override
    public int blocks() {
        return layers.size();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        return TransformerLayer.dropped(ops, dropout, layers.get(i).run(ops, x, in.size(), steps, null));
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        Value last = ops.tokens(x, (steps - 1) * in.size(), in.size());
        Value y = ops.linear(head.weight(), head.bias(), Activation.NONE, last);
        ops.release(last);
        return y;
    }
}
