package dev.filigree.model;

import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Window;
import java.util.List;

/**
 * Residual networks whose 3x3 convolutions see only the channels of their own group (Xie et al. 2017, arXiv:1611.05431,
 * section 4 and for small images 5.2): a 3x3 convolution, three stages of {@code n} blocks, the mean of each channel, a linear
 * layer; {@code 9n + 2} layers. A block is a 1x1 convolution to {@code groups * each} channels, a 3x3 convolution in groups
 * and a 1x1 convolution to twice as many channels; {@code each} doubles from stage to stage. Where a block changes the
 * number of channels its shortcut is a 1x1 convolution.
 */
public final class ResNext extends ResidualNetwork {

    /**
     * @param depth  11, 20, 29 ...: {@code 9n + 2}
     * @param groups of the 3x3 convolutions, 8 in the paper
     * @param each   channels of a group in the first stage, 64 in the paper
     */
    public ResNext(Shape input, int classes, int depth, int groups, int each) {
        super(input, classes, checked(depth, groups, each));
        int inputs = groups * each;
        for (int stage = 0; stage < STAGES; stage++) {
            int inner = groups * each << stage;
            for (int i = 0; i < (depth - 2) / 9; i++) {
                int at = next();
                int stride = stage > 0 && i == 0 ? 2 : 1;
                String name = "block." + at;
                add(new Block(List.of(conv(name + ".reduce", at, Role.CONVOLUTION, inner, inputs, Window.PIXEL),
                        conv(name + ".grouped", at, Role.CONVOLUTION, inner, inner, Window.square(3, stride), groups),
                        conv(name + ".expand", at, Role.CONVOLUTION, 2 * inner, inner, Window.PIXEL)),
                        i > 0 ? null : conv(name + ".shortcut", at, Role.SHORTCUT, 2 * inner, inputs, Window.square(1, stride))));
                inputs = 2 * inner;
            }
        }
        classify(classes, inputs);
    }

    /** Channels of the first convolution, where depth and groups can be. */
    private static int checked(int depth, int groups, int each) {
        if (depth < 11 || (depth - 2) % 9 != 0 || groups < 1 || each < 1) {
            throw new UserError("resnext: found " + depth + " layers, " + groups + " groups of " + each
                    + " channels, expected 11, 20, 29, 38 ... layers and at least one group of at least one channel");
        }
        return groups * each;
    }
}
