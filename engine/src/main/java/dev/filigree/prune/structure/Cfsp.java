package dev.filigree.prune.structure;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Coupling;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * CFSP (Wang et al. 2024, arXiv:2409.13199): channels of feed-forward nets, from one pass over the whole model. How much of a block stays follows from its
 * importance I, the mean angle between what goes into it and what comes out: {@code keep_l = s_l / mean(s) (1 - share)} with
 * {@code s_l = 1 / (1 + e^(-slope z_l))}, z the importance about its mean in standard deviations (the released code divides by a constant that fits one number of
 * tokens). Inside a block a channel scores {@code |x_j| mean_i (|D_ij| |x_j| / sum_k |D_ik| |x_k| + |U_ji| / sum_k |U_ki| + |G_ji| / sum_k |G_ki|)}, D, U and G the
 * weights down, up and of the gate.
 *
 * @param slope how strongly importance decides; 0 keeps the same share of each block
 */
public record Cfsp(double slope) implements Structure {

    public static final Entry<Structure> ENTRY = Catalog.entry("cfsp", "Wang et al. 2024, arXiv:2409.13199",
            "feed-forward channels, more of them where a block turns the residual stream little",
            List.of(Option.of("slope", 1, "how strongly the importance of a block decides; 0 for the same share of each")), s -> new Cfsp(s.number("slope")));

    /** How far the largest share stays from all of a block, as in the released code. */
    private static final double SHY = 1.05;

    public Cfsp {
        if (!(slope >= 0 && slope <= 100)) {
            throw new UserError("cfsp: found slope=" + slope + ", expected 0 to 100");
        }
    }

    @Override
    public Structure control() {
        return new InnerChannels(InnerChannels.By.RANDOM);
    }

    @Override
    public boolean mends() {
        return true;
    }

    @Override
    public CausalModel cut(Operation o) {
        List<Coupling> couplings = InnerChannels.couplings(o);
        Blocks blocks = Blocks.of(o);
        double[] share = shares(blocks.angle(), 1 - o.share(), slope);
        List<int[]> keep = new ArrayList<>();
        for (int l = 0; l < couplings.size(); l++) {
            Coupling c = couplings.get(l);
            keep.add(InnerChannels.best(scores(c, blocks.norms().get(l)), (int) Math.clamp(Math.round(share[l] * c.channels()), 1, c.channels())));
        }
        return InnerChannels.without(o, keep);
    }

    /** What share of each block stays, on average {@code mean}. */
    static double[] shares(double[] importance, double mean, double slope) {
        double average = Arrays.stream(importance).average().orElseThrow();
        double deviation = Math.sqrt(Arrays.stream(importance).map(v -> (v - average) * (v - average)).average().orElseThrow());
        double[] s = Arrays.stream(importance).map(v -> 1 / (1 + Math.exp(deviation > 0 ? -slope * (v - average) / deviation : 0))).toArray();
        double all = Arrays.stream(s).average().orElseThrow();
        double[] share = Arrays.stream(s).map(v -> v / all).toArray(); // 1 on average
        double largest = Arrays.stream(share).max().orElseThrow();
        if (largest * mean >= 1) {
            double factor = (1 / mean - 1) / (largest - 1) / SHY;
            share = Arrays.stream(share).map(v -> 1 + (v - 1) * factor).toArray();
        }
        return Arrays.stream(share).map(v -> v * mean).toArray();
    }

    private static double[] scores(Coupling c, float[] norm) {
        int n = c.channels();
        double[] score = new double[n];
        Weight down = c.readers().getFirst().weight().forward();
        double[] total = new double[down.rows()];
        down.forEach((r, j, slot, v) -> total[r] += Math.abs(v) * norm[j]);
        down.forEach((r, j, slot, v) -> score[j] += total[r] > 0 ? Math.abs(v) * norm[j] / total[r] : 0);
        for (Held maker : c.makers()) {
            Weight w = maker.forward();
            double[] column = new double[w.cols()];
            w.forEach((j, i, slot, v) -> column[i] += Math.abs(v));
            w.forEach((j, i, slot, v) -> score[j] += column[i] > 0 ? Math.abs(v) / column[i] : 0);
        }
        for (int j = 0; j < n; j++) {
            score[j] *= norm[j] / down.rows();
        }
        return score;
    }
}
