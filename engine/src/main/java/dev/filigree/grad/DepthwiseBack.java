package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Taps;
import dev.filigree.kernel.Window;
import dev.filigree.ops.Forward;
import dev.filigree.ops.Param;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Conv;

/** Back through a convolution of every channel by itself, see {@link ConvBack}. */
record DepthwiseBack(Param weight, Param bias, Activation f, Window window, Value x, Value sum, Value output) implements Operation {

    @Override
    public void backward(Tape tape, Value dy) {
        Images.throughActivation(tape, f, sum, dy);
        Gradients g = tape.parameters();
        if (g.wants(bias)) {
            Images.addBias(tape, dy, g.of(bias));
        }
        if (g.wants(weight)) {
            Taps way = tape.forward().images().taps(window, x.planes(), dy.planes());
            Conv.depthwiseGradient(tape.compute(), way, dy.data(), x.data(), g.of(weight));
        }
        tape.pass(x, dx -> {
            Taps back = tape.forward().images().taps(window.backward(), dy.planes(), x.planes());
            Value turned = turned(tape);
            Conv.depthwise(tape.compute(), turned.data(), back, null, Activation.NONE, dy.data(), dx.data());
            tape.free(turned);
            dx.clearPadding();
        });
        tape.free(dy);
    }

    /** The weight with its taps in reverse order. */
    private Value turned(Tape tape) {
        Floats w = Forward.vector(weight);
        int taps = window.taps();
        Value turned = tape.takeParts(taps, w.length() / taps);
        for (int i = 0; i < w.length(); i++) {
            turned.data().set(i, w.get(i / taps * taps + taps - 1 - i % taps));
        }
        return turned;
    }
}
