package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.ops.Forward;
import dev.filigree.ops.RmsNorm;
import dev.filigree.ops.Value;

/** Back through normalisation by the root of the mean square, which is computed again from the input. */
record RmsNormBack(RmsNorm norm, Value x, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        int features = x.features();
        int width = x.width();
        Value dx = round.takeLike(x);
        Value gains = round.takeParts(features, x.panels());
        Floats gain = Forward.vector(norm.gain());
        round.compute().parallel().run(x.panels(), p -> round.compute().kernels().norms().rmsNormBackward(x.data(), dy.data(), dx.data(), p * features * width,
                features, width, gain, norm.eps(), gains.data().slice(p * features, features).fill(0f)));
        NormBack.addParts(round, norm.gain(), gains);
        round.free(gains);
        round.free(dy);
        round.hand(x, dx);
    }
}
