package dev.filigree.prune.channels;

import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Coupling;
import dev.filigree.model.Network;
import dev.filigree.ops.BatchNorm;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Loop;
import java.util.List;
import java.util.function.IntPredicate;

/** The gains of batch normalisation, by channel. Where a residual sum joins layers, a channel has the gains of all of them. */
final class Gains {

    static final Option TOGETHER = Option.of("together", true, "whether one threshold decides for all layers");

    private Gains() {
    }

    /** The couplings of a network all of whose channels are normalised; refuses others. */
    static List<Coupling> couplings(String method, Network network) {
        List<Coupling> all = network.couplings();
        if (all.isEmpty()) {
            network.narrowed(List.of()); // refuses with a line of its own
        }
        if (all.stream().anyMatch(c -> c.channels() > 0 && c.norms().isEmpty())) {
            throw new UserError("channels " + method + ": " + network.getClass().getSimpleName() + " has layers without batch normalisation, whose gains it judges; use l1-filter, or vgg, resnet or mobilenet");
        }
        return all;
    }

    /** {@code sum |gain|} of each channel. */
    static double[] sizes(Coupling coupling) {
        double[] sizes = new double[coupling.channels()];
        for (BatchNorm n : coupling.norms()) {
            Floats gain = Slots.of(n.gain().backward());
            for (int c = 0; c < sizes.length; c++) {
                sizes[c] += Math.abs(gain.get(c));
            }
        }
        return sizes;
    }

    /** Adds the gradient of {@code strength * |gain|} for some channels. */
    static void pull(Loop loop, Coupling coupling, double strength, IntPredicate channels) {
        for (BatchNorm n : coupling.norms()) {
            Floats gain = Slots.of(n.gain().backward());
            Floats gradient = loop.gradients().of(n.gain());
            for (int c = 0; c < coupling.channels(); c++) {
                if (channels.test(c)) {
                    gradient.set(c, gradient.get(c) + (float) strength * Math.signum(gain.get(c)));
                }
            }
        }
    }
}
