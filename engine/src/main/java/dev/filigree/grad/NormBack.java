package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.ops.Forward;
import dev.filigree.ops.LayerNorm;
import dev.filigree.ops.Param;
import dev.filigree.ops.Value;

/** Back through layer normalisation; mean and variance are computed again from the input. */
record NormBack(LayerNorm norm, Value x, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        int features = x.features();
        int width = x.width();
        Value dx = round.takeLike(x);
        // one row of parts for each panel, so that panels can run at once and are summed in a fixed order
        Value gains = round.takeParts(features, x.panels());
        Value shifts = round.takeParts(features, x.panels());
        Floats gain = Forward.vector(norm.gain());
        round.compute().parallel().run(x.panels(), p -> round.compute().kernels().norms().layerNormBackward(x.data(), dy.data(), dx.data(), p * features * width,
                features, width, gain, norm.eps(), gains.data().slice(p * features, features).fill(0f), shifts.data().slice(p * features, features).fill(0f)));
        addParts(round, norm.gain(), gains);
        addParts(round, norm.shift(), shifts);
        round.free(gains);
        round.free(shifts);
        round.free(dy);
        round.hand(x, dx);
    }

    /** Adds one part for each panel, in order, to the gradient of a vector that is trained. */
    static void addParts(Round round, Param p, Value parts) {
        if (round.parameters().wants(p)) {
            Floats gradient = round.parameters().of(p);
            for (int panel = 0; panel < parts.tokens(); panel++) {
                Floats part = parts.data().slice(panel * parts.features(), parts.features());
                round.compute().kernels().elementwise().add(gradient, part, gradient, 0, parts.features());
            }
        }
    }
}
