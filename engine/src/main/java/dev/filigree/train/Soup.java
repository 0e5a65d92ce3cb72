package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.model.Model;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Weight;
import java.util.List;

/**
 * The mean of models that were trained from the same weights: {@code w = (w_1 + ... + w_m) / m} for every parameter
 * (Wortsman et al. 2022, arXiv:2203.05482). Where the same positions live in all of them the mean is as sparse as each (Zimmer
 * et al. 2023, arXiv:2306.16788); others are refused, for their mean would be denser.
 */
public final class Soup {

    private Soup() {
    }

    /**
     * Gives {@code pot} the mean of its own values and those of the others; positions stay. Running statistics are averaged as
     * well, and better {@link #recalibrate measured again}.
     */
    public static void into(Model pot, List<? extends Model> others) {
        for (Held p : pot.params()) {
            List<Weight> more = others.stream().map(m -> m.param(p.name()).forward()).toList();
            more.forEach(w -> requireSamePositions(p.name(), p.forward(), w));
            Floats mean = Slots.of(p.forward());
            List<Floats> values = more.stream().map(Slots::of).toList();
            for (int i = 0; i < mean.length(); i++) {
                double sum = mean.get(i);
                for (Floats v : values) {
                    sum += v.get(i);
                }
                mean.set(i, (float) (sum / (1 + values.size())));
            }
        }
    }

    /**
     * Moves running statistics, as training does, over the next batches of a loop, whose parameters stay: after {@code n} of
     * them a share {@code (1 - momentum)^n} of the old ones is left.
     */
    public static void recalibrate(Loop loop, int batches) {
        for (int i = 0; i < batches && !loop.model().statistics().isEmpty(); i++) {
            loop.model().forward(loop.tape(), loop.setup().batches().next());
            loop.tape().reset();
        }
    }

    private static void requireSamePositions(String name, Weight a, Weight b) {
        boolean same = a.rows() == b.rows() && a.cols() == b.cols() && a.layout().equals(b.layout()) && a.nonZeros() == b.nonZeros() && same(a, b);
        if (!same) {
            throw new IllegalArgumentException(name + ": the positions that live are not the same in all models, so that their mean would be denser than each");
        }
    }

    /** Whether both visit the same positions in the same slots. */
    private static boolean same(Weight a, Weight b) {
        if (a.nonZeros() == a.positions()) {
            return true;
        }
        int slots = Slots.of(a).length();
        long[] places = new long[slots];
        a.forEach((r, c, slot, v) -> places[slot] = (long) r * a.cols() + c + 1);
        int[] found = new int[1];
        b.forEach((r, c, slot, v) -> found[0] += slot < slots && places[slot] == (long) r * b.cols() + c + 1 ? 1 : 0);
        return found[0] == b.nonZeros();
    }
}
