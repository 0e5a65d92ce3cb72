package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.pattern.NofM;
import java.util.List;

/**
 * Weights that are to go fade out: products see {@code w (s + (1 - s) beta)}, s being 1 for the largest N of every M, chosen in
 * every step. beta is 1 while the run is dense, then {@code 1 - p} or {@code exp(-7 p)} with p from 0 to 1 (at the end 0.001), and 0 for
 * the last share of the run. While beta is above 0 products are dense and no faster for it; from then on they are packed.
 *
 * @param dense       share of the steps in which everything is seen
 * @param settle      share of the steps, at the end, in which only survivors are
 * @param exponential how beta falls
 */
public record MaskDecay(NofM pattern, double dense, double settle, boolean exponential) implements Course {

    public static final Catalog.Entry<Regime> ENTRY = Catalog.entry("pgf", "Bambhaniya et al. 2024, arXiv:2402.04744", "what is not among N:M fades out; dense until it has",
            List.of(Projected.pattern("1:8"), Option.of("decay", "exponential", "how it fades: exponential or linear"),
                    Option.of("dense", 0.1, "share of the steps before it begins to"), Option.of("settle", 0.3, "share of the steps after it has")),
            s -> Projected.of("pgf", new MaskDecay(Projected.nOfM("pgf", s.text("pattern")), s.number("dense"), s.number("settle"), exponential(s.text("decay")))));

    private static final double STEEPNESS = 7;

    public MaskDecay {
        checkShares("pgf", dense, settle);
    }

    static void checkShares(String method, double dense, double settle) {
        if (!(dense >= 0 && settle >= 0 && dense + settle <= 1)) {
            throw new UserError("method " + method + ": found dense=" + dense + " and settle=" + settle + ", expected shares that are at most 1 together");
        }
    }

    private static boolean exponential(String text) {
        if (!text.equals("exponential") && !text.equals("linear")) {
            throw new UserError("setting 'decay' of pgf: found '" + text + "', expected exponential or linear");
        }
        return text.equals("exponential");
    }

    @Override
    public View at(Site site, long step, long steps) {
        double p = Course.between(dense, 1 - settle, step, steps);
        double beta = p == 1 ? 0 : exponential ? Math.exp(-STEEPNESS * p) : 1 - p;
        return new View(pattern, (float) beta);
    }

    @Override
    public Footprint footprint() {
        return Footprint.DENSE_PRODUCTS;
    }
}
