package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Channels;
import dev.filigree.kernel.Planes;
import dev.filigree.ops.BatchNorm;
import dev.filigree.ops.ImageForward;
import dev.filigree.ops.Value;

/**
 * Back through batch normalisation. With {@code u = (x - mean) / deviation} and dz what is left of dy behind a ReLU:
 * {@code dx = gain / deviation (dz - mean(dz) - u mean(dz u))}; the residual gets dz.
 *
 * @param statistics of {@link ImageForward#batchNormOfBatch}
 */
record BatchNormBack(BatchNorm norm, boolean relu, Value x, Value residual, Value statistics, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        Planes p = x.planes();
        double count = (double) p.images() * p.height() * p.width();
        boolean shared = residual != null && round.carries(residual);
        Value dx = shared ? round.takeLike(x) : dy;
        Floats ofGain = round.parameters().wants(norm.gain()) ? round.parameters().of(norm.gain()) : null;
        Floats ofShift = round.parameters().wants(norm.shift()) ? round.parameters().of(norm.shift()) : null;
        // both passes over a channel in one task: one channel of a batch stays in the second cache
        round.compute().parallel().run(p.channels(), c -> {
            Channels k = round.compute().kernels().channels();
            float mean = statistics.data().get(c);
            float inverse = statistics.data().get(p.channels() + c);
            double[] sums = new double[2];
            float scale = statistics.data().get(2 * p.channels() + c);
            float shift = statistics.data().get(3 * p.channels() + c);
            for (int g = 0; g < p.groups(); g++) {
                int at = ImageForward.at(p, g, c);
                if (relu) {
                    k.backwardSums(x.data(), mean, scale, shift, residual == null ? null : output.data(), dy.data(), at, p.pixels(), sums);
                } else {
                    k.backwardSums(x.data(), mean, dy.data(), at, p.pixels(), sums);
                }
            }
            add(ofShift, c, sums[0]);
            add(ofGain, c, sums[1] * inverse);
            double a = scale;
            double b = -a * inverse * inverse * sums[1] / count;
            float rest = (float) (-a * sums[0] / count - b * mean);
            for (int g = 0; g < p.groups(); g++) {
                k.blend((float) a, dy.data(), (float) b, x.data(), rest, dx.data(), ImageForward.at(p, g, c), p.pixels());
            }
        });
        dx.clearPadding();
        if (shared) {
            round.hand(residual, dy);
        }
        round.hand(x, dx);
    }

    private static void add(Floats gradient, int c, double more) {
        if (gradient != null) {
            gradient.set(c, (float) (gradient.get(c) + more));
        }
    }
}
