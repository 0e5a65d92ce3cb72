package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import java.util.List;

/** How many positions of each site survive a pruning between two rounds of training. */
public sealed interface Cull permits Cull.Share, PqIndex {

    /** Prunings until the share of zeros over all sites is reached. */
    int prunings(double target);

    /**
     * @param live  the live values of each site
     * @param round 1 for the first pruning; {@link #prunings} for the last, which reaches the target
     * @return survivors of each site, at least one
     */
    long[] keep(List<Site> sites, List<Floats> live, int round, double target);

    /**
     * The same share of each site every time, half of it in output layers: {@code kept = (1 - share)^round}. The last time hidden
     * layers keep what is missing to the target.
     */
    record Share(double share) implements Cull {

        public Share {
            if (!(share > 0 && share < 1)) {
                throw new UserError("method tickets: found share=" + share + ", expected share in (0, 1)");
            }
        }

        @Override
        public int prunings(double target) {
            return (int) Math.ceil(Math.log(1 - target) / Math.log(1 - share) - 1e-9);
        }

        @Override
        public long[] keep(List<Site> sites, List<Floats> live, int round, double target) {
            double ofOutputs = Math.pow(1 - share / 2, round);
            double outputs = positions(sites, true);
            double hidden = positions(sites, false);
            double ofHidden = round < prunings(target) ? Math.pow(1 - share, round)
                    : Math.max(0, (1 - target) * (outputs + hidden) - ofOutputs * outputs) / Math.max(1, hidden);
            return sites.stream().mapToLong(s -> Math.max(1, Math.round((s.role() == Role.OUTPUT ? ofOutputs : ofHidden) * s.positions()))).toArray();
        }

        private static double positions(List<Site> sites, boolean outputs) {
            return sites.stream().filter(s -> s.role() == Role.OUTPUT == outputs).mapToDouble(Site::positions).sum();
        }
    }
}
