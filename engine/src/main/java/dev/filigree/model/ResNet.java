package dev.filigree.model;

import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Window;
import java.util.List;

/**
 * Residual networks for small images (He et al. 2016, arXiv:1512.03385, section 4.2): a 3x3 convolution, three stages of
 * {@code n} blocks of two 3x3 convolutions, the mean of each channel, a linear layer; {@code 6n + 2} layers. Where a stage
 * begins with a stride the shortcut is a 1x1 convolution with batch normalisation (option B).
 */
public final class ResNet extends ResidualNetwork {

    /**
     * @param depth 20, 32, 44, 56 ...: {@code 6n + 2}
     * @param width channels of the first stage, 16 in the paper; each further stage has twice as many
     */
    public ResNet(Shape input, int classes, int depth, int width) {
        super(input, classes, checked(depth, width));
        int inputs = width;
        for (int stage = 0; stage < STAGES; stage++) {
            int outputs = width << stage;
            for (int i = 0; i < (depth - 2) / 6; i++) {
                int at = next();
                int stride = stage > 0 && i == 0 ? 2 : 1;
                String name = "block." + at;
                add(new Block(List.of(conv(name + ".first", at, Role.CONVOLUTION, outputs, inputs, Window.square(3, stride)),
                        conv(name + ".second", at, Role.CONVOLUTION, outputs, outputs, Window.square(3, 1))),
                        stride == 1 ? null : conv(name + ".shortcut", at, Role.SHORTCUT, outputs, inputs, Window.square(1, stride))));
                inputs = outputs;
            }
        }
        classify(classes, inputs);
    }

    /** The width, where it and the depth can be. */
    private static int checked(int depth, int width) {
        if (depth < 8 || (depth - 2) % 6 != 0 || width < 1) {
            throw new UserError("resnet: found " + depth + " layers of width " + width + ", expected 8, 14, 20, 26, 32 ... layers and a width of at least 1");
        }
        return width;
    }
}
