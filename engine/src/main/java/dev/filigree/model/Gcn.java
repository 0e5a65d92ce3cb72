package dev.filigree.model;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Graph;
import dev.filigree.ops.Held;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * A graph convolutional network (Kipf and Welling 2017, arXiv:1609.02907): each layer is {@code A X W}, with a ReLU between
 * layers, without biases: {@code [nodes x features]} to {@code [nodes x classes]}. Takes {@link Graph}.
 */
public final class Gcn extends Network {

    public static final Entry<Architecture> ENTRY = Catalog.entry("gcn", "Kipf and Welling 2017, arXiv:1609.02907", "two layers of sums over neighbours in a graph",
            List.of(Option.of("hidden", 16, "hidden units")), s -> (in, outputs) -> new Gcn(List.of(in.size(), s.integer("hidden"), outputs)));

    private final List<Held> weights = new ArrayList<>();

    /** @param widths features, hidden units of each layer, classes; Kipf and Welling have one layer of 16 */
    public Gcn(List<Integer> widths) {
        if (widths.size() < 2 || widths.stream().anyMatch(w -> w < 1)) {
            throw new UserError("gcn: found widths " + widths + ", expected features, hidden units and classes, each at least 1");
        }
        for (int i = 0; i + 1 < widths.size(); i++) {
            Role role = i + 2 < widths.size() ? Role.HIDDEN : Role.OUTPUT;
            weights.add(weight(new Site("layer." + i + ".weight", i, role, widths.get(i + 1), widths.get(i)), new Init.Glorot(1)));
        }
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        return ops.input(in.as(Graph.class).x());
    }

    @Override
    public int blocks() {
        return weights.size() - 1;
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        Value sum = layer(ops, i, x, in);
        Value y = ops.activate(Activation.RELU, sum);
        ops.release(sum);
        return y;
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        return layer(ops, weights.size() - 1, x, in);
    }

    private Value layer(Ops ops, int i, Value x, Batch in) {
        Value product = ops.linear(weights.get(i), null, Activation.NONE, x);
        Value y = ops.aggregate(in.as(Graph.class).adjacency(), product);
        ops.release(product);
        return y;
    }
}
