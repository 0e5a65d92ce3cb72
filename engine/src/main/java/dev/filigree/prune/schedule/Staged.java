package dev.filigree.prune.schedule;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import java.util.List;

/**
 * A few complete prunings early in training, the weights in between held and trained: density falls by the same factor
 * each time.
 *
 * @param start share of zeros before training, when the target is above it
 * @param first share of the steps before the first pruning
 * @param last  share of the steps before the last pruning, which reaches the target
 * @param times how often
 */
public record Staged(double start, double first, double last, int times) implements Schedule {

    public static final Catalog.Entry<Schedule> ENTRY = Catalog.entry("reprune", "", "a few complete prunings early in training", List.of(
            Option.of("start", 0.7, "share of zeros before training"),
            Option.of("first", 0.06, "share of the steps before the first pruning"),
            Option.of("last", 0.22, "share of the steps before the last pruning, which reaches the target"),
            Option.of("times", 3, "prunings")), s -> new Staged(s.number("start"), s.number("first"), s.number("last"), s.integer("times")));

    public Staged {
        if (!(start >= 0 && start < 1 && first >= 0 && first <= last && last < 1 && times >= 1)) {
            throw new UserError("schedule reprune: found start=" + start + ", first=" + first + ", last=" + last + ", times=" + times
                    + ", expected shares in 0..1 with first at most last, and at least one pruning");
        }
    }

    @Override
    public double start(double target) {
        return Math.min(start, target);
    }

    @Override
    public boolean fires(long step, long steps) {
        for (int i = 0; i < times; i++) {
            if (at(i, steps) == step) {
                return true;
            }
        }
        return false;
    }

    @Override
    public double sparsity(long step, long steps, double target) {
        int done = 0;
        for (int i = 0; i < times; i++) {
            done += at(i, steps) <= step ? 1 : 0;
        }
        double from = 1 - start(target);
        return done == times ? target : 1 - from * Math.pow((1 - target) / from, done / (double) times);
    }

    private long at(int i, long steps) {
        double share = times == 1 ? last : first + (last - first) * i / (times - 1);
        return (long) (share * steps);
    }
}
