package dev.filigree.model;

import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Window;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Residual networks whose 3x3 convolutions see only the channels of their own group (Xie et al. 2017, arXiv:1611.05431,
 * section 4 and for small images 5.2): a 3x3 convolution, three stages of {@code n} blocks, the mean of each channel, a linear
 * layer; {@code 9n + 2} layers. A block is a 1x1 convolution to {@code groups * each} channels, a 3x3 convolution in groups
 * and a 1x1 convolution to twice as many channels; {@code each} doubles from stage to stage. Where a block changes the
 * number of channels its shortcut is a 1x1 convolution.
 */
public final class ResNext extends ImageNetwork {

    private static final int STAGES = 3;

    private final Normed stem;
    private final List<Block> blocks = new ArrayList<>();
    private final Linear output;

    /** Three convolutions and what is added to their result: a projection, or the input where that is null. */
    private record Block(Normed reduce, Normed grouped, Normed expand, Normed shortcut) {
    }

    /**
     * @param depth  11, 20, 29 ...: {@code 9n + 2}
     * @param groups of the 3x3 convolutions, 8 in the paper
     * @param each   channels of a group in the first stage, 64 in the paper
     */
    public ResNext(Shape input, int classes, int depth, int groups, int each) {
        super(input, classes);
        if (depth < 11 || (depth - 2) % 9 != 0 || groups < 1 || each < 1) {
            throw new UserError("resnext: found " + depth + " layers, " + groups + " groups of " + each
                    + " channels, expected 11, 20, 29, 38 ... layers and at least one group of at least one channel");
        }
        int inputs = groups * each;
        this.stem = conv("stem", 0, Role.CONVOLUTION, inputs, input.channels(), Window.square(3, 1));
        for (int stage = 0; stage < STAGES; stage++) {
            int inner = groups * each << stage;
            for (int i = 0; i < (depth - 2) / 9; i++) {
                int at = blocks.size() + 1;
                int stride = stage > 0 && i == 0 ? 2 : 1;
                String name = "block." + at;
                blocks.add(new Block(conv(name + ".reduce", at, Role.CONVOLUTION, inner, inputs, Window.PIXEL),
                        conv(name + ".grouped", at, Role.CONVOLUTION, inner, inner, Window.square(3, stride), groups),
                        conv(name + ".expand", at, Role.CONVOLUTION, 2 * inner, inner, Window.PIXEL),
                        i > 0 ? null : conv(name + ".shortcut", at, Role.SHORTCUT, 2 * inner, inputs, Window.square(1, stride))));
                inputs = 2 * inner;
            }
        }
        this.output = linear(new Site("output.weight", blocks.size() + 1, Role.OUTPUT, classes, inputs), new Init.Kaiming(1));
    }

    @Override
    public int blocks() {
        return blocks.size() + 1;
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        if (i == 0) {
            return run(ops, stem, true, x, null);
        }
        Block b = blocks.get(i - 1);
        Value shortcut = b.shortcut == null ? x : run(ops, b.shortcut, false, x, null);
        Value reduced = run(ops, b.reduce, true, x, null);
        Value hidden = run(ops, b.grouped, true, reduced, null);
        ops.release(reduced);
        Value y = run(ops, b.expand, true, hidden, shortcut);
        ops.release(hidden);
        if (shortcut != x) {
            ops.release(shortcut);
        }
        return y;
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        return classify(ops, output, 0, x);
    }
}
