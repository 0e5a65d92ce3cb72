package dev.filigree.prune.channels;

import dev.filigree.base.Floats;
import dev.filigree.model.Coupling;
import dev.filigree.ops.BatchNorm;
import dev.filigree.ops.Held;
import dev.filigree.ops.Param;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Weight;
import java.util.stream.Stream;

/** The values that make a channel as one vector: its rows of weights, its bias, its gain and shift. Without them it gives zero. */
final class Groups {

    private Groups() {
    }

    private static Stream<Weight> weights(Coupling coupling) {
        return Stream.concat(coupling.makers().stream().map(Held::backward), coupling.norms().stream().flatMap(Groups::trained).map(Param::backward));
    }

    private static Stream<Param> trained(BatchNorm n) {
        return Stream.of(n.gain(), n.shift());
    }

    /** Values of a channel. */
    static int size(Coupling coupling) {
        return weights(coupling).mapToInt(Weight::cols).sum();
    }

    /** The Euclidean length of each channel's vector. */
    static double[] lengths(Coupling coupling) {
        double[] squares = new double[coupling.channels()];
        weights(coupling).forEach(w -> w.forEach((r, c, slot, v) -> squares[r] += (double) v * v));
        for (int c = 0; c < squares.length; c++) {
            squares[c] = Math.sqrt(squares[c]);
        }
        return squares;
    }

    /** Multiplies each channel's vector. */
    static void scale(Coupling coupling, double[] factors) {
        weights(coupling).forEach(w -> {
            Floats values = Slots.of(w);
            w.forEach((r, c, slot, v) -> values.set(slot, (float) (v * factors[r])));
        });
    }
}
