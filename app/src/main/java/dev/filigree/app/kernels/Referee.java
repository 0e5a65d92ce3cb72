package dev.filigree.app.kernels;

import dev.filigree.app.peer.PeerFailure;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Lets all contestants of a case take turns in short rounds, so that a slow moment of the machine meets them all, and
 * compares their outputs with the definition before and after.
 */
final class Referee {

    /** Begins a fault that must fail the run. */
    static final String MISMATCH = "wrong result:";

    private static final double ROUND_SECONDS = 0.02;
    /** Helper threads of whoever had the last turn spin for about a millisecond; the next turn begins when they sleep. */
    private static final long NAP_MILLIS = 3;
    private static final int MOST_WARM_UPS = 8;
    /** A warm-up round that is this much faster than all before says that the compiler is still at work. */
    private static final double STILL_FASTER = 0.97;

    private final Lab lab;
    private final Roof roof;
    private final int rounds;

    Referee(Lab lab, Roof roof, int rounds) {
        this.lab = lab;
        this.roof = roof;
        this.rounds = rounds;
    }

    CaseResult run(Family family, Case c) {
        try (Arena arena = Arena.ofShared()) {
            Entrants entrants = new Entrants(lab, arena, c.rows(), c.cols(), c.tokens());
            c.enter().accept(entrants);
            List<Contestant> all = entrants.all();
            String[] faults = new String[all.size()];
            double[] differences = new double[all.size()];
            double[][] seconds = new double[all.size()][rounds];
            Arrays.fill(faults, "");
            for (int i = 0; i < all.size(); i++) {
                faults[i] = warm(all.get(i));
                compare(all.get(i), i, faults, differences);
            }
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < all.size(); i++) {
                    int turn = (i + round) % all.size(); // nobody always follows the same neighbour
                    if (faults[turn].isEmpty()) {
                        try {
                            nap();
                            seconds[turn][round] = all.get(turn).turn().round(ROUND_SECONDS);
                        } catch (PeerFailure e) {
                            faults[turn] = e.getMessage();
                        }
                    }
                }
            }
            List<Measured> measured = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                compare(all.get(i), i, faults, differences);
                measured.add(measured(all.get(i), seconds[i], differences[i], faults[i]));
            }
            return new CaseResult(family.name(), c.shape(), c.rows(), c.cols(), c.tokens(), measured, entrants.absent());
        } finally {
            lab.clear();
        }
    }

    private Measured measured(Contestant c, double[] seconds, double difference, String fault) {
        Measured bare = new Measured(c.name(), c.role(), c.threads(), c.sparsity(), c.flops(), c.bytes(), fault.isEmpty() ? seconds : new double[0], Double.NaN,
                difference, fault);
        return new Measured(c.name(), c.role(), c.threads(), c.sparsity(), c.flops(), c.bytes(), bare.seconds(),
                roof.seconds(c.flops(), c.bytes(), c.threads()) / bare.median(), difference, fault);
    }

    /** Runs until it gets no faster: our code until it is compiled, a peer's until its threads and caches are there. */
    private static String warm(Contestant c) {
        try {
            double best = c.turn().round(ROUND_SECONDS);
            for (int i = 1; i < MOST_WARM_UPS; i++) {
                double next = c.turn().round(ROUND_SECONDS);
                if (next > STILL_FASTER * best) {
                    break;
                }
                best = Math.min(best, next);
            }
            return "";
        } catch (PeerFailure e) {
            return e.getMessage();
        }
    }

    private static void compare(Contestant c, int i, String[] faults, double[] differences) {
        if (!faults[i].isEmpty() || c.expected().length == 0) {
            return;
        }
        try {
            double difference = difference(c.expected(), c.turn().samples());
            differences[i] = Math.max(differences[i], difference);
            if (!(difference <= c.tolerance())) {
                faults[i] = String.format(Locale.ROOT,
                        "%s differs from the definition by %.1e of the largest output, allowed is %.0e", MISMATCH, difference, c.tolerance());
            }
        } catch (PeerFailure e) {
            faults[i] = e.getMessage();
        }
    }

    /** Largest difference relative to the largest expected value; infinite where one is no number. */
    static double difference(double[] expected, float[] found) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        double most = expected.length == found.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(expected.length, found.length); i++) {
            double d = Math.abs(expected[i] - found[i]);
            most = Math.max(most, Double.isNaN(d) ? Double.POSITIVE_INFINITY : d);
        }
        return most == 0 ? 0 : most / largest;
    }

    private static void nap() {
        try {
            Thread.sleep(NAP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
