package dev.filigree.app.retrieve;

import com.sun.management.ThreadMXBean;
import dev.filigree.base.Parallel;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.Live;
import dev.filigree.retrieve.Searcher;
import dev.filigree.retrieve.SparseVector;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** Searchers on the same queries in alternating rounds, each judged by the true best documents. */
public final class Contest {

    /** Documents asked for. */
    public static final int K = 10;

    private static final int PAIR = 2;

    private final List<SparseVector> queries;
    private final List<Hits> truth;
    private final List<Entrant> entrants = new ArrayList<>();

    private record Entrant(String name, Searcher searcher, int queries) {
    }

    /** @param exact finds the true best documents, on the threads of {@code parallel} */
    public Contest(List<SparseVector> queries, Searcher exact, Parallel parallel) {
        this.queries = queries;
        Hits[] best = new Hits[queries.size()];
        parallel.run(best.length, q -> best[q] = exact.search(queries.get(q), K));
        this.truth = List.of(best);
    }

    /** @param most queries at most: slow searchers are timed with fewer */
    public void enter(String name, Searcher searcher, int most) {
        entrants.add(new Entrant(name, searcher, Math.min(most, queries.size())));
    }

    /** Times all of them; the first round warms. */
    public List<Speed> run(int rounds, LongConsumer progress) {
        double[][][] micros = new double[entrants.size()][rounds][];
        double[] recall = new double[entrants.size()];
        double[] garbage = new double[entrants.size()];
        double[][] rates = new double[entrants.size()][PAIR];
        long done = 0;
        for (int round = -1; round < rounds; round++) {
            for (int e = 0; e < entrants.size(); e++) {
                if (round < 0) {
                    recall[e] = recall(entrants.get(e));
                } else {
                    micros[e][round] = times(entrants.get(e));
                    for (int threads = 1; threads <= PAIR; threads++) {
                        rates[e][threads - 1] = Math.max(rates[e][threads - 1], rate(entrants.get(e), threads));
                    }
                    garbage[e] = garbage(entrants.get(e));
                }
                progress.accept(++done);
            }
        }
        List<Speed> speeds = new ArrayList<>();
        for (int e = 0; e < entrants.size(); e++) {
            speeds.add(new Speed(entrants.get(e).name, recall[e], scored(entrants.get(e)), Speed.medians(micros[e]), garbage[e], rates[e][0], rates[e][1]));
        }
        return speeds;
    }

    /** Steps that {@link #run} tells of. */
    public long steps(int rounds) {
        return (rounds + 1L) * entrants.size();
    }

    private double recall(Entrant e) {
        double sum = 0;
        for (int q = 0; q < e.queries; q++) {
            sum += truth.get(q).recallIn(e.searcher.search(queries.get(q), K));
        }
        return sum / e.queries;
    }

    /** Asked after everything was timed, so that searches are timed as they are without it. */
    private double scored(Entrant e) {
        long[] seen = {0};
        Live counting = document -> ++seen[0] > 0;
        for (int q = 0; q < e.queries; q++) {
            e.searcher.search(queries.get(q), K, counting);
        }
        return (double) seen[0] / e.queries;
    }

    private double[] times(Entrant e) {
        double[] micros = new double[e.queries];
        for (int q = 0; q < e.queries; q++) {
            long begin = System.nanoTime();
            e.searcher.search(queries.get(q), K);
            micros[q] = (System.nanoTime() - begin) / 1e3;
        }
        return micros;
    }

    private double rate(Entrant e, int threads) {
        try (Parallel parallel = new Parallel(threads)) {
            long begin = System.nanoTime();
            parallel.run(e.queries, q -> e.searcher.search(queries.get(q), K));
            return e.queries / ((System.nanoTime() - begin) / 1e9);
        }
    }

    private double garbage(Entrant e) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int q = 0; q < e.queries; q++) {
            e.searcher.search(queries.get(q), K);
        }
        return (double) (threads.getCurrentThreadAllocatedBytes() - before) / e.queries;
    }
}
