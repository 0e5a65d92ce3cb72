package dev.filigree.train.tuning;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Branch;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Highest;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * LT-SFT (Ansell et al. 2022, arXiv:2110.07560), lottery ticket sparse fine-tuning: all weights are tuned once, then they are put back and only
 * those that had moved most, {@code |theta1 - theta0|} over all layers, are trained: {@code W = W0 + D} with a sparse D. The first tuning
 * is as dense as the network; the change and everything that is kept to train it is not.
 *
 * @param share of the prunable weights that is trained
 */
public record Sparse(double share, Choice choice) implements Tuning {

    /** Which weights. */
    public enum Choice {
        /** Those that full tuning moves most. */
        MOVED,
        /** As many of each layer, at random: what they should beat. */
        RANDOM
    }

    public static final Entry<Tuning> ENTRY = Catalog.entry("lt-sft", "Ansell et al. 2022, arXiv:2110.07560", "trains the single weights that full tuning moves most",
            List.of(Option.of("share", 0.04, "of the prunable weights that is trained"), Option.of("choice", "moved", "which: moved (by full tuning) or random")),
            s -> new Sparse(s.number("share"), switch (s.text("choice")) {
                case "moved" -> Choice.MOVED;
                case "random" -> Choice.RANDOM;
                default -> throw new UserError("setting 'choice' of lt-sft: found '" + s.text("choice") + "', expected moved or random");
            }));

    public Sparse {
        Tuning.share("lt-sft", share);
    }

    @Override
    public Map<String, List<Branch>> begin(Start start) {
        List<Site> sites = start.base().sites();
        Map<String, List<Branch>> change = new LinkedHashMap<>();
        if (choice == Choice.RANDOM) {
            sites.forEach(s -> add(change, s, Sampling.topology(s.rows(), s.cols(), (int) (share * s.positions()), start.rng().split(s.name()))));
            return change;
        }
        Network tuned = start.tuned().get();
        List<Tiled> moved = sites.stream().map(s -> moved(start.base().param(s).forward(), tuned.param(s).forward())).toList();
        int[] counts = counts(moved, (int) (share * start.positions()));
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                add(change, sites.get(i), Highest.of(start.compute().parallel(), moved.get(i), counts[i]));
            }
        }
        return change;
    }

    private static void add(Map<String, List<Branch>> change, Site s, Topology live) {
        change.put(s.name(), List.of(new Branch.Product(new Held(s.name() + ".lt-sft", Layout.CSR.pack(Arena.ofAuto(), live, Floats.allocate(live.count()))))));
    }

    /** {@code |after - before|}. */
    private static Tiled moved(Weight before, Weight after) {
        Tiled moved = Tiled.room(before.rows(), before.cols());
        before.forEach((r, c, slot, v) -> moved.tiles().set(moved.slot(r, c), -v));
        after.forEach((r, c, slot, v) -> moved.tiles().set(moved.slot(r, c), Math.abs(v + moved.get(r, c))));
        return moved;
    }

    /** How many of the highest numbers of all matrices together fall to each; of equal ones the first matrix takes first. */
    static int[] counts(List<Tiled> matrices, int count) {
        float[] all = new float[Math.toIntExact(matrices.stream().mapToLong(Tiled::positions).sum())];
        int[] at = new int[1];
        matrices.forEach(m -> m.forEach((r, c, slot, v) -> all[at[0]++] = v));
        Arrays.sort(all);
        float least = count == 0 ? Float.POSITIVE_INFINITY : all[all.length - count];
        int[] counts = new int[matrices.size()];
        int[] equal = new int[counts.length];
        int left = count;
        for (int i = 0; i < counts.length; i++) {
            int m = i;
            matrices.get(i).forEach((r, c, slot, v) -> {
                counts[m] += v > least ? 1 : 0;
                equal[m] += v == least ? 1 : 0;
            });
            left -= counts[i];
        }
        for (int i = 0; i < counts.length; i++) {
            int take = Math.min(equal[i], left);
            counts[i] += take;
            left -= take;
        }
        return counts;
    }
}
