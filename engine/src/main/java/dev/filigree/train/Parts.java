package dev.filigree.train;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Axis;
import dev.filigree.base.Catalog.Shelf;
import dev.filigree.train.parameterization.LowRankColumns;
import dev.filigree.train.parameterization.LowRankSparse;
import dev.filigree.train.parameterization.Parameterization;
import dev.filigree.train.tuning.LowRank;
import dev.filigree.train.tuning.Sparse;
import dev.filigree.train.tuning.Structured;
import dev.filigree.train.tuning.Tuning;
import java.util.List;

/** The parts of training, each listed once: to add one, write its file and add its entry here. */
public final class Parts {

    public static final Shelf<Optimizer> OPTIMIZERS = Catalog.shelf(Axis.OPTIMIZER, Adam.ENTRY, Adam.DECAYED, Sgd.ENTRY);

    public static final Shelf<Rates> RATES = Catalog.shelf(Axis.RATE, Rates.Linear.ENTRY, Rates.Cosine.ENTRY, Rates.Constant.ENTRY, Rates.Steps.ENTRY, Rates.OneCycle.ENTRY);

    /** How a pretrained network is tuned for another task. */
    public static final Shelf<Tuning> TUNINGS = Catalog.shelf(Axis.TUNING, LowRank.ENTRY, Structured.ENTRY, Sparse.ENTRY);

    /** What stands in the place of a weight when a network is trained from scratch. */
    public static final Shelf<Parameterization> PARAMETERIZATIONS = Catalog.shelf(Axis.PARAMETERIZATION, LowRankColumns.LOST, LowRankColumns.LOW_RANK, LowRankSparse.ENTRY);

    private Parts() {
    }

    /** All shelves, for a catalog. */
    public static List<Shelf<?>> shelves() {
        return List.of(OPTIMIZERS, RATES, TUNINGS, PARAMETERIZATIONS);
    }
}
