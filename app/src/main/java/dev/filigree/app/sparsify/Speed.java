package dev.filigree.app.sparsify;

import dev.filigree.base.Rng;
import dev.filigree.infer.Session;
import dev.filigree.app.peer.PeerFailure;
import dev.filigree.app.peer.PeerProcess;
import dev.filigree.report.Metrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Times contenders on equal work in alternating rounds, so that a slow moment of the machine meets them all. */
public final class Speed {

    private final int rounds;
    private final double roundSeconds;
    private final Map<String, Contender> contenders = new LinkedHashMap<>();
    private final Map<String, String> absent = new LinkedHashMap<>();

    /** Sequences a second in one round. */
    @FunctionalInterface
    public interface Contender {
        double round(int batch, int length, double seconds) throws PeerFailure;
    }

    /**
     * Rates of one contender at one shape.
     *
     * @param rates sequences a second, round by round
     */
    public record Result(String name, int batch, int length, double[] rates) {

        public double median() {
            return Metrics.median(rates);
        }

        /** Distance between the quartiles over the median. */
        public double spread() {
            return (Metrics.quantile(rates, 0.75) - Metrics.quantile(rates, 0.25)) / median();
        }
    }

    public Speed(int rounds, double roundSeconds) {
        this.rounds = rounds;
        this.roundSeconds = roundSeconds;
    }

    /** Adds our own engine. */
    public Speed ours(String name, Session session, int vocabulary) {
        return ours(name, encoding(session, vocabulary));
    }

    /** Adds a contender that runs in this process. */
    public Speed ours(String name, Contender contender) {
        contenders.put(name, contender);
        return this;
    }

    /** Encodes batches of sequences. */
    static Contender encoding(Session session, int vocabulary) {
        return (batch, length, seconds) -> {
            List<int[]> work = randomBatch(batch, length, vocabulary);
            long done = 0;
            long start = System.nanoTime();
            double spent;
            do {
                session.encode(work);
                done += batch;
                spent = (System.nanoTime() - start) / 1e9;
            } while (spent < seconds);
            return done / spent;
        };
    }

    /** Adds a peer in its own process. */
    public Speed peer(String name, PeerProcess peer) {
        contenders.put(name, (batch, length, seconds) -> peer.round(batch, length, seconds).sequencesPerSecond());
        return this;
    }

    /** Notes a contender that could not take part. */
    public Speed absent(String name, String why) {
        absent.put(name, why);
        return this;
    }

    /** Why contenders are missing, by name. */
    public Map<String, String> absent() {
        return absent;
    }

    /** Runs all contenders at every shape; one that fails is dropped and noted. */
    public List<Result> run(List<int[]> batchesAndLengths, BiConsumer<Integer, String> progress) {
        List<Result> results = new ArrayList<>();
        int done = 0;
        for (int[] shape : batchesAndLengths) {
            Map<String, double[]> rates = new LinkedHashMap<>();
            contenders.keySet().forEach(name -> rates.put(name, new double[rounds]));
            for (int round = -1; round < rounds; round++) { // the first warms up
                for (String name : List.copyOf(rates.keySet())) {
                    try {
                        double rate = contenders.get(name).round(shape[0], shape[1], round < 0 ? roundSeconds / 2 : roundSeconds);
                        if (round >= 0) {
                            rates.get(name)[round] = rate;
                        }
                    } catch (PeerFailure e) {
                        rates.remove(name);
                        contenders.remove(name);
                        absent.put(name, e.getMessage());
                    }
                    progress.accept(++done, name + " " + shape[0] + " x " + shape[1]);
                }
            }
            rates.forEach((name, r) -> results.add(new Result(name, shape[0], shape[1], r)));
        }
        return results;
    }

    /** Timed rounds in all, for progress. */
    public int total(int shapes) {
        return shapes * (rounds + 1) * contenders.size();
    }

    private static List<int[]> randomBatch(int batch, int length, int vocabulary) {
        Rng rng = new Rng(7).split("speed");
        List<int[]> sequences = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            int[] ids = new int[length];
            for (int t = 0; t < length; t++) {
                ids[t] = rng.nextInt(vocabulary);
            }
            sequences.add(ids);
        }
        return sequences;
    }
}
