package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Parts;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.saliency.Saliency;
import dev.filigree.train.Hook;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Born dense, pruned before the first step and sparse from then on: every position gets a score, and one threshold over all
 * layers decides who lives. In several rounds the share that lives falls as {@code density^(round / rounds)}, and the scores
 * are those of what is left.
 *
 * @param rounds    from dense to the target
 * @param batches   that scores may look at
 * @param positions whether the best positions live, or only their number in each layer counts (Liu et al. 2022, arXiv:2202.02643)
 * @param values    what survivors begin with
 */
public record AtBirth(Saliency saliency, int rounds, int batches, Positions positions, Values values) implements Regime {

    /** Which positions of a layer live. */
    public enum Positions {
        /** Those with the highest scores. */
        SCORED,
        /** As many at random. */
        RANDOM
    }

    /** What survivors begin with. */
    public enum Values {
        /** What they had when they were scored. */
        BORN,
        /** New values, drawn for the number of live inputs as those of a network that is born sparse. */
        FRESH
    }

    public static final Catalog.Entry<Regime> ENTRY = entry("at-birth", "Frankle et al. 2021, arXiv:2009.08576", "positions that score low die before the first step", "snip", 1);

    /** Connection sensitivity, in one round. */
    public static final Catalog.Entry<Regime> SNIP = entry("snip", "Lee et al. 2019, arXiv:1810.02340",
            "positions where |weight x gradient| is small die before the first step", "snip", 1);

    /** Gradient flow, in one round. */
    public static final Catalog.Entry<Regime> GRASP = entry("grasp", "Wang et al. 2020, arXiv:2002.07376",
            "positions that do not carry the flow of gradients die before the first step", "grasp", 1);

    /** Synaptic flow, in a hundred rounds. */
    public static final Catalog.Entry<Regime> SYNFLOW = entry("synflow", "Tanaka et al. 2020, arXiv:2006.05467",
            "positions that carry little from inputs to outputs die before the first step, in many rounds and without data", "synflow", 100);

    private static Catalog.Entry<Regime> entry(String name, String paper, String summary, String saliency, int rounds) {
        return Catalog.entry(name, paper, summary, List.of(Option.of("saliency", saliency, "what a position is worth: see methods saliency"),
                Option.of("rounds", rounds, "from dense to the target"), Option.of("batches", 1, "that scores may look at"),
                Option.of("positions", "scored", "which live: scored, or random with the same number in each layer"),
                Option.of("values", "born", "what survivors begin with: born (as scored) or fresh (drawn for so many live inputs)")),
                s -> new AtBirth(Parts.SALIENCIES.make(s.text("saliency")), s.integer("rounds"), s.integer("batches"),
                        choice(Positions.class, "positions", s.text("positions")), choice(Values.class, "values", s.text("values"))));
    }

    public AtBirth {
        if (rounds < 1 || batches < 1) {
            throw new UserError("pruning at birth: found rounds=" + rounds + " and batches=" + batches + ", expected both at least 1");
        }
    }

    @Override
    public Footprint footprint() {
        return Footprint.DENSE_BIRTH;
    }

    @Override
    public Map<Site, Long> births(List<Site> sites, double sparsity) {
        return Map.of();
    }

    @Override
    public List<Hook> hooks(List<Site> sites, double sparsity) {
        return List.of(new Chosen(sites, sparsity, this));
    }

    @Override
    public Regime with(Allocation allocation) {
        throw new UserError("--allocation: pruning at birth has one threshold over all layers, leave it out; static takes one");
    }

    private static <E extends Enum<E>> E choice(Class<E> kind, String setting, String text) {
        return Arrays.stream(kind.getEnumConstants()).filter(e -> e.name().toLowerCase(Locale.ROOT).equals(text)).findFirst()
                .orElseThrow(() -> new UserError("setting '" + setting + "' of pruning at birth: found '" + text + "', expected one of "
                        + Arrays.toString(kind.getEnumConstants()).toLowerCase(Locale.ROOT)));
    }
}
