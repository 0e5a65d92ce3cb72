package dev.filigree.infer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Times pieces of work against each other on a machine that has other things to do: in turn, so that a slow moment
 * meets all of them, and not before the compiler is done with them.
 */
final class Stopwatch {

    private static final int ROUNDS = 9;
    /** Where a round of all takes long there are fewer, so that a race takes about so long. */
    private static final int FEWEST_ROUNDS = 5;
    private static final double RACE_NANOS = 0.4e9;
    private static final double ROUND_NANOS = 1e6;
    /** A best time below this share of the one before is news: the compiler has replaced the code. Its work makes more difference than this. */
    private static final double FALL = 0.8;
    /** Code that is still to be compiled looks steady too: this is longer than the compiler takes for one kernel. */
    private static final double QUIET_NANOS = 0.4e9;
    private static final double MOST_NANOS = 4e9;

    private final LongSupplier nanoClock;

    Stopwatch(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /**
     * @param nanos  median of one call
     * @param spread distance between the quartiles over the median
     */
    record Spent(double nanos, double spread) {
    }

    /**
     * @param compiled whether all of the work has been timed before in this process
     */
    List<Spent> race(List<Runnable> works, boolean compiled) {
        double[] once = settle(works, compiled ? 0 : QUIET_NANOS);
        List<List<Double>> samples = new ArrayList<>();
        works.forEach(w -> samples.add(new ArrayList<>()));
        List<Spent> spent;
        int enough = (int) Math.clamp(RACE_NANOS / Arrays.stream(once).map(t -> t * repeats(t)).sum(), FEWEST_ROUNDS, ROUNDS);
        int rounds = 0;
        do { // a slow moment that hit one round of nine does not move the median, one that hit half of them calls for more
            for (int i = 0; i < enough; i++, rounds++) {
                for (int j = 0; j < once.length; j++) {
                    int next = rounds % 2 == 0 ? j : once.length - 1 - j; // nobody always follows the same neighbour
                    samples.get(next).add(run(works.get(next), repeats(once[next])));
                }
            }
            spent = samples.stream().map(Stopwatch::spent).toList();
        } while (rounds < 2 * enough && spent.stream().anyMatch(s -> s.spread() > Reading.STEADY));
        return spent;
    }

    /** Runs all until the best time of none has fallen for so long; these best times, in nanoseconds. */
    private double[] settle(List<Runnable> works, double quiet) {
        double[] best = new double[works.size()];
        int[] repeats = new int[works.size()];
        Arrays.fill(best, Double.MAX_VALUE);
        Arrays.fill(repeats, 1);
        long begin = nanoClock.getAsLong();
        long fell = begin;
        long now;
        int passes = 0;
        do {
            for (int i = 0; i < best.length; i++) {
                double time = run(works.get(i), repeats[i]);
                if (time < FALL * best[i]) {
                    fell = nanoClock.getAsLong();
                }
                best[i] = Math.min(best[i], time);
                repeats[i] = repeats(time);
            }
            now = nanoClock.getAsLong();
        } while (++passes < 2 || now - fell < quiet && now - begin < MOST_NANOS);
        return best;
    }

    private double run(Runnable work, int repeats) {
        long start = nanoClock.getAsLong();
        for (int i = 0; i < repeats; i++) {
            work.run();
        }
        return (nanoClock.getAsLong() - start) / (double) repeats;
    }

    private static int repeats(double nanos) {
        return (int) Math.clamp(ROUND_NANOS / Math.max(1, nanos), 1, 100_000);
    }

    private static Spent spent(List<Double> samples) {
        double[] s = samples.stream().mapToDouble(d -> d).sorted().toArray();
        double median = s[s.length / 2];
        return new Spent(median, (s[s.length * 3 / 4] - s[s.length / 4]) / Math.max(1, median));
    }
}
