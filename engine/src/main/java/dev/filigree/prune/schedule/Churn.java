package dev.filigree.prune.schedule;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import java.util.List;

/** When live positions move during training, and what share of them. Steps are counted from 0. */
public sealed interface Churn permits Churn.Even, Churn.Cosine, Churn.Times {

    /** Steps from one time to the next; 0 stands for an epoch. */
    int every();

    /** Share of the steps after which positions stay. */
    double until();

    /** The share of live positions that moves at {@code progress} of the time in which any move, 0..1. */
    double share(double progress);

    /** Whether positions move in this step. */
    default boolean fires(long step, long steps, long epoch) {
        long period = every() == 0 ? Math.max(1, epoch) : every();
        return step > 0 && step % period == 0 && step < until() * steps;
    }

    /** The share that moves in this step. */
    default double share(long step, long steps) {
        return share(Math.min(1, step / (until() * steps)));
    }

    /** Always the same share. */
    record Even(int every, double share, double until) implements Churn {

        public static final Catalog.Entry<Churn> ENTRY = Catalog.entry("even", "Mocanu et al. 2018, arXiv:1707.04780", "the same share each time",
                options(0, 0.3, 1.0), s -> new Even(s.integer("every"), s.number("share"), s.number("until")));

        public Even {
            check(every, share, until);
        }

        @Override
        public double share(double progress) {
            return share;
        }
    }

    /** {@code share/2 (1 + cos(pi progress))}. */
    record Cosine(int every, double share, double until) implements Churn {

        public static final Catalog.Entry<Churn> ENTRY = Catalog.entry("cosine", "Dettmers and Zettlemoyer 2019, arXiv:1907.04840; Evci et al. 2020, arXiv:1911.11134",
                "a share that falls along half a cosine", options(100, 0.3, 0.75), s -> new Cosine(s.integer("every"), s.number("share"), s.number("until")));

        public Cosine {
            check(every, share, until);
        }

        @Override
        public double share(double progress) {
            return share / 2 * (1 + Math.cos(Math.PI * progress));
        }
    }

    /** {@code share/2 (1 + cos(pi progress))}, so many times at even distances over the whole run, whatever its length. */
    record Times(int times, double share, double until) implements Churn {

        public static final Catalog.Entry<Churn> ENTRY = Catalog.entry("times", "Liu et al. 2021, arXiv:2106.10404", "a cosine's share, so many times in a run",
                List.of(Option.of("times", 40, "how often in the whole run, its end included"), Option.of("share", 0.5, "share of the live positions that moves at first"),
                        Option.of("until", 1.0, "share of the steps after which positions stay")), s -> new Times(s.integer("times"), s.number("share"), s.number("until")));

        public Times {
            check(times, share, until);
            if (times < 1) {
                throw new UserError("churn times: found times=" + times + ", expected at least 1");
            }
        }

        @Override
        public int every() {
            return 0;
        }

        @Override
        public boolean fires(long step, long steps, long epoch) {
            return step > 0 && step * times / steps > (step - 1) * times / steps && step < until * steps;
        }

        @Override
        public double share(double progress) {
            return share / 2 * (1 + Math.cos(Math.PI * progress));
        }
    }

    private static List<Option> options(int every, double share, double until) {
        return List.of(Option.of("every", every, "steps from one time to the next, 0 for an epoch"),
                Option.of("share", share, "share of the live positions that moves"), Option.of("until", until, "share of the steps after which positions stay"));
    }

    private static void check(int every, double share, double until) {
        if (every < 0 || !(share >= 0 && share < 1 && until > 0 && until <= 1)) {
            throw new UserError("churn: found every=" + every + ", share=" + share + ", until=" + until
                    + ", expected every >= 0, share in [0, 1) and until in (0, 1]");
        }
    }
}
