package dev.filigree.train.parameterization;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.model.Branch;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * SLTrain (Han et al. 2024, arXiv:2406.02214): {@code W = B A + S} with a sparse S whose positions are random and stay. B begins at zero, A
 * normal with deviation {@code 1 / sqrt(inputs)}, S even in {@code +- 1 / sqrt(inputs)}.
 *
 * @param share of the weight's numbers that there are, both parts together
 * @param kept  share of the positions
 */
public record LowRankSparse(double share, double kept) implements Parameterization {

    public static final Entry<Parameterization> ENTRY = Catalog.entry("sltrain", "Han et al. 2024, arXiv:2406.02214", "low rank and single weights at random positions",
            List.of(Option.of("share", 0.5, "of the weight's numbers"), Option.of("kept", 0.05, "share of the positions")), s -> new LowRankSparse(s.number("share"), s.number("kept")));

    public LowRankSparse {
        Parameterization.check("sltrain", share, kept);
    }

    @Override
    public List<Branch> born(Site s, float[] first, Rng rng) {
        int live = (int) (kept * s.positions());
        int rank = Parameterization.rank("sltrain", s, share, live);
        double size = 1 / Math.sqrt(s.cols());
        Rng low = rng.split("low");
        Rng sparse = rng.split("sparse");
        Topology positions = Sampling.topology(s.rows(), s.cols(), live, rng.split("positions"));
        Floats values = Floats.allocate(live);
        for (int i = 0; i < live; i++) {
            values.set(i, (float) (size * (2 * sparse.nextDouble() - 1)));
        }
        return List.of(new Branch.LowRank(Parameterization.dense(s, "low.in", rank, s.cols(), (r, c) -> size * low.nextGaussian()),
                        Parameterization.dense(s, "low.out", s.rows(), rank, (r, c) -> 0), 1),
                new Branch.Product(new Held(s.name() + ".sparse", Layout.CSR.pack(Arena.ofAuto(), positions, values))));
    }
}
