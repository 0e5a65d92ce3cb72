package dev.filigree.model;

import dev.filigree.ops.BatchNorm;
import dev.filigree.ops.Held;
import java.util.ArrayList;
import java.util.List;

/**
 * Channels that come and go together: what makes channel {@code c}, what normalises it and what reads it. Where a residual sum
 * joins channels of several layers, all of these make the same channel.
 *
 * @param name     for a person
 * @param channels how many there are
 * @param least    how many must stay: 0 where the network goes on without any of them, around a residual block
 * @param makers   whose rows are channels: weights, biases, filters of single channels
 * @param norms    whose entries are channels
 * @param readers  whose columns are channels
 */
public record Coupling(String name, int channels, int least, List<Held> makers, List<BatchNorm> norms, List<Reader> readers) {

    /**
     * A weight whose columns {@code c * width} to {@code (c + 1) * width - 1} read channel {@code c}.
     *
     * @param width taps of a convolution, pixels of an image laid out as a vector, or 1
     */
    public record Reader(Held weight, int width) {
    }

    public Coupling {
        makers = List.copyOf(makers);
        norms = List.copyOf(norms);
        readers = List.copyOf(readers);
    }

    /** A coupling that is put together layer by layer. */
    static final class Builder {

        private final String name;
        private final int channels;
        private final int least;
        private final List<Held> makers = new ArrayList<>();
        private final List<BatchNorm> norms = new ArrayList<>();
        private final List<Reader> readers = new ArrayList<>();

        Builder(String name, int channels, int least) {
            this.name = name;
            this.channels = channels;
            this.least = least;
        }

        /** A convolution with its normalisation makes the channels. */
        Builder madeBy(ImageNetwork.Normed c) {
            makers.add(c.weight());
            norms.add(c.norm());
            return this;
        }

        /** A layer with its bias makes the channels. */
        Builder madeBy(Network.Linear l) {
            makers.add(l.weight());
            makers.add(l.bias());
            return this;
        }

        /** A convolution reads the channels. */
        Builder readBy(ImageNetwork.Normed c) {
            return readBy(c.weight(), c.window().taps());
        }

        Builder readBy(Held weight, int width) {
            readers.add(new Reader(weight, width));
            return this;
        }

        Coupling build() {
            return new Coupling(name, channels, least, makers, norms, readers);
        }
    }
}
