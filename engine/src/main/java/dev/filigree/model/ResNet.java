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
 * Residual networks for small images (He et al. 2016, arXiv:1512.03385, section 4.2): a 3x3 convolution, three stages of
 * {@code n} blocks of two 3x3 convolutions, the mean of each channel, a linear layer; {@code 6n + 2} layers. Where a stage
 * begins with a stride the shortcut is a 1x1 convolution with batch normalisation (option B).
 */
public final class ResNet extends ImageNetwork {

    private static final int STAGES = 3;

    private final Normed stem;
    private final List<Block> blocks = new ArrayList<>();
    private final Linear output;

    /** Two convolutions and what is added to their result: a projection, or the input where that is null. */
    private record Block(Normed first, Normed second, Normed shortcut) {
    }

    /**
     * @param depth 20, 32, 44, 56 ...: {@code 6n + 2}
     * @param width channels of the first stage, 16 in the paper; each further stage has twice as many
     */
    public ResNet(Shape input, int classes, int depth, int width) {
        super(input, classes);
        if (depth < 8 || (depth - 2) % 6 != 0 || width < 1) {
            throw new UserError("resnet: found " + depth + " layers of width " + width + ", expected 8, 14, 20, 26, 32 ... layers and a width of at least 1");
        }
        this.stem = conv("stem", 0, Role.CONVOLUTION, width, input.channels(), Window.square(3, 1));
        int inputs = width;
        for (int stage = 0; stage < STAGES; stage++) {
            int outputs = width << stage;
            for (int i = 0; i < (depth - 2) / 6; i++) {
                int at = blocks.size() + 1;
                int stride = stage > 0 && i == 0 ? 2 : 1;
                String name = "block." + at;
                blocks.add(new Block(conv(name + ".first", at, Role.CONVOLUTION, outputs, inputs, Window.square(3, stride)),
                        conv(name + ".second", at, Role.CONVOLUTION, outputs, outputs, Window.square(3, 1)),
                        stride == 1 ? null : conv(name + ".shortcut", at, Role.SHORTCUT, outputs, inputs, Window.square(1, stride))));
                inputs = outputs;
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
        Value hidden = run(ops, b.first, true, x, null);
        Value y = run(ops, b.second, true, hidden, shortcut);
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
