package dev.filigree.prune;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Axis;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Shelf;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.allocation.Damage;
import dev.filigree.prune.allocation.ErdosRenyi;
import dev.filigree.prune.allocation.Global;
import dev.filigree.prune.allocation.RelativeError;
import dev.filigree.prune.allocation.Uniform;
import dev.filigree.prune.channels.Channels;
import dev.filigree.prune.channels.FilterNorm;
import dev.filigree.prune.channels.GroupEnvelope;
import dev.filigree.prune.channels.GroupLasso;
import dev.filigree.prune.channels.MaskSparsity;
import dev.filigree.prune.channels.RandomChannels;
import dev.filigree.prune.channels.Slimming;
import dev.filigree.prune.criterion.Criterion;
import dev.filigree.prune.criterion.Magnitude;
import dev.filigree.prune.criterion.Obs;
import dev.filigree.prune.criterion.RandomScore;
import dev.filigree.prune.criterion.Wanda;
import dev.filigree.prune.method.Gqsa;
import dev.filigree.prune.method.Method;
import dev.filigree.prune.method.Scored;
import dev.filigree.prune.method.SparseGpt;
import dev.filigree.prune.pattern.Blocks;
import dev.filigree.prune.pattern.NofM;
import dev.filigree.prune.pattern.Pattern;
import dev.filigree.prune.recovery.Faithful;
import dev.filigree.prune.recovery.GroupScales;
import dev.filigree.prune.recovery.LeastSquares;
import dev.filigree.prune.recovery.MaskSwap;
import dev.filigree.prune.recovery.Recovery;
import dev.filigree.prune.drop.Drop;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.prune.drop.SmallestOfEachSign;
import dev.filigree.prune.edges.Degrees;
import dev.filigree.prune.edges.Edges;
import dev.filigree.prune.edges.RandomEdges;
import dev.filigree.prune.features.Features;
import dev.filigree.prune.features.Laplacian;
import dev.filigree.prune.features.RandomFeatures;
import dev.filigree.prune.features.Strength;
import dev.filigree.prune.features.Variance;
import dev.filigree.prune.growth.GradientGrowth;
import dev.filigree.prune.growth.Growth;
import dev.filigree.prune.growth.RandomGrowth;
import dev.filigree.prune.regime.AtBirth;
import dev.filigree.prune.regime.CutOnce;
import dev.filigree.prune.regime.Dense;
import dev.filigree.prune.regime.Dynamic;
import dev.filigree.prune.regime.GraNet;
import dev.filigree.prune.regime.Gradual;
import dev.filigree.prune.regime.L0Ball;
import dev.filigree.prune.regime.Learned;
import dev.filigree.prune.regime.LowRank;
import dev.filigree.prune.regime.MaskDecay;
import dev.filigree.prune.regime.RandomSearch;
import dev.filigree.prune.regime.Regime;
import dev.filigree.prune.regime.SoftShrinkage;
import dev.filigree.prune.regime.Ssvi;
import dev.filigree.prune.regime.StageDecay;
import dev.filigree.prune.regime.StraightThrough;
import dev.filigree.prune.regime.Tickets;
import dev.filigree.prune.saliency.FirstMagnitude;
import dev.filigree.prune.saliency.Grasp;
import dev.filigree.prune.saliency.RandomSaliency;
import dev.filigree.prune.saliency.Saliency;
import dev.filigree.prune.saliency.Snip;
import dev.filigree.prune.saliency.SynFlow;
import dev.filigree.prune.schedule.Churn;
import dev.filigree.prune.schedule.Cubic;
import dev.filigree.prune.schedule.OneShot;
import dev.filigree.prune.schedule.Schedule;
import dev.filigree.prune.schedule.Staged;
import dev.filigree.prune.structure.Cfsp;
import dev.filigree.prune.structure.DropLayers;
import dev.filigree.prune.structure.InnerChannels;
import dev.filigree.prune.structure.SliceGpt;
import dev.filigree.prune.structure.StreamFeatures;
import dev.filigree.prune.structure.Structure;
import java.util.ArrayList;
import java.util.List;

/** The parts of pruning, each listed once: to add one, write its file and add its entry here. */
public final class Parts {

    /** When neither person nor pattern says. */
    public static final double DEFAULT_SPARSITY = 0.8;

    public static final Shelf<Pattern> PATTERNS = Catalog.shelf(Axis.PATTERN, Blocks.UNSTRUCTURED, NofM.ENTRY, Blocks.COLUMN_BLOCKS, Blocks.ROW_GROUPS);

    public static final Shelf<Allocation> ALLOCATIONS = Catalog.shelf(Axis.ALLOCATION, Uniform.ENTRY, ErdosRenyi.ER, ErdosRenyi.ERK, Global.ENTRY,
            RelativeError.ENTRY, Damage.ENTRY);

    public static final Shelf<Criterion> CRITERIA = Catalog.shelf(Axis.CRITERION, RandomScore.ENTRY, Magnitude.ENTRY, Wanda.ENTRY, Obs.ENTRY);

    /** Every criterion is also a method: keep the best by it, as they are. */
    public static final Shelf<Method> METHODS = new Shelf<>(Axis.METHOD, methods());

    public static final Shelf<Recovery> RECOVERIES = Catalog.shelf(Axis.RECOVERY, MaskSwap.ENTRY, LeastSquares.ENTRY, GroupScales.ENTRY, Faithful.ENTRY);

    public static final Shelf<Schedule> SCHEDULES = Catalog.shelf(Axis.SCHEDULE, OneShot.ENTRY, Staged.ENTRY, Cubic.ENTRY);

    /** How networks are trained sparse. */
    public static final Shelf<Regime> REGIMES = Catalog.shelf(Axis.REGIME, Dense.ENTRY, Dynamic.STATIC, Dynamic.SET, Dynamic.RIGL, Gradual.ENTRY, GraNet.ENTRY, SoftShrinkage.ISS,
            SoftShrinkage.IHT, Tickets.ENTRY, Tickets.SAP, L0Ball.ENTRY, Ssvi.ENTRY, AtBirth.SNIP, AtBirth.GRASP, AtBirth.SYNFLOW, AtBirth.ENTRY,
            RandomSearch.ENTRY, StraightThrough.STE, StraightThrough.SR_STE, StraightThrough.BDWP, StraightThrough.AST, StraightThrough.CAST,
            MaskDecay.ENTRY, StageDecay.ENTRY, CutOnce.ENTRY, Learned.EDGE_POPUP, Learned.JACKPOTS, Learned.MOVEMENT, Learned.BIP, LowRank.ENTRY);

    public static final Shelf<Saliency> SALIENCIES = Catalog.shelf(Axis.SALIENCY, RandomSaliency.ENTRY, FirstMagnitude.ENTRY, Snip.ENTRY, Grasp.ENTRY, SynFlow.ENTRY);

    public static final Shelf<Drop> DROPS = Catalog.shelf(Axis.DROP, Smallest.ENTRY, SmallestOfEachSign.ENTRY);

    public static final Shelf<Growth> GROWTHS = Catalog.shelf(Axis.GROWTH, RandomGrowth.ENTRY, GradientGrowth.ENTRY);

    public static final Shelf<Churn> CHURNS = Catalog.shelf(Axis.CHURN, Churn.Even.ENTRY, Churn.Cosine.ENTRY, Churn.Times.ENTRY);

    /** Which edges of a graph are kept. */
    public static final Shelf<Edges> EDGES = Catalog.shelf(Axis.EDGES, RandomEdges.ENTRY, Degrees.ENTRY);

    /** Which features of a data set are kept. */
    public static final Shelf<Features> FEATURES = Catalog.shelf(Axis.FEATURES, RandomFeatures.ENTRY, Variance.ENTRY, Laplacian.ENTRY, Strength.DENSE, Strength.QUICK_SELECTION);

    /** Which channels of a network are removed, and how it is trained before. */
    public static final Shelf<Channels> CHANNELS = Catalog.shelf(Axis.CHANNELS, RandomChannels.ENTRY, FilterNorm.ENTRY, Slimming.ENTRY, MaskSparsity.ENTRY, GroupLasso.ENTRY, GroupEnvelope.ENTRY);

    /** What is taken out of a language model for good. */
    public static final Shelf<Structure> STRUCTURES = Catalog.shelf(Axis.STRUCTURE, SliceGpt.ENTRY, StreamFeatures.ENERGY, StreamFeatures.MAGNITUDE, StreamFeatures.RANDOM,
            Cfsp.ENTRY, InnerChannels.WANDA, InnerChannels.MAGNITUDE, InnerChannels.RANDOM, DropLayers.ANGLE, DropLayers.BYPASS, DropLayers.RANDOM);

    private Parts() {
    }

    /** All shelves, for a catalog. */
    public static List<Shelf<?>> shelves() {
        return List.of(PATTERNS, ALLOCATIONS, CRITERIA, METHODS, RECOVERIES, SCHEDULES, REGIMES, SALIENCIES, DROPS, GROWTHS, CHURNS, EDGES, FEATURES, CHANNELS, STRUCTURES);
    }

    private static List<Entry<Method>> methods() {
        List<Entry<Method>> all = new ArrayList<>();
        all.add(SparseGpt.ENTRY);
        all.add(Gqsa.ENTRY);
        for (Entry<Criterion> c : CRITERIA.entries()) {
            all.add(new Entry<>(c.name(), c.paper(), "keeps the best by " + c.summary(), c.options(), s -> new Scored(c.factory().apply(s))));
        }
        return all;
    }
}
