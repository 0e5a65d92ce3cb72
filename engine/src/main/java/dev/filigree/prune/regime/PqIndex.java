package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import java.util.Arrays;
import java.util.List;

/**
 * As many die in a round as the values themselves say are of little weight (Diao et al. 2023, arXiv:2302.05601). With d live
 * values of a site, {@code p = 1/2} and {@code q = 1}, the index is {@code I = 1 - d^(1/q - 1/p) |w|_p / |w|_q}; at least
 * {@code m = d (1 - I)^(pq / (q - p))} are to stay, so that the share {@code gamma (1 - m/d)} dies, {@code most} at most. Never more
 * than the target asks for; the last round reaches it, all sites by one factor.
 */
public record PqIndex(int prunings, double gamma, double most) implements Cull {

    private static final double P = 0.5;
    private static final double Q = 1;

    public PqIndex {
        if (prunings < 1 || !(gamma > 0 && most > 0 && most < 1)) {
            throw new UserError("method sap: found prunings=" + prunings + ", gamma=" + gamma + ", most=" + most
                    + ", expected at least one pruning, gamma above 0 and most in (0, 1)");
        }
    }

    /**
     * The index of some values, in [0, 1): 0 when all are of one size, near 1 when a few are far larger than the rest. Zero of
     * none, and of zeros alone.
     */
    public static double of(Floats values) {
        double sumP = 0;
        double sumQ = 0;
        for (int i = 0; i < values.length(); i++) {
            double v = Math.abs(values.get(i));
            sumP += Math.pow(v, P);
            sumQ += Math.pow(v, Q);
        }
        int d = values.length();
        double ratio = Math.pow(sumP / d, 1 / P) / Math.pow(sumQ / d, 1 / Q);
        return sumQ > 0 ? Math.max(0, 1 - ratio) : 0; // rounding
    }

    @Override
    public int prunings(double target) {
        return prunings;
    }

    /** The share of values that dies. */
    double share(Floats values) {
        return Math.clamp(gamma * (1 - Math.pow(1 - of(values), P * Q / (Q - P))), 0, most);
    }

    @Override
    public long[] keep(List<Site> sites, List<Floats> live, int round, double target) {
        double goal = (1 - target) * sites.stream().mapToDouble(Site::positions).sum();
        double[] keep = live.stream().mapToDouble(v -> v.length() - Math.floor(v.length() * share(v))).toArray();
        double all = live.stream().mapToDouble(Floats::length).sum();
        double kept = Arrays.stream(keep).sum();
        for (int i = 0; i < keep.length; i++) {
            if (all <= goal) {
                keep[i] = live.get(i).length();
            } else if (kept < goal) { // too many would die: the missing ones stay, in proportion to the dead
                keep[i] += (live.get(i).length() - keep[i]) * (goal - kept) / (all - kept);
            } else if (round == prunings) {
                keep[i] *= goal / kept;
            }
        }
        return Arrays.stream(keep).mapToLong(k -> Math.max(1, Math.round(k))).toArray();
    }
}
