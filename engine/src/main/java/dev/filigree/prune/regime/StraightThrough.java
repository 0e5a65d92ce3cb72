package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import java.util.List;

/**
 * N:M from the first step to the last: products see the survivors of one pattern. {@code ste} leaves the others alone;
 * {@code sr-ste} pulls them towards zero, {@code g += decay (1 - s) w}, so that survivors change less often.
 */
public final class StraightThrough {

    /** The plain estimator. */
    public static final Catalog.Entry<Regime> STE = Catalog.entry("ste", "Bengio et al. 2013, arXiv:1308.3432",
            "N:M of a dense master in every step; the gradient goes straight through to all of it", List.of(Projected.pattern("2:4"), Projected.everyStep()),
            s -> new Projected("ste", new Course.Constant(Projected.nOfM("ste", s.text("pattern"))), s.integer("every"), Decay.NONE, Back.SURVIVORS));

    /** The estimator that pulls what did not survive towards zero. */
    public static final Catalog.Entry<Regime> SR_STE = Catalog.entry("sr-ste", "Zhou et al. 2021, arXiv:2102.04010",
            "like ste, and what did not survive decays", List.of(Projected.pattern("2:4"), Projected.everyStep(), Decay.factor(2e-4), Decay.place()),
            s -> new Projected("sr-ste", new Course.Constant(Projected.nOfM("sr-ste", s.text("pattern"))), s.integer("every"),
                    Decay.of(s.number("decay"), s.text("into")), Back.SURVIVORS));

    /**
     * The estimator of adaptive sparse training, for networks that were trained before: the pull {@code d = decay (1 - s) w} joins the
     * step of the optimizer, {@code u = m + d, v = b2 v + (1 - b2) u^2, w -= rate u / sqrt(v)}, but not its running mean m of gradients, and
     * grows evenly to its strength. A teacher, which the paper has too, is the run's loss and not the method's.
     *
     * <p>On minilm (25 steps of distillation, one seed, cosine to dense) a decay of 0.01 gave 0.823 at a rate of 1e-3 and 0.841 at 3e-4, while fixed
     * survivors gave 0.840 and 0.821; as published, 1e-4, 0.735 at the larger rate. A reason that was not tested: v is of u and no longer of the noisy
     * gradient, so weights move about as far as the rate, farther than by Adam.
     */
    public static final Catalog.Entry<Regime> AST = Catalog.entry("ast", "Huang et al. 2024, arXiv:2407.20584", "like sr-ste, and the decay grows and stays out of the optimizer's memory",
            List.of(Projected.pattern("2:4"), Option.of("every", 10, "steps from one choice of survivors to the next"), Decay.factor(1e-4), Decay.ramp(0.25)),
            s -> new Projected("ast", new Course.Constant(Projected.nOfM("ast", s.text("pattern"))), s.integer("every"),
                    new Decay(s.number("decay"), Decay.Way.STEP, s.number("ramp")), Back.SURVIVORS));

    /**
     * Continuous: products see everything to the end, and what is not among the largest of its group loses the same length in every
     * step, {@code |w| -= decay r / steps}, until it is gone; r is the root mean square of its matrix, so that layers of small and of
     * large weights get sparse alike. The paper's decay is relative to the learning rate; here the whole run takes {@code decay r},
     * so that one setting serves every optimizer and length. On minilm neither the decay of each matrix by its own size nor rows that keep their length
     * showed in 25 steps of one seed (cosine to dense 0.8216; alike for all 0.8223, rows as they come 0.8263); a decay of 3 left less than a ten-thousandth
     * of the weights' energy to be removed at the end.
     */
    public static final Catalog.Entry<Regime> CAST = Catalog.entry("cast", "Huang et al. 2025, arXiv:2509.25996", "dense to the end, and what is not among N:M loses the same length in every step",
            List.of(Projected.pattern("2:4"), Option.of("every", 10, "steps from one choice of survivors to the next"), Decay.factor(3), Decay.ramp(0.25),
                    Option.of("adaptive", true, "whether the decay is relative to the weights of a matrix or to those of all"),
                    Option.of("scale", true, "whether rows keep their length")),
            s -> new Projected("cast", new Course.Whole(Projected.nOfM("cast", s.text("pattern"))), s.integer("every"),
                    new Decay(s.number("decay"), s.flag("adaptive") ? Decay.Way.LENGTH : Decay.Way.LENGTH_ALIKE, s.number("ramp")), Back.SURVIVORS, s.flag("scale")));

    /**
     * Bidirectional: the survivors of the way back are the largest N of every M outputs, {@code dx = (W s_back)^T dy}, so both
     * products are packed; the gradient {@code dW = dy x^T} stays dense. Of three products that are equally long it leaves
     * {@code (2 N/M + 1) / 3}. Here {@code sr-ste} takes as few, since sparse rows need no groups; and gradients that fit another
     * network than the one that ran cost accuracy: on Fashion-MNIST 0.8 points at 2:8, and most runs at 1:8 with a rate of 0.1 fail.
     */
    public static final Catalog.Entry<Regime> BDWP = Catalog.entry("bdwp", "Fang et al. 2023, arXiv:2309.13015",
            "like sr-ste, and the way back sees N of every M outputs, packed as well",
            List.of(Projected.pattern("2:8"), Decay.factor(2e-4), Decay.place(), Option.of("back", "outputs", "what the way back sees: outputs, survivors (of the way forward) or master")),
            s -> new Projected("bdwp", new Course.Constant(Projected.nOfM("bdwp", s.text("pattern"))), 1, Decay.of(s.number("decay"), s.text("into")),
                    Back.of(s.text("back"))));

    private StraightThrough() {
    }
}
