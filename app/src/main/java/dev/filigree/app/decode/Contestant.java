package dev.filigree.app.decode;

import dev.filigree.infer.Decoding;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Precision;
import dev.filigree.infer.policy.Gates;
import dev.filigree.infer.policy.Spent;
import dev.filigree.kernel.Compute;
import dev.filigree.model.CausalModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One of our models on so many threads, timed token by token beside a plain read of its bytes. */
final class Contestant implements AutoCloseable {

    private static final int MOST = 40;
    /** Tokens until the compiler is done with what runs once a token. */
    private static final int WARM = 150;
    private static final double WARM_SECONDS = 6;

    private final String name;
    private final Precision precision;
    private final int threads;
    private final LanguageModel model;
    private final Decoding sequence;
    private final WholeRead read;
    private final List<Double> seconds = new ArrayList<>();
    private final List<Double> reads = new ArrayList<>();
    private int tokens = 1;

    /** @param gates of the policy under which it runs; null for none */
    Contestant(String name, Precision precision, CausalModel model, Gates gates, int threads) {
        this.name = name;
        this.precision = precision;
        this.threads = threads;
        this.model = LanguageModel.of(model, null, threads).under(gates);
        this.sequence = this.model.decoding(model.config().context());
        this.read = new WholeRead(model);
    }

    /**
     * Runs until what the compiler makes of it is fast.
     *
     * @param round seconds that a round takes, about
     */
    void warm(double round) {
        long begin = System.nanoTime();
        for (int i = 0; i < WARM && (i < 3 || since(begin) < WARM_SECONDS); i++) {
            sequence.next(i % model.config().vocab());
        }
        double token = token(1);
        tokens = (int) Math.clamp(Math.ceil(round / token), 1, MOST);
    }

    /** @param compute of as many threads */
    void round(Compute compute) {
        seconds.add(token(tokens));
        read.run(compute); // what the tokens left in caches is another's
        long begin = System.nanoTime();
        for (int i = 0; i < tokens; i++) {
            read.run(compute);
        }
        reads.add(since(begin) / tokens);
    }

    /** What its policy left out; empty without one. */
    Optional<Spent> spent() {
        return sequence.spent();
    }

    Speed speed() {
        return new Speed(name, precision.label(), threads, read.bytes(), array(seconds), array(reads));
    }

    private double token(int count) {
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            sequence.next((7 + i) % model.config().vocab());
        }
        return since(begin) / count;
    }

    static double since(long begin) {
        return (System.nanoTime() - begin) * 1e-9;
    }

    private static double[] array(List<Double> all) {
        return all.stream().mapToDouble(d -> d).toArray();
    }

    @Override
    public void close() {
        sequence.close();
        model.close();
    }
}
