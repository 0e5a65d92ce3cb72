package dev.filigree.model;

import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Window;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Depthwise separable convolutions (Howard et al. 2017, arXiv:1704.04861): a 3x3 convolution, blocks of a 3x3 convolution
 * of every channel by itself and a 1x1 convolution, the mean of each channel, a linear layer. The depthwise weights are a
 * small part of all and stay dense, as in the literature on sparse training.
 */
public final class MobileNet extends ImageNetwork {

    /** Outputs for a width of 1, and the stride, of each block: MobileNet's, with fewer strides, for small images. */
    private static final int[][] SMALL = {{64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2}, {512, 1}, {512, 1}};
    private static final int STEM = 32;

    private final Normed stem;
    private final List<Normed> depthwise = new ArrayList<>();
    private final List<Normed> pointwise = new ArrayList<>();
    private final List<Integer> widths;
    private final Linear output;

    /** @param width what all numbers of channels are multiplied with */
    public MobileNet(Shape input, int classes, double width) {
        this(input, classes, widths(width));
    }

    /** @param widths channels of the first convolution and of each block */
    private MobileNet(Shape input, int classes, List<Integer> widths) {
        super(input, classes);
        this.widths = List.copyOf(widths);
        int inputs = widths.getFirst();
        this.stem = conv("stem", 0, Role.CONVOLUTION, inputs, input.channels(), Window.square(3, 1));
        for (int[] block : SMALL) {
            int at = depthwise.size() + 1;
            int outputs = widths.get(at);
            depthwise.add(depthwise("block." + at + ".depthwise", inputs, Window.square(3, block[1])));
            pointwise.add(conv("block." + at + ".pointwise", at, Role.CONVOLUTION, outputs, inputs, Window.PIXEL));
            inputs = outputs;
        }
        this.output = linear(new Site("output.weight", SMALL.length + 1, Role.OUTPUT, classes, inputs), new Init.Kaiming(1));
    }

    private static List<Integer> widths(double width) {
        if (!(width > 0 && width <= 8)) {
            throw new UserError("mobilenet: found width " + width + ", expected one above 0 and at most 8");
        }
        return IntStream.concat(IntStream.of(STEM), Arrays.stream(SMALL).mapToInt(b -> b[0])).mapToObj(n -> Math.max(1, (int) Math.round(n * width))).toList();
    }

    @Override
    public List<Coupling> couplings() {
        List<Coupling> all = new ArrayList<>();
        for (int i = 0; i < widths.size(); i++) {
            Coupling.Builder made = new Coupling.Builder(i == 0 ? "stem" : "block." + i, widths.get(i), 1).madeBy(i == 0 ? stem : pointwise.get(i - 1));
            all.add((i < depthwise.size() ? made.madeBy(depthwise.get(i)).readBy(pointwise.get(i)) : made.readBy(output.weight(), 1)).build());
        }
        return all;
    }

    @Override
    public MobileNet narrowed(List<Integer> channels) {
        return new MobileNet(input(), classes(), channels);
    }

    @Override
    public int blocks() {
        return depthwise.size() + 1;
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        if (i == 0) {
            return run(ops, stem, true, x, null);
        }
        Value hidden = run(ops, depthwise.get(i - 1), true, x, null);
        Value y = run(ops, pointwise.get(i - 1), true, hidden, null);
        ops.release(hidden);
        return y;
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        return classify(ops, output, 0, x);
    }
}
