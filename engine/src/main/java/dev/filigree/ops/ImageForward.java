package dev.filigree.ops;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Channels;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Taps;
import dev.filigree.kernel.Window;
import dev.filigree.tensor.Conv;
import dev.filigree.tensor.ConvWeight;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The arithmetic of the operations over images, see {@link Forward}. */
public final class ImageForward {

    private final Compute compute;
    private final Map<Way, Taps> taps = new ConcurrentHashMap<>();

    private record Way(Window window, Planes in, Planes out) {
    }

    ImageForward(Compute compute) {
        this.compute = compute;
    }

    /** What each output pixel sees, made once for a size of images. */
    public Taps taps(Window window, Planes in, Planes out) {
        return taps.computeIfAbsent(new Way(window, in, out), w -> Taps.of(window, in, out));
    }

    public void conv(Param weight, Param bias, Activation f, Window window, Value x, Value y) {
        apply(weight.forward(), bias == null ? null : Forward.vector(bias), f, taps(window, x.planes(), y.planes()), x, y);
    }

    /** The product with a weight held in either way. */
    public void apply(Weight weight, Floats bias, Activation f, Taps way, Value x, Value y) {
        switch (weight) {
            case ConvWeight w -> Conv.apply(compute, w, way, bias, f, x.data(), y.data());
            case Tiled w -> Conv.apply(compute, w, way, bias, f, x.data(), y.data());
            default -> throw new IllegalStateException("a convolution weight is held as " + weight.layout() + ", expected tiles or entries of a convolution");
        }
    }

    public void depthwise(Param weight, Param bias, Activation f, Window window, Value x, Value y) {
        Conv.depthwise(compute, Forward.vector(weight), taps(window, x.planes(), y.planes()), bias == null ? null : Forward.vector(bias), f, x.data(), y.data());
    }

    /** Batch normalisation with the running statistics; y may be x or the residual. */
    public void batchNorm(BatchNorm n, boolean relu, Value x, Value residual, Value y) {
        Floats gain = Forward.vector(n.gain());
        Floats shift = Forward.vector(n.shift());
        Floats mean = Forward.vector(n.mean());
        Floats variance = Forward.vector(n.variance());
        compute.parallel().run(x.features(), c -> {
            float scale = (float) (gain.get(c) / Math.sqrt(variance.get(c) + n.eps()));
            scale(c, scale, shift.get(c) - scale * mean.get(c), relu, x, residual, y);
        });
    }

    /**
     * Batch normalisation with the statistics of the batch, towards which the running ones are moved.
     *
     * @param statistics mean of each channel, then one over the deviation, then what x is multiplied with and what is added:
     *                   {@code 4 channels}, overwritten
     */
    public void batchNormOfBatch(BatchNorm n, boolean relu, Value x, Value residual, Value y, Floats statistics) {
        Planes p = x.planes();
        long count = (long) p.images() * p.height() * p.width();
        Floats gain = Forward.vector(n.gain());
        Floats shift = Forward.vector(n.shift());
        // all passes over a channel in one task: one channel of a batch stays in the second cache
        compute.parallel().run(p.channels(), c -> {
            Channels k = compute.kernels().channels();
            float origin = x.data().get(at(p, 0, c)); // some value of the channel, so that little cancels below
            Padding.missing(x.data(), p, c, origin); // adds nothing to the sums
            double[] sums = new double[2];
            for (int g = 0; g < p.groups(); g++) {
                k.moments(x.data(), origin, at(p, g, c), p.pixels(), sums);
            }
            float mean = (float) (origin + sums[0] / count);
            double squares = Math.max(0, sums[1] - sums[0] * sums[0] / count);
            float inverse = (float) (1 / Math.sqrt(squares / count + n.eps()));
            statistics.set(c, mean);
            statistics.set(p.channels() + c, inverse);
            follow(Forward.vector(n.mean()), c, mean, n.momentum());
            follow(Forward.vector(n.variance()), c, squares / Math.max(1, count - 1), n.momentum());
            float scale = gain.get(c) * inverse;
            float rest = shift.get(c) - scale * mean;
            statistics.set(2 * p.channels() + c, scale);
            statistics.set(3 * p.channels() + c, rest);
            scale(c, scale, rest, relu, x, residual, y);
        });
    }

    private static void follow(Floats running, int c, double now, float momentum) {
        running.set(c, (float) ((1 - momentum) * running.get(c) + momentum * now));
    }

    private void scale(int channel, float gain, float shift, boolean relu, Value x, Value residual, Value y) {
        Planes p = x.planes();
        for (int g = 0; g < p.groups(); g++) {
            compute.kernels().channels().scale(gain, shift, x.data(), residual == null ? null : residual.data(), relu, y.data(), at(p, g, channel), p.pixels());
        }
    }

    public void maxPool(Window window, Value x, Value y) {
        eachPlane(x.planes(), (group, channel) -> compute.kernels().channels().maxPool(window, x.planes(), y.planes(), x.data(), y.data(), group, channel));
    }

    public void meanPool(Window window, Value x, Value y) {
        eachPlane(x.planes(), (group, channel) -> compute.kernels().channels().meanPool(window, x.planes(), y.planes(), x.data(), y.data(), group, channel));
    }

    /** See {@link Ops#globalMean}; {@code y} has one token an image. */
    public void globalMean(Value x, Value y) {
        Planes p = x.planes();
        int pixels = p.height() * p.width();
        y.clearPadding();
        compute.parallel().run(p.channels(), c -> {
            for (int i = 0; i < p.images(); i++) {
                float sum = 0;
                int at = p.at(i, c, 0, 0);
                for (int q = 0; q < pixels; q++) {
                    sum += x.data().get(at + q * step(p));
                }
                y.data().set(y.at(i, c), sum / pixels);
            }
        });
    }

    /** See {@link Ops#flatten}; {@code y} has one token an image. */
    public void flatten(Value x, Value y) {
        Planes p = x.planes();
        int pixels = p.height() * p.width();
        y.clearPadding();
        compute.parallel().run(p.channels(), c -> {
            for (int i = 0; i < p.images(); i++) {
                int from = p.at(i, c, 0, 0);
                int to = y.at(i, c * pixels);
                for (int q = 0; q < pixels; q++) {
                    y.data().set(to + q * y.width(), x.data().get(from + q * step(p)));
                }
            }
        });
    }

    /** One plane of one group. */
    @FunctionalInterface
    public interface PlaneTask {
        void run(int group, int channel);
    }

    /** Runs {@code task} for every plane. */
    public void eachPlane(Planes p, PlaneTask task) {
        compute.parallel().run(p.groups() * p.channels(), i -> task.run(i / p.channels(), i % p.channels()));
    }

    /** Where a plane begins. */
    public static int at(Planes p, int group, int channel) {
        return (group * p.channels() + channel) * p.plane();
    }

    /** Floats from one pixel of an image to the next. */
    public static int step(Planes p) {
        return p.dealt() ? p.together() : 1;
    }
}
