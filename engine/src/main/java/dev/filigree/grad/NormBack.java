package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.ops.Forward;
import dev.filigree.ops.LayerNorm;
import dev.filigree.ops.Param;
import dev.filigree.ops.Value;

/** Back through layer normalisation; mean and variance are computed again from the input. */
record NormBack(LayerNorm norm, Value x, Value output) implements Operation {

    @Override
    public void backward(Tape tape, Value dy) {
        int features = x.features();
        int width = x.width();
        Value dx = tape.takeLike(x);
        // one row of parts for each panel, so that panels can run at once and are summed in a fixed order
        Value gains = tape.takeParts(features, x.panels());
        Value shifts = tape.takeParts(features, x.panels());
        Floats gain = Forward.vector(norm.gain());
        tape.compute().parallel().run(x.panels(), p -> tape.compute().kernels().norms().layerNormBackward(x.data(), dy.data(), dx.data(), p * features * width,
                features, width, gain, norm.eps(), gains.data().slice(p * features, features).fill(0f), shifts.data().slice(p * features, features).fill(0f)));
        addParts(tape, norm.gain(), gains);
        addParts(tape, norm.shift(), shifts);
        tape.free(gains);
        tape.free(shifts);
        tape.free(dy);
        tape.hand(x, dx);
    }

    /** Adds one part for each panel, in order, to the gradient of a vector that is trained. */
    static void addParts(Tape tape, Param p, Value parts) {
        if (tape.parameters().wants(p)) {
            Floats gradient = tape.parameters().of(p);
            for (int panel = 0; panel < parts.tokens(); panel++) {
                Floats part = parts.data().slice(panel * parts.features(), parts.features());
                tape.compute().kernels().elementwise().add(gradient, part, gradient, 0, parts.features());
            }
        }
    }
}
