package dev.filigree.prune.regime;

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
 * N:M of a dense master: products see the largest N of every M inputs, packed, and every position of the master learns from
 * the gradient at its place as if it had been there ({@code dW = dy x^T}, straight through). The run ends packed. What is
 * seen on the way there, on the way back, and what becomes of the others is what methods differ in.
 *
 * @param course what is seen when
 * @param every  steps from one choice of survivors to the next; their values follow the master in every step
 * @param decay  of what did not survive
 * @param back   what products see on the way back
 * @param rows   whether every row of the master keeps the length that it began with, see {@link KeptRows}
 */
record Projected(String name, Course course, int every, Decay decay, Back back, boolean rows) implements Regime {

    Projected {
        if (every < 1) {
            throw new UserError("method " + name + ": found every=" + every + ", expected at least 1");
        }
    }

    Projected(String name, Course course, int every, Decay decay, Back back) {
        this(name, course, every, decay, back, false);
    }

    /** Survivors of one pattern, chosen in every step. */
    static Projected of(String name, Course course) {
        return new Projected(name, course, 1, Decay.NONE, Back.SURVIVORS);
    }

    static Option pattern(String preset) {
        return Option.of("pattern", preset, "inputs kept of a group");
    }

    static Option everyStep() {
        return Option.of("every", 1, "steps from one choice of survivors to the next");
    }

    /** Reads N:M. */
    static NofM nOfM(String method, String text) {
        if (Parts.PATTERNS.make(text) instanceof NofM p) {
            return p;
        }
        throw new UserError("setting 'pattern' of " + method + ": found '" + text + "', expected N:M such as 2:4");
    }

    /** Refuses weights that N:M does not fit. */
    static void check(String method, NofM pattern, List<Site> sites, double sparsity) {
        double fixed = pattern.fixedSparsity().orElseThrow();
        if (Math.abs(sparsity - fixed) > 1e-9) {
            throw new UserError("--sparsity: found " + Sparsity.text(sparsity) + ", but " + pattern.name() + " leaves " + Sparsity.text(fixed)
                    + "; leave it out or choose another pattern, as in --method '" + method + "(pattern=1:4)'");
        }
        for (Site s : sites) {
            if (s.role().convolution() || s.height() * s.width() > 1) {
                throw new UserError("--method " + method + ": " + s.name() + " is a convolution, and N:M is for matrices; keep it dense with --keep-dense");
            }
            if (s.cols() % pattern.m() != 0) {
                throw new UserError("--method " + method + ": " + s.name() + " has " + s.cols() + " inputs, expected a multiple of " + pattern.m()
                        + "; choose another pattern or keep it dense with --keep-dense");
            }
        }
    }

    static UserError spreadsEvenly(NofM pattern) {
        return new UserError("--allocation: " + pattern.name() + " keeps the same share everywhere, leave it out");
    }

    @Override
    public Footprint footprint() {
        return course.footprint();
    }

    @Override
    public OptionalDouble fixedSparsity() {
        return course.pattern().fixedSparsity();
    }

    @Override
    public Map<Site, Long> births(List<Site> sites, double sparsity) {
        check(name, course.pattern(), sites, sparsity);
        return Map.of();
    }

    @Override
    public List<Hook> hooks(List<Site> sites, double sparsity) {
        return rows ? List.of(new KeptRows(List.copyOf(sites), every), new Project(sites, this)) : List.of(new Project(sites, this));
    }

    @Override
    public Regime with(Allocation allocation) {
        throw spreadsEvenly(course.pattern());
    }
}
