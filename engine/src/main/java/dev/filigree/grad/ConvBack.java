package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Taps;
import dev.filigree.kernel.Window;
import dev.filigree.ops.Param;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Conv;
import dev.filigree.tensor.ConvWeight;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;

/**
 * Back through {@code y = f(sum), sum = w * x + b} over images: {@code dsum = dy f'(sum)}, {@code dx = w^T * dsum}, dw at
 * live positions only, {@code db} = sum of dsum over pixels.
 *
 * @param sum what f was applied to, or with ReLU its result
 */
record ConvBack(Param weight, Param bias, Activation f, Window window, Value x, Value sum, Value output) implements Operation {

    @Override
    public void backward(Tape tape, Value dy) {
        Images.throughActivation(tape, f, sum, dy);
        Gradients g = tape.parameters();
        if (g.wants(bias)) {
            Images.addBias(tape, dy, g.of(bias));
        }
        if (g.wants(weight)) {
            addWeight(tape, weight.backward(), tape.forward().images().taps(window, x.planes(), dy.planes()), dy, g.of(weight));
        }
        tape.pass(x, dx -> {
            Taps back = tape.forward().images().taps(window.backward(), dy.planes(), x.planes());
            tape.forward().images().apply(tape.turned(weight, window.taps()), null, Activation.NONE, back, dy, dx);
            dx.clearPadding();
        });
        tape.freeOrKeep(weight, dy, new ConvFactors(tape.forward().images(), window, dy, x));
    }

    private void addWeight(Tape tape, Weight w, Taps way, Value dy, Floats gradient) {
        switch (w) {
            case ConvWeight c -> Conv.gradient(tape.compute(), c, way, dy.data(), x.data(), gradient);
            case Tiled _ -> Conv.gradient(tape.compute(), way, dy.data(), x.data(), gradient);
            default -> throw new IllegalStateException(weight.name() + " is held as " + w.layout() + ", which has no gradient");
        }
    }
}
