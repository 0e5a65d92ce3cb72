package dev.filigree.train.parameterization;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.model.Branch;
import dev.filigree.model.Site;
import dev.filigree.tensor.Svd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * LOST (Li et al. 2025, arXiv:2508.02668): {@code y = gamma B A x + (1 - gamma) W_I x_I}. With {@code W0 = U S V^T} the weight as it would be born,
 * {@code A = S_r^1/2 V_r^T} and {@code B = U_r S_r^1/2} are its r first components, and W_I are its columns I as they are: those with the
 * largest norm in the next k components, {@code sum_{r < i <= r+k} s_i^2 v_ic^2}. I stays; gamma is no parameter.
 *
 * @param share of the weight's numbers that there are, both parts together
 * @param kept  share of the columns; 0 for the low rank alone
 * @param gamma weight of the low rank
 * @param next  k; as many as there are where there are fewer
 */
public record LowRankColumns(double share, double kept, double gamma, int next, Choice choice) implements Parameterization {

    /** Which columns. */
    public enum Choice {
        /** Those that the next components need most. */
        SVD,
        /** Those of the largest norm. */
        NORM,
        /** Any. */
        RANDOM
    }

    public static final Entry<Parameterization> LOST = Catalog.entry("lost", "Li et al. 2025, arXiv:2508.02668", "low rank and some columns, both from the decomposition of the first values",
            List.of(Option.of("share", 0.5, "of the weight's numbers"), Option.of("kept", 0.05, "share of the columns"), Option.of("gamma", 0.5, "weight of the low rank, the columns have the rest"),
                    Option.of("next", 256, "components that columns are chosen by"), Option.of("choice", "svd", "which columns: svd (what the low rank lacks), norm or random")),
            s -> new LowRankColumns(s.number("share"), s.number("kept"), s.number("gamma"), s.integer("next"), choice(s.text("choice"))));

    public static final Entry<Parameterization> LOW_RANK = Catalog.entry("low-rank", "Li et al. 2025, arXiv:2508.02668", "the first components of the first values, and nothing else",
            List.of(Option.of("share", 0.5, "of the weight's numbers")), s -> new LowRankColumns(s.number("share"), 0, 1, 1, Choice.SVD));

    public LowRankColumns {
        Parameterization.check("lost", share, kept);
        if (!(gamma > 0 && gamma <= 1) || next < 1 || kept > 0 && gamma == 1) {
            throw new UserError("parameterization lost: found gamma=" + gamma + " and next=" + next + ", expected gamma in (0, 1), 1 only where no columns are kept, and at least 1 component");
        }
    }

    private static Choice choice(String text) {
        return Arrays.stream(Choice.values()).filter(c -> c.name().toLowerCase(Locale.ROOT).equals(text)).findFirst()
                .orElseThrow(() -> new UserError("setting 'choice' of lost: found '" + text + "', expected svd, norm or random"));
    }

    @Override
    public List<Branch> born(Site s, float[] first, Rng rng) {
        int columns = (int) Math.round(kept * s.cols());
        int rank = Parameterization.rank("lost", s, share, (long) columns * s.rows());
        Svd svd = Svd.of(first, s.rows(), s.cols());
        List<Branch> sum = new ArrayList<>();
        sum.add(new Branch.LowRank(Parameterization.dense(s, "low.in", rank, s.cols(), (k, c) -> Math.sqrt(svd.s()[k]) * svd.v()[k][c]),
                Parameterization.dense(s, "low.out", s.rows(), rank, (r, k) -> Math.sqrt(svd.s()[k]) * svd.u()[k][r]), (float) gamma));
        if (columns > 0) {
            double[] worth = worth(s, first, svd, rank, rng);
            int[] chosen = IntStream.range(0, s.cols()).boxed().sorted(Comparator.comparingDouble(c -> -worth[c])).limit(columns).mapToInt(c -> c).sorted().toArray();
            sum.add(new Branch.Columns(Parameterization.dense(s, "columns", s.rows(), columns, (r, i) -> first[r * s.cols() + chosen[i]]), chosen, (float) (1 - gamma)));
        }
        return sum;
    }

    private double[] worth(Site s, float[] first, Svd svd, int rank, Rng rng) {
        double[] worth = new double[s.cols()];
        for (int c = 0; c < worth.length; c++) {
            switch (choice) {
                case SVD -> {
                    for (int i = rank; i < Math.min(svd.s().length, rank + next); i++) {
                        worth[c] += svd.s()[i] * svd.s()[i] * svd.v()[i][c] * svd.v()[i][c];
                    }
                }
                case NORM -> {
                    for (int r = 0; r < s.rows(); r++) {
                        worth[c] += first[r * s.cols() + c] * (double) first[r * s.cols() + c];
                    }
                }
                case RANDOM -> worth[c] = rng.nextDouble();
            }
        }
        return worth;
    }
}
