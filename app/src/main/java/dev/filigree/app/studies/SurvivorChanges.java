package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.model.Site;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches which share of N:M survivors is replaced from one step to the next, in every tenth step of a run that is not
 * interrupted. Weights that are not projected do not count.
 */
final class SurvivorChanges implements Hook {

    private static final int EVERY = 10;

    private final Map<Site, Topology> before = new LinkedHashMap<>();
    private final List<LinePlot.Point> shares = new ArrayList<>(); // against epochs

    @Override
    public void afterStep(Loop loop, long step) {
        long survivors = 0;
        long changed = 0;
        for (Site s : loop.model().sites()) {
            if (step % EVERY <= 1 && loop.model().param(s).projected()) {
                Topology now = Topology.of(loop.model().param(s).forward());
                if (step % EVERY == 0) {
                    before.put(s, now);
                } else if (before.containsKey(s)) {
                    survivors += now.count();
                    changed += changed(before.get(s), now);
                }
            }
        }
        if (survivors > 0) {
            shares.add(new LinePlot.Point(step / (double) loop.stepsPerEpoch(), changed / (double) survivors));
        }
    }

    /** Positions that are not among those before. */
    private static int changed(Topology before, Topology now) {
        int changed = 0;
        for (int r = 0; r < now.rows(); r++) {
            int j = before.start().get(r);
            for (int i = now.start().get(r); i < now.start().get(r + 1); i++) {
                while (j < before.start().get(r + 1) && before.column().get(j) < now.column().get(i)) {
                    j++;
                }
                changed += j < before.start().get(r + 1) && before.column().get(j) == now.column().get(i) ? 0 : 1;
            }
        }
        return changed;
    }

    /** Over the second half of what was seen. */
    double late() {
        return shares.subList(shares.size() / 2, shares.size()).stream().mapToDouble(LinePlot.Point::y).average().orElse(0);
    }

    /** The mean of neighbouring steps, {@code count} points at most. */
    List<LinePlot.Point> curve(int count) {
        List<LinePlot.Point> means = new ArrayList<>();
        int together = Math.max(1, Math.ceilDiv(shares.size(), count));
        for (int i = 0; i < shares.size(); i += together) {
            List<LinePlot.Point> some = shares.subList(i, Math.min(shares.size(), i + together));
            means.add(new LinePlot.Point(some.getLast().x(), some.stream().mapToDouble(LinePlot.Point::y).average().orElseThrow()));
        }
        return means;
    }
}
