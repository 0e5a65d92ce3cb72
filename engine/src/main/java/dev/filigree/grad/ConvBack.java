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
    public void backward(Round round, Value dy) {
        Images.throughActivation(round, f, sum, dy);
        Gradients g = round.parameters();
        if (g.wants(bias)) {
            Images.addBias(round, dy, g.of(bias));
        }
        if (g.wants(weight)) {
            addWeight(round, weight.backward(), round.forward().images().taps(window, x.planes(), dy.planes()), dy, g.of(weight));
        }
        round.pass(x, dx -> {
            Taps back = round.forward().images().taps(window.backward(), dy.planes(), x.planes());
            round.forward().images().apply(round.turned(weight, window.taps()), null, Activation.NONE, back, dy, dx);
            dx.clearPadding();
        });
        round.freeOrKeep(weight, dy, new ConvFactors(round.forward().images(), window, groups(weight.backward()), dy, x));
    }

    private static int groups(Weight w) {
        return w instanceof ConvWeight c ? c.groups() : 1;
    }

    private void addWeight(Round round, Weight w, Taps way, Value dy, Floats gradient) {
        switch (w) {
            case ConvWeight c -> Conv.gradient(round.compute(), c, way, dy.data(), x.data(), gradient);
            case Tiled _ -> Conv.gradient(round.compute(), way, dy.data(), x.data(), gradient);
            default -> throw new IllegalStateException(weight.name() + " is held as " + w.layout() + ", which has no gradient");
        }
    }
}
