package dev.filigree.train;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import java.util.List;

/** How the learning rate moves over a run, as a share of its peak. Each climbs evenly over its warm-up. */
public sealed interface Rates permits Rates.Linear, Rates.Cosine, Rates.Constant, Rates.Rounds {

    /** Share of the steps over which the rate climbs from 0 to its peak. */
    double warmup();

    /** The share once the warm-up is over. */
    double after(double progress);

    /** Share of the peak rate at {@code step}, 0 .. steps-1; above 0 at every step of the run. */
    default double at(long step, long steps) {
        double climbs = Math.floor(warmup() * steps);
        if (step < climbs) {
            return (step + 1) / (climbs + 1);
        }
        return after(Math.min(1, (step - climbs) / (steps - climbs)));
    }

    /** Falls evenly to zero. */
    record Linear(double warmup) implements Rates {
        static final Entry<Rates> ENTRY = Catalog.entry("linear", "", "falls evenly to zero", List.of(warmupOption(0.05)), s -> new Linear(s.number("warmup")));

        public Linear {
            check(warmup);
        }

        @Override
        public double after(double progress) {
            return 1 - progress;
        }
    }

    /** Falls to {@code floor} along half a cosine (Loshchilov and Hutter 2017). */
    record Cosine(double warmup, double floor) implements Rates {
        static final Entry<Rates> ENTRY = Catalog.entry("cosine", "Loshchilov and Hutter 2017, arXiv:1608.03983", "falls along half a cosine",
                List.of(warmupOption(0.05), Option.of("floor", 0.0, "share of the peak at the end")), s -> new Cosine(s.number("warmup"), s.number("floor")));

        public Cosine {
            check(warmup);
            if (!(floor >= 0 && floor <= 1)) {
                throw new UserError("rate cosine: floor must be in [0, 1], found " + floor);
            }
        }

        @Override
        public double after(double progress) {
            return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
        }
    }

    /** Stays at its peak. */
    record Constant(double warmup) implements Rates {
        static final Entry<Rates> ENTRY = Catalog.entry("constant", "", "stays at its peak", List.of(warmupOption(0.0)), s -> new Constant(s.number("warmup")));

        public Constant {
            check(warmup);
        }

        @Override
        public double after(double progress) {
            return 1;
        }
    }

    /** The same course again in each of some rounds of equal length. */
    record Rounds(Rates each, int rounds) implements Rates {

        @Override
        public double warmup() {
            return each.warmup();
        }

        @Override
        public double after(double progress) {
            return each.after(progress);
        }

        @Override
        public double at(long step, long steps) {
            long length = Math.max(1, steps / rounds);
            return each.at(step % length, length);
        }
    }

    private static Option warmupOption(double preset) {
        return Option.of("warmup", preset, "share of the steps that climb to the peak");
    }

    private static void check(double warmup) {
        if (!(warmup >= 0 && warmup < 1)) {
            throw new UserError("rate: warmup must be in [0, 1), found " + warmup);
        }
    }
}
