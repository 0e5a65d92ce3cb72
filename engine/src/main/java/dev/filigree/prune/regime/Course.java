package dev.filigree.prune.regime;

import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.pattern.NofM;
import java.util.List;

/** What products see of a dense master as a run goes on: ever fewer of its weights, and in the end N of every M. */
interface Course {

    /**
     * What they see in a step.
     *
     * @param pattern whose survivors are seen as they are
     * @param others  what the rest is multiplied with: 1 and everything is seen, 0 and only survivors are, packed
     */
    record View(NofM pattern, float others) {

        static View everything(NofM pattern) {
            return new View(pattern, 1);
        }

        static View survivors(NofM pattern) {
            return new View(pattern, 0);
        }

        boolean isEverything() {
            return others == 1;
        }
    }

    /** What is seen of a weight; in the last step the survivors of {@link #pattern}. */
    View at(Site site, long step, long steps);

    /** What the run ends with. */
    NofM pattern();

    /** What is held on the way. */
    default Footprint footprint() {
        return Footprint.DENSE_MASTER;
    }

    /** The same survivors from the first step to the last, chosen again and again. */
    record Constant(NofM pattern) implements Course {
        @Override
        public View at(Site site, long step, long steps) {
            return View.survivors(pattern);
        }
    }

    /** Everything to the last step, then the survivors: what does not survive has to be gone by then. */
    record Whole(NofM pattern) implements Course {
        @Override
        public View at(Site site, long step, long steps) {
            return step >= steps - 1 ? View.survivors(pattern) : View.everything(pattern);
        }

        @Override
        public Footprint footprint() {
            return Footprint.DENSE_PRODUCTS;
        }
    }

    /** How far a step is between two shares of a run: 0 before the first, 1 from the second on and in the last step. */
    static double between(double first, double second, long step, long steps) {
        if (step >= steps - 1) {
            return 1;
        }
        double from = first * steps;
        double until = second * steps;
        return step < from ? 0 : step >= until ? 1 : (step - from) / (until - from);
    }

    /** The first of several patterns that a weight's inputs can be cut into. */
    static NofM fitting(Site site, List<NofM> patterns) {
        return patterns.stream().filter(p -> site.cols() % p.m() == 0).findFirst().orElseThrow();
    }
}
