package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Planes;
import dev.filigree.ops.ImageForward;
import dev.filigree.ops.Value;

/** What the ways back through operations over images share. */
final class Images {

    private Images() {
    }

    /** {@code dy f'(sum)} in place of dy. */
    static void throughActivation(Round round, Activation f, Value sum, Value dy) {
        if (f != Activation.NONE) {
            int panel = dy.features() * dy.width();
            round.compute().parallel().run(dy.panels(), p -> round.compute().kernels().elementwise().activateBackward(f, sum.data(), dy.data(), dy.data(),
                    p * panel, (p + 1) * panel));
        }
    }

    /** Adds the sum of dy over images and pixels to the gradient of each channel. */
    static void addBias(Round round, Value dy, Floats gradient) {
        Planes p = dy.planes();
        round.compute().parallel().run(p.channels(), c -> {
            double sum = gradient.get(c);
            for (int g = 0; g < p.groups(); g++) {
                sum += round.compute().kernels().channels().sum(dy.data(), ImageForward.at(p, g, c), p.pixels());
            }
            gradient.set(c, (float) sum);
        });
    }
}
