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
    public void backward(Round round, Value dy) {
        Images.throughActivation(round, f, sum, dy);
        Gradients g = round.parameters();
        if (g.wants(bias)) {
            Images.addBias(round, dy, g.of(bias));
        }
        if (g.wants(weight)) {
            Taps way = round.forward().images().taps(window, x.planes(), dy.planes());
            Conv.depthwiseGradient(round.compute(), way, dy.data(), x.data(), g.of(weight));
        }
        round.pass(x, dx -> {
            Taps back = round.forward().images().taps(window.backward(), dy.planes(), x.planes());
            Value turned = turned(round);
            Conv.depthwise(round.compute(), turned.data(), back, null, Activation.NONE, dy.data(), dx.data());
            round.free(turned);
            dx.clearPadding();
        });
        round.free(dy);
    }

    /** The weight with its taps in reverse order. */
    private Value turned(Round round) {
        Floats w = Forward.vector(weight);
        int taps = window.taps();
        Value turned = round.takeParts(taps, w.length() / taps);
        for (int i = 0; i < w.length(); i++) {
            turned.data().set(i, w.get(i / taps * taps + taps - 1 - i % taps));
        }
        return turned;
    }
}
