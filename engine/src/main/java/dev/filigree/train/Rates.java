package dev.filigree.train;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import java.util.List;

/** How the learning rate moves over a run, as a share of its peak. Each climbs evenly over its warm-up. */
public sealed interface Rates permits Rates.Linear, Rates.Cosine, Rates.Constant, Rates.Steps, Rates.OneCycle, Rates.Rounds {

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

    /**
     * Falls by a factor at each milestone.
     *
     * @param milestones shares of the steps after the warm-up, ascending
     */
    record Steps(double warmup, List<Double> milestones, double factor) implements Rates {
        static final Entry<Rates> ENTRY = Catalog.entry("step", "", "falls by a factor at each milestone",
                List.of(warmupOption(0.0), Option.of("at", "0.5/0.75", "milestones, shares of the steps"), Option.of("factor", 0.1, "what the rate is multiplied with")),
                s -> new Steps(s.number("warmup"), shares(s.text("at")), s.number("factor")));

        public Steps {
            check(warmup);
            milestones = List.copyOf(milestones);
            for (int i = 0; i < milestones.size(); i++) {
                if (!(milestones.get(i) > (i == 0 ? 0 : milestones.get(i - 1)) && milestones.get(i) < 1)) {
                    throw new UserError("rate step: found milestones " + milestones + ", expected ascending shares in (0, 1)");
                }
            }
            if (!(factor > 0 && factor <= 1)) {
                throw new UserError("rate step: factor must be in (0, 1], found " + factor);
            }
        }

        @Override
        public double after(double progress) {
            return Math.pow(factor, milestones.stream().filter(m -> progress >= m).count());
        }

        private static List<Double> shares(String text) {
            try {
                return java.util.Arrays.stream(text.split("/")).map(Double::valueOf).toList();
            } catch (NumberFormatException e) {
                throw new UserError("setting 'at' of step: found '" + text + "', expected shares such as 0.5/0.75");
            }
        }
    }

    /**
     * Climbs to the peak and falls far below its beginning, both along half a cosine (Smith and Topin 2018).
     *
     * @param warmup share of the steps that climb
     * @param first  share of the peak at the beginning
     * @param last   share of the peak at the end
     */
    record OneCycle(double warmup, double first, double last) implements Rates {
        static final Entry<Rates> ENTRY = Catalog.entry("one-cycle", "Smith and Topin 2018, arXiv:1708.07120", "climbs to the peak, then falls far below its beginning",
                List.of(warmupOption(0.3), Option.of("first", 0.04, "share of the peak at the beginning"), Option.of("last", 4e-6, "share of the peak at the end")),
                s -> new OneCycle(s.number("warmup"), s.number("first"), s.number("last")));

        public OneCycle {
            check(warmup);
            if (!(first > 0 && first <= 1 && last > 0 && last <= 1)) {
                throw new UserError("rate one-cycle: first and last must be in (0, 1], found " + first + " and " + last);
            }
        }

        @Override
        public double at(long step, long steps) {
            double progress = steps < 2 ? 1 : step / (steps - 1.0);
            return progress < warmup ? between(first, 1, progress / warmup) : after((progress - warmup) / (1 - warmup));
        }

        @Override
        public double after(double progress) {
            return between(1, last, progress);
        }

        private static double between(double from, double to, double progress) {
            return to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * progress));
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
