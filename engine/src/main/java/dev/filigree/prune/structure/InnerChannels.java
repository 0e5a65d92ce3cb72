package dev.filigree.prune.structure;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.UserError;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Coupling;
import dev.filigree.model.Narrowing;
import dev.filigree.model.Network;
import dev.filigree.tensor.Weight;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Removes channels of the feed-forward nets, the same share of each: a channel is a row of the weights that make it and a column of the one that reads it.
 *
 * @param by what a channel is judged by
 */
public record InnerChannels(By by) implements Structure {

    public static final Entry<Structure> WANDA = Catalog.entry("wanda-sp", "Sun et al. 2023, arXiv:2306.11695",
            "feed-forward channels by the sum of |weight| times the norm of its input, the same share of each layer", () -> new InnerChannels(By.WANDA));
    public static final Entry<Structure> MAGNITUDE = Catalog.entry("magnitude-sp", "", "feed-forward channels by the size of their weights, the same share of each layer",
            () -> new InnerChannels(By.MAGNITUDE));
    public static final Entry<Structure> RANDOM = Catalog.entry("random-sp", "", "feed-forward channels at random, the same share of each layer", () -> new InnerChannels(By.RANDOM));

    /** What a channel is judged by. */
    public enum By {
        /** {@code sum_i |W_ij| |x_j|}, W the weight that reads it. */
        WANDA,
        /** The squares of all weights that make or read it. */
        MAGNITUDE,
        RANDOM
    }

    @Override
    public Structure control() {
        return new InnerChannels(By.RANDOM);
    }

    @Override
    public boolean mends() {
        return true;
    }

    @Override
    public CausalModel cut(Operation o) {
        List<Coupling> couplings = couplings(o);
        List<float[]> norms = by == By.WANDA ? Blocks.of(o).norms() : List.of();
        List<int[]> keep = new ArrayList<>();
        for (int l = 0; l < couplings.size(); l++) {
            Coupling c = couplings.get(l);
            double[] score = switch (by) {
                case WANDA -> wanda(c, norms.get(l));
                case MAGNITUDE -> magnitude(c);
                case RANDOM -> DoubleStream.generate(o.rng().split("channels " + l)::nextDouble).limit(c.channels()).toArray();
            };
            keep.add(best(score, o.kept(c.channels())));
        }
        return without(o, keep);
    }

    /** The channels of each feed-forward net. */
    static List<Coupling> couplings(Operation o) {
        List<Coupling> all = o.network().couplings();
        if (all.isEmpty()) {
            throw new UserError("--structure: this model does not say which channels of its feed-forward nets belong together; choose another structure or model");
        }
        return all;
    }

    /** The places of the highest scores, ascending; of equal ones the first. */
    static int[] best(double[] score, int count) {
        return IntStream.range(0, score.length).boxed().sorted(Comparator.comparingDouble((Integer i) -> -score[i])).limit(count).sorted().mapToInt(i -> i).toArray();
    }

    /** The model with these channels left, what reads them fitted anew where that is asked for. */
    static CausalModel without(Operation o, List<int[]> keep) {
        Network left = Narrowing.of(o.network(), keep);
        if (o.mended()) {
            Mending.readers(o, couplings(o), keep, left);
        }
        return (CausalModel) left;
    }

    private static double[] wanda(Coupling c, float[] norm) {
        double[] score = new double[c.channels()];
        c.readers().getFirst().weight().forward().forEach((r, col, slot, v) -> score[col] += Math.abs(v) * norm[col]);
        return score;
    }

    private static double[] magnitude(Coupling c) {
        double[] score = new double[c.channels()];
        for (var maker : c.makers()) {
            Weight w = maker.forward();
            w.forEach((r, col, slot, v) -> score[r] += (double) v * v);
        }
        c.readers().getFirst().weight().forward().forEach((r, col, slot, v) -> score[col] += (double) v * v);
        return score;
    }
}
