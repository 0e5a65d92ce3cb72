package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One threshold for the scores of all sites. */
final class Worst {

    private Worst() {
    }

    /**
     * The indices, ascending, of all but the {@code keep} highest scores; of equal ones the earlier stay.
     *
     * @param scores of each site, in canonical order
     */
    static List<int[]> of(List<Floats> scores, int keep) {
        float[] sorted = new float[scores.stream().mapToInt(Floats::length).reduce(0, Math::addExact)];
        int at = 0;
        for (Floats s : scores) {
            s.get(0, sorted, at, s.length());
            at += s.length();
        }
        Arrays.sort(sorted);
        float threshold = sorted[sorted.length - keep];
        int equal = 0; // survivors that are no better than the threshold
        while (equal < keep && Float.compare(sorted[sorted.length - keep + equal], threshold) == 0) {
            equal++;
        }
        List<int[]> dies = new ArrayList<>();
        for (Floats s : scores) {
            int[] worst = new int[s.length()];
            int count = 0;
            for (int i = 0; i < s.length(); i++) {
                int order = Float.compare(s.get(i), threshold);
                if (order < 0 || order == 0 && equal-- <= 0) {
                    worst[count++] = i;
                }
            }
            dies.add(Arrays.copyOf(worst, count));
        }
        return dies;
    }
}
