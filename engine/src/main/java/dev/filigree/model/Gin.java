package dev.filigree.model;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Graph;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * A graph isomorphism network (Xu et al. 2019, arXiv:1810.00826) with epsilon 0: each layer is {@code relu(W2 relu(W1 (A + I) x +
 * b1) + b2)}, plain sums over a node and its neighbours, which tell neighbourhoods apart that have the same mean; then one
 * linear map: {@code [nodes x features]} to {@code [nodes x classes]}. Takes {@link Graph}.
 */
public final class Gin extends Network {

    public static final Entry<Architecture> ENTRY = Catalog.entry("gin", "Xu et al. 2019, arXiv:1810.00826", "plain sums over neighbours in a graph, two linear maps after each",
            List.of(Option.of("hidden", 16, "hidden units"), Option.of("layers", 2, "sums over neighbours")),
            s -> (in, outputs) -> new Gin(in.size(), s.integer("hidden"), s.integer("layers"), outputs));

    private final List<Linear> first = new ArrayList<>();
    private final List<Linear> second = new ArrayList<>();
    private final Linear output;

    public Gin(int features, int hidden, int layers, int classes) {
        if (features < 1 || hidden < 1 || layers < 1 || classes < 1) {
            throw new UserError("gin: found features=" + features + ", hidden=" + hidden + ", layers=" + layers + ", classes=" + classes + ", expected each at least 1");
        }
        for (int i = 0; i < layers; i++) {
            first.add(linear(new Site("layer." + i + ".first.weight", i, Role.HIDDEN, hidden, i == 0 ? features : hidden), Init.Kaiming.RELU));
            second.add(linear(new Site("layer." + i + ".second.weight", i, Role.HIDDEN, hidden, hidden), Init.Kaiming.RELU));
        }
        this.output = linear(new Site("output.weight", layers, Role.OUTPUT, classes, hidden), new Init.Kaiming(1));
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        return ops.input(in.as(Graph.class).x());
    }

    @Override
    public int blocks() {
        return first.size();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        Value sum = ops.aggregate(in.as(Graph.class).sums(), x);
        Value inner = ops.linear(first.get(i).weight(), first.get(i).bias(), Activation.RELU, sum);
        ops.release(sum);
        Value y = ops.linear(second.get(i).weight(), second.get(i).bias(), Activation.RELU, inner);
        ops.release(inner);
        return y;
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        return ops.linear(output.weight(), output.bias(), Activation.NONE, x);
    }
}
