package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Parts;
import dev.filigree.prune.Sparsity;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.pattern.NofM;
import dev.filigree.train.Hook;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * N:M from the first step to the last: products see the largest N of every M inputs of a dense master, packed, and every
 * position of the master learns from the gradient at its place as if it had been there. The run ends packed.
 *
 * @param every steps from one choice of survivors to the next; their values follow the master in every step
 * @param decay of what did not survive, relative to the learning rate: {@code w -= rate decay w}
 */
public record StraightThrough(NofM pattern, int every, double decay) implements Regime {

    /** The plain estimator. */
    public static final Catalog.Entry<Regime> STE = Catalog.entry("ste", "Bengio et al. 2013, arXiv:1308.3432",
            "N:M of a dense master in every step; the gradient goes straight through to all of it", List.of(ofPattern(), ofEvery()),
            s -> new StraightThrough(nOfM("ste", s.text("pattern")), s.integer("every"), 0));

    /** The estimator that pulls what did not survive towards zero, so that survivors change less often. */
    public static final Catalog.Entry<Regime> SR_STE = Catalog.entry("sr-ste", "Zhou et al. 2021, arXiv:2102.04010",
            "like ste, and what did not survive decays", List.of(ofPattern(), ofEvery(), Option.of("decay", 2e-4, "of what did not survive, relative to the learning rate")),
            s -> new StraightThrough(nOfM("sr-ste", s.text("pattern")), s.integer("every"), s.number("decay")));

    public StraightThrough {
        if (every < 1 || !(decay >= 0)) {
            throw new UserError("method ste: found every=" + every + " and decay=" + decay + ", expected every at least 1 and decay at least 0");
        }
    }

    private static Option ofPattern() {
        return Option.of("pattern", "2:4", "inputs kept of a group");
    }

    private static Option ofEvery() {
        return Option.of("every", 1, "steps from one choice of survivors to the next");
    }

    private static NofM nOfM(String method, String text) {
        if (Parts.PATTERNS.make(text) instanceof NofM p) {
            return p;
        }
        throw new UserError("setting 'pattern' of " + method + ": found '" + text + "', expected N:M such as 2:4");
    }

    @Override
    public Footprint footprint() {
        return Footprint.DENSE_MASTER;
    }

    @Override
    public OptionalDouble fixedSparsity() {
        return pattern.fixedSparsity();
    }

    @Override
    public Map<Site, Long> births(List<Site> sites, double sparsity) {
        double fixed = pattern.fixedSparsity().orElseThrow();
        if (Math.abs(sparsity - fixed) > 1e-9) {
            throw new UserError("--sparsity: found " + Sparsity.text(sparsity) + ", but " + pattern.name() + " leaves " + Sparsity.text(fixed)
                    + "; leave it out or choose another pattern, as in --method 'ste(pattern=1:4)'");
        }
        for (Site s : sites) {
            if (s.role().convolution() || s.height() * s.width() > 1) {
                throw new UserError("--method ste: " + s.name() + " is a convolution, and N:M is for matrices; keep it dense with --keep-dense");
            }
            if (s.cols() % pattern.m() != 0) {
                throw new UserError("--method ste: " + s.name() + " has " + s.cols() + " inputs, expected a multiple of " + pattern.m()
                        + "; choose another pattern or keep it dense with --keep-dense");
            }
        }
        return Map.of();
    }

    @Override
    public List<Hook> hooks(List<Site> sites, double sparsity) {
        return List.of(new Project(sites, pattern, every, decay));
    }

    @Override
    public Regime with(Allocation allocation) {
        throw new UserError("--allocation: " + pattern.name() + " keeps the same share everywhere, leave it out");
    }
}
