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
    private static final int[] MAPS = {6, 16};
    private static final int[] UNITS = {120, 84};

    private final List<Linear> convs;
    private final List<Linear> hidden;
    private final Linear output;

    public LeNet5(Shape input, int classes) {
        super(input, classes);
        Planes p = Planes.of(1, input.channels(), input.height(), input.width());
        p = HALVED.forward(FIRST.forward(p, MAPS[0]), MAPS[0]);
        p = HALVED.forward(SECOND.forward(p, MAPS[1]), MAPS[1]);
        int features = p.channels() * p.height() * p.width();
        this.convs = List.of(conv(0, MAPS[0], input.channels()), conv(1, MAPS[1], MAPS[0]));
        this.hidden = List.of(linear(new Site("linear.2.weight", 2, Role.HIDDEN, UNITS[0], features), Init.Kaiming.RELU),
                linear(new Site("linear.3.weight", 3, Role.HIDDEN, UNITS[1], UNITS[0]), Init.Kaiming.RELU));
        this.output = linear(new Site("output.weight", 4, Role.OUTPUT, classes, UNITS[1]), new Init.Kaiming(1));
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
