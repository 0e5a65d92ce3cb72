package dev.filigree.model;

import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.List;

/** Fully connected layers, one block each, and a linear output layer: {@code [samples x inputs]} to {@code [samples x outputs]}. */
public class Mlp extends Network {

    private final List<Linear> hidden = new ArrayList<>();
    private final Linear output;
    private final List<Integer> widths;
    private final Activation activation;

    /**
     * @param widths inputs, hidden units of each layer, outputs: {@code 784, 300, 100, 10} is LeNet-300-100 (LeCun et al. 1998)
     */
    public Mlp(List<Integer> widths, Activation activation) {
        if (widths.size() < 2 || widths.stream().anyMatch(w -> w < 1)) {
            throw new UserError("mlp: found widths " + widths + ", expected inputs, hidden units and outputs, each at least 1");
        }
        this.widths = List.copyOf(widths);
        this.activation = activation;
        int last = widths.size() - 2;
        for (int i = 0; i < last; i++) {
            hidden.add(linear(new Site("layer." + i + ".weight", i, Role.HIDDEN, widths.get(i + 1), widths.get(i)), Init.Kaiming.RELU));
        }
        this.output = linear(new Site("layer." + last + ".weight", last, Role.OUTPUT, widths.get(last + 1), widths.get(last)), new Init.Kaiming(1));
    }

    @Override
    public List<Coupling> couplings() {
        List<Coupling> all = new ArrayList<>();
        for (int i = 0; i < hidden.size(); i++) {
            Linear reader = i + 1 < hidden.size() ? hidden.get(i + 1) : output;
            all.add(new Coupling.Builder("layer." + i, widths.get(i + 1), 1).madeBy(hidden.get(i)).readBy(reader.weight(), 1).build());
        }
        return all;
    }

    @Override
    public Mlp narrowed(List<Integer> channels) {
        List<Integer> narrow = new ArrayList<>(channels);
        narrow.addFirst(widths.getFirst());
        narrow.addLast(widths.getLast());
        return new Mlp(narrow, activation);
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        return ops.input(in.as(Samples.class).x());
    }

    @Override
    public int blocks() {
        return hidden.size();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        return ops.linear(hidden.get(i).weight(), hidden.get(i).bias(), activation, x);
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        return ops.linear(output.weight(), output.bias(), Activation.NONE, x);
    }
}
