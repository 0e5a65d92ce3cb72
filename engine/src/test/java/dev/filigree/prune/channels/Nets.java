package dev.filigree.prune.channels;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Coupling;
import dev.filigree.model.LeNet5;
import dev.filigree.model.MobileNet;
import dev.filigree.model.Mlp;
import dev.filigree.model.Network;
import dev.filigree.model.ResNet;
import dev.filigree.model.Vgg;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Held;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Birth;
import java.util.List;
import java.util.function.Supplier;

/** Small networks that can lose channels, and what they compute. */
record Nets(String name, Supplier<Network> make) {

    static final Shape IMAGE = new Shape(2, 13, 14);
    static final int KINDS = 3;

    static List<Nets> all() {
        return List.of(new Nets("mlp", () -> new Mlp(List.of(IMAGE.size(), 17, 9, KINDS), Activation.RELU)), new Nets("lenet5", () -> new LeNet5(IMAGE, KINDS)),
                new Nets("vgg", () -> new Vgg(IMAGE, KINDS, List.of(List.of(6, 17), List.of(12)), 0)), new Nets("resnet", () -> new ResNet(IMAGE, KINDS, 14, 5)),
                new Nets("mobilenet", () -> new MobileNet(IMAGE, KINDS, 0.15)));
    }

    @Override
    public String toString() {
        return name;
    }

    /** A network with random weights, biases and statistics. */
    Network born(Compute compute) {
        Network net = make.get();
        Birth birth = new Birth(compute, net, new Rng(4));
        net.sites().forEach(birth::dense);
        Rng rng = new Rng(5);
        for (Held p : net.params()) {
            if (p.forward().cols() == 1) {
                Floats v = Slots.of(p.forward());
                for (int i = 0; i < v.length(); i++) {
                    v.set(i, (float) (p.name().endsWith("running_var") ? 0.5 + rng.nextDouble() : (p.name().endsWith("norm.weight") ? 1 : 0) + 0.3 * rng.nextGaussian()));
                }
            }
        }
        return net;
    }

    /** A batch of noise. */
    static Batch batch(Network net, int size) {
        Rng rng = new Rng(6);
        Value x = net.form().allocate(size, IMAGE.channels(), IMAGE.height(), IMAGE.width());
        int[] labels = new int[size];
        float[] example = new float[IMAGE.size()];
        for (int i = 0; i < size; i++) {
            labels[i] = i % KINDS;
            for (int f = 0; f < example.length; f++) {
                example[f] = (float) rng.nextGaussian();
            }
            net.form().write(example, i, x);
        }
        return new Samples(x, labels);
    }

    /** What a network gives for a batch, {@code [examples] [classes]}. */
    static float[][] logits(Compute compute, Network net, Batch batch) {
        try (Eager eager = new Eager(compute)) {
            Value y = net.forward(eager, batch);
            float[][] out = new float[y.tokens()][];
            for (int i = 0; i < out.length; i++) {
                out[i] = y.token(i);
            }
            return out;
        }
    }

    /** Makes a channel give zero, whatever it reads. */
    static void silence(Coupling coupling, int channel) {
        for (Held p : coupling.makers()) {
            p.backward().forEach((r, c, slot, v) -> {
                if (r == channel) {
                    Slots.of(p.backward()).set(slot, 0f);
                }
            });
        }
        coupling.norms().forEach(n -> {
            Slots.of(n.gain().backward()).set(channel, 0f);
            Slots.of(n.shift().backward()).set(channel, 0f);
        });
    }
}
