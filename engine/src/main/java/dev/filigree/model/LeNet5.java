package dev.filigree.model;

import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Window;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import java.util.List;

/**
 * LeNet-5 (LeCun et al. 1998, Proc. IEEE 86) as it is trained today, with ReLU, full connections between maps and a plain
 * output layer: two 5x5 convolutions, each followed by the mean of 2x2 pixels, and three linear layers.
 */
public final class LeNet5 extends ImageNetwork {

    private static final Window HALVED = new Window(2, 2, 2, 1, 0, 0);
    private static final Window FIRST = Window.square(5, 1);
    private static final Window SECOND = new Window(5, 5, 1, 1, 0, 0);
    private static final List<Integer> WIDTHS = List.of(6, 16, 120, 84); // maps of the convolutions, units of the linear layers

    private final List<Integer> widths;
    private final int pixels; // of a map as the first linear layer sees it
    private final List<Linear> convs;
    private final List<Linear> hidden;
    private final Linear output;

    public LeNet5(Shape input, int classes) {
        this(input, classes, WIDTHS);
    }

    private LeNet5(Shape input, int classes, List<Integer> widths) {
        super(input, classes);
        this.widths = List.copyOf(widths);
        int first = widths.get(0);
        int second = widths.get(1);
        Planes p = Planes.of(1, input.channels(), input.height(), input.width());
        p = HALVED.forward(FIRST.forward(p, first), first);
        p = HALVED.forward(SECOND.forward(p, second), second);
        this.pixels = p.height() * p.width();
        this.convs = List.of(conv(0, first, input.channels()), conv(1, second, first));
        this.hidden = List.of(linear(new Site("linear.2.weight", 2, Role.HIDDEN, widths.get(2), second * pixels), Init.Kaiming.RELU),
                linear(new Site("linear.3.weight", 3, Role.HIDDEN, widths.get(3), widths.get(2)), Init.Kaiming.RELU));
        this.output = linear(new Site("output.weight", 4, Role.OUTPUT, classes, widths.get(3)), new Init.Kaiming(1));
    }

    @Override
    public List<Coupling> couplings() {
        return List.of(new Coupling.Builder("conv.0", widths.get(0), 1).madeBy(convs.get(0)).readBy(convs.get(1).weight(), SECOND.taps()).build(),
                new Coupling.Builder("conv.1", widths.get(1), 1).madeBy(convs.get(1)).readBy(hidden.get(0).weight(), pixels).build(),
                new Coupling.Builder("linear.2", widths.get(2), 1).madeBy(hidden.get(0)).readBy(hidden.get(1).weight(), 1).build(),
                new Coupling.Builder("linear.3", widths.get(3), 1).madeBy(hidden.get(1)).readBy(output.weight(), 1).build());
    }

    @Override
    public LeNet5 narrowed(List<Integer> channels) {
        return new LeNet5(input(), classes(), channels);
    }

    private Linear conv(int block, int outputs, int inputs) {
        return linear(new Site("conv." + block + ".weight", block, Role.CONVOLUTION, outputs, inputs * FIRST.taps(), FIRST.height(), FIRST.width()), Init.Kaiming.RELU);
    }

    @Override
    public int blocks() {
        return convs.size() + hidden.size();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        if (i < convs.size()) {
            return convolve(ops, convs.get(i).weight(), convs.get(i).bias(), i == 0 ? FIRST : SECOND, x);
        }
        Linear layer = hidden.get(i - convs.size());
        if (i > convs.size()) {
            return ops.linear(layer.weight(), layer.bias(), Activation.RELU, x);
        }
        Value flat = ops.flatten(x);
        Value y = ops.linear(layer.weight(), layer.bias(), Activation.RELU, flat);
        ops.release(flat);
        return y;
    }

    private static Value convolve(Ops ops, Held weight, Held bias, Window w, Value x) {
        Value y = ops.conv(weight, bias, Activation.RELU, w, x);
        Value halved = ops.meanPool(HALVED, y);
        ops.release(y);
        return halved;
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        return ops.linear(output.weight(), output.bias(), Activation.NONE, x);
    }
}
