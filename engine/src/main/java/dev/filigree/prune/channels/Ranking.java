package dev.filigree.prune.channels;

import dev.filigree.base.UserError;
import dev.filigree.model.Coupling;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The channels of the highest scores; of equal ones the first. */
final class Ranking {

    /** A layer of a channel or two lets nothing through, so one threshold for all layers leaves each at least this share. */
    private static final double LEAST = 0.1;

    private Ranking() {
    }

    private record Ranked(int coupling, int channel, double score) {
    }

    /** A share of channels that can be kept. */
    static double checked(double keep) {
        if (!(keep > 0 && keep < 1)) {
            throw new UserError("channels: found a share of " + keep + " to keep, expected one above 0 and below 1");
        }
        return keep;
    }

    /** That share of all couplings, of each of them or of all together. */
    static List<int[]> of(List<Coupling> couplings, List<double[]> scores, double keep, boolean together) {
        return together ? together(couplings, scores, keep) : each(couplings, scores, keep);
    }

    /** The same share of each coupling, rounded, and at least one channel. */
    static List<int[]> each(List<Coupling> couplings, List<double[]> scores, double keep) {
        return IntStream.range(0, couplings.size()).mapToObj(i -> best(scores.get(i), count(couplings.get(i), keep))).toList();
    }

    /** Channels of a coupling that a share of it is. */
    static int count(Coupling c, double keep) {
        return c.channels() == 0 ? 0 : Math.max(1, (int) Math.round(keep * c.channels()));
    }

    /** That share of the channels of all couplings together; none falls below a tenth of its own. */
    private static List<int[]> together(List<Coupling> couplings, List<double[]> scores, double keep) {
        List<boolean[]> stays = new ArrayList<>();
        List<Ranked> others = new ArrayList<>();
        int left = (int) Math.round(keep * couplings.stream().mapToInt(Coupling::channels).sum());
        for (int i = 0; i < couplings.size(); i++) {
            boolean[] sure = new boolean[couplings.get(i).channels()];
            for (int c : best(scores.get(i), count(couplings.get(i), LEAST))) {
                sure[c] = true;
                left--;
            }
            stays.add(sure);
            for (int c = 0; c < sure.length; c++) {
                if (!sure[c]) {
                    others.add(new Ranked(i, c, scores.get(i)[c]));
                }
            }
        }
        others.sort(Comparator.comparing((Ranked r) -> -r.score()));
        others.subList(0, Math.max(0, left)).forEach(r -> stays.get(r.coupling())[r.channel()] = true);
        return stays.stream().map(s -> IntStream.range(0, s.length).filter(c -> s[c]).toArray()).toList();
    }

    private static int[] best(double[] scores, int count) {
        return IntStream.range(0, scores.length).boxed().sorted(Comparator.comparing((Integer c) -> -scores[c])).limit(count).mapToInt(c -> c).sorted().toArray();
    }
}
