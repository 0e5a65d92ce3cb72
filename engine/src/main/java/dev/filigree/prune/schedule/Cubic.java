package dev.filigree.prune.schedule;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import java.util.List;

/**
 * Gradual pruning (Zhu and Gupta 2017): sparsity rises along {@code s = target + (start - target) (1 - progress)^3}, fast
 * while there is much to take, slow at the end. With the method "magnitude" this is gradual magnitude pruning.
 *
 * @param start share of zeros before training, when the target is above it
 * @param until share of the steps after which the target is reached
 * @param times prunings on the way
 */
public record Cubic(double start, double until, int times) implements Schedule {

    public static final Catalog.Entry<Schedule> ENTRY = Catalog.entry("gradual", "Zhu and Gupta 2017, arXiv:1710.01878",
            "sparsity rises along a cubic curve in many small prunings", List.of(
                    Option.of("start", 0.5, "share of zeros before training"),
                    Option.of("until", 0.6, "share of the steps after which the target is reached"),
                    Option.of("times", 20, "prunings on the way")), s -> new Cubic(s.number("start"), s.number("until"), s.integer("times")));

    public Cubic {
        if (!(start >= 0 && start < 1 && until > 0 && until < 1 && times >= 1)) {
            throw new UserError("schedule gradual: found start=" + start + ", until=" + until + ", times=" + times
                    + ", expected shares in 0..1 and at least one pruning");
        }
    }

    @Override
    public double start(double target) {
        return Math.min(start, target);
    }

    @Override
    public boolean fires(long step, long steps) {
        return done(step, steps) > done(step - 1, steps);
    }

    @Override
    public double sparsity(long step, long steps, double target) {
        return at(start(target), target, done(step, steps) / (double) times);
    }

    /** The share of zeros at {@code progress} of the way, 0..1. */
    public static double at(double start, double target, double progress) {
        double left = 1 - progress;
        return target + (start - target) * left * left * left;
    }

    /** Prunings due up to and before {@code step}: the last is due at {@code until}. */
    private int done(long step, long steps) {
        int done = 0;
        for (int i = 1; i <= times; i++) {
            done += step >= 0 && (long) (until * steps * i / times) <= step ? 1 : 0;
        }
        return done;
    }
}
