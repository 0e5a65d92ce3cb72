package dev.filigree.app.studies;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.filigree.app.report.LinePlot;
import dev.filigree.model.Site;
import dev.filigree.tensor.PackedNofM;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches which share of N:M survivors is replaced from one step to the next, in every tenth step of a run that is not
 * interrupted. What is not packed as N:M does not count.
 */
final class SurvivorChanges implements Hook {

    private static final int EVERY = 10;

    private final Map<Site, byte[]> before = new LinkedHashMap<>();
    private final List<LinePlot.Point> shares = new ArrayList<>(); // against epochs

    @Override
    public void afterStep(Loop loop, long step) {
        long survivors = 0;
        long changed = 0;
        for (Site s : loop.model().sites()) {
            if (step % EVERY <= 1 && loop.model().param(s).forward() instanceof PackedNofM p) {
                byte[] now = p.place().asSlice(0, p.nonZeros()).toArray(JAVA_BYTE);
                if (step % EVERY == 0) {
                    before.put(s, now);
                } else if (before.containsKey(s) && before.get(s).length == now.length) {
                    survivors += now.length;
                    changed += changed(before.get(s), now, p.n());
                }
            }
        }
        if (survivors > 0) {
            shares.add(new LinePlot.Point(step / (double) loop.stepsPerEpoch(), changed / (double) survivors));
        }
    }

    /** Places of a group, ascending, that are not among those before. */
    private static int changed(byte[] before, byte[] now, int n) {
        int changed = 0;
        for (int group = 0; group < now.length; group += n) {
            for (int i = 0, j = 0; i < n; i++) {
                while (j < n && before[group + j] < now[group + i]) {
                    j++;
                }
                changed += j < n && before[group + j] == now[group + i] ? 0 : 1;
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
