package dev.filigree.model;

import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Window;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.List;

/** A 3x3 convolution, blocks of convolutions to whose result their input is added, the mean of each channel, a linear layer. */
abstract class ResidualNetwork extends ImageNetwork {

    /** Stages of blocks; from the second on each begins with a stride of 2. */
    static final int STAGES = 3;

    private final Normed stem;
    private final List<Block> blocks = new ArrayList<>();
    private Linear output;

    /**
     * Convolutions one after the other, and what is added to their result.
     *
     * @param shortcut a projection of the input, or null for the input itself
     */
    record Block(List<Normed> convolutions, Normed shortcut) {
    }

    /** @param channels that the first convolution makes */
    ResidualNetwork(Shape input, int classes, int channels) {
        super(input, classes);
        this.stem = conv("stem", 0, Role.CONVOLUTION, channels, input.channels(), Window.square(3, 1));
    }

    /** The number of the next block, counted from 1. */
    final int next() {
        return blocks.size() + 1;
    }

    final void add(Block block) {
        blocks.add(block);
    }

    final Normed stem() {
        return stem;
    }

    final Linear output() {
        return output;
    }

    /** Declares the last layer, after all blocks. */
    final void classify(int classes, int inputs) {
        this.output = linear(new Site("output.weight", next(), Role.OUTPUT, classes, inputs), new Init.Kaiming(1));
    }

    @Override
    public final int blocks() {
        return next();
    }

    @Override
    public final Value block(Ops ops, int i, Value x, Batch in) {
        if (i == 0) {
            return run(ops, stem, true, x, null);
        }
        Block b = blocks.get(i - 1);
        Value shortcut = b.shortcut == null ? x : run(ops, b.shortcut, false, x, null);
        Value y = x;
        for (int c = 0; c < b.convolutions.size(); c++) {
            Value next = run(ops, b.convolutions.get(c), true, y, c == b.convolutions.size() - 1 ? shortcut : null);
            if (y != x) {
                ops.release(y);
            }
            y = next;
        }
        if (shortcut != x) {
            ops.release(shortcut);
        }
        return y;
    }

    @Override
    public final Value leave(Ops ops, Value x, Batch in) {
        return classify(ops, output, 0, x);
    }
}
