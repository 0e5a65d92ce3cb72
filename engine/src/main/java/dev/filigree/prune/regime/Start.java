package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.tensor.Canonical;
import dev.filigree.tensor.Highest;
import dev.filigree.tensor.Tiled;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Locale;

/** Where the scores of positions begin. */
enum Start {

    /** Evenly random in {@code [0, 1 / sqrt(inputs))}: nothing is known about a position. */
    RANDOM,
    /** {@code sqrt(6 / inputs) |w| / max |w|}: in the order of the weights' sizes, and as far apart (Sehwag et al. 2020). */
    MAGNITUDE,
    /** 1 for the largest weights and 0.99 for the others: any change of order between the two is a change of positions (Zhang et al. 2021). */
    SURVIVORS,
    /** 0: only what the scores learn counts. */
    ZERO;

    private static final float ALMOST = 0.99f;

    /** The start of this name, as it is typed. */
    static Start named(String method, String text) {
        return Arrays.stream(values()).filter(s -> s.name().toLowerCase(Locale.ROOT).equals(text)).findFirst()
                .orElseThrow(() -> new UserError("setting 'start' of " + method + ": found '" + text + "', expected random, magnitude, survivors or zero"));
    }

    /**
     * The first score of every position.
     *
     * @param keep positions that are to be live
     */
    Tiled scores(Site site, Tiled weight, int keep, Parallel parallel, Rng rng) {
        Tiled scores = new Tiled(weight.rows(), weight.cols(), Floats.allocate(weight.tiles().length()));
        Floats s = scores.tiles();
        if (this == RANDOM) {
            float most = (float) (1 / Math.sqrt(site.cols()));
            scores.forEach((r, c, slot, v) -> s.set(slot, most * rng.nextFloat()));
        } else if (this != ZERO) {
            weight.forEach((r, c, slot, v) -> s.set(slot, Math.abs(v)));
            if (this == MAGNITUDE) {
                float[] most = {Float.MIN_NORMAL};
                scores.forEach((r, c, slot, v) -> most[0] = Math.max(most[0], v));
                float scale = (float) (Math.sqrt(6.0 / site.cols()) / most[0]);
                scores.forEach((r, c, slot, v) -> s.set(slot, scale * v));
            } else {
                Canonical largest = Canonical.within(Arena.ofAuto(), parallel, Highest.of(parallel, scores, keep), scores);
                s.fill(ALMOST);
                for (int i = 0; i < keep; i++) {
                    s.set(largest.slot().get(i), 1);
                }
            }
        }
        return scores;
    }
}
