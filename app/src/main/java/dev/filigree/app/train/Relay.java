package dev.filigree.app.train;

import dev.filigree.calib.Operations;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Network;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Value;
import dev.filigree.report.Metrics;
import dev.filigree.train.Evaluation;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Problem;
import dev.filigree.train.Soup;
import dev.filigree.train.loss.Objective;
import java.util.ArrayList;
import java.util.List;

/** Runs of which one begins with the weights that another ended with. */
public final class Relay {

    private static final int RECALIBRATION = 60; // batches: less than 0.2 % of the old statistics is left

    private final Problem problem;
    private final Compute compute;

    public Relay(Problem problem, Compute compute) {
        this.problem = problem;
        this.compute = compute;
    }

    /** A network before its first step. */
    public Network born(TrainSettings settings) {
        try (Loop loop = new Assembly(settings, problem, compute).loop(List.of())) {
            return (Network) loop.model();
        }
    }

    /** Trains from birth to the end. */
    public Network first(TrainSettings settings) {
        return first(settings, List.of());
    }

    /** @param hooks come after those of the method */
    public Network first(TrainSettings settings, List<Hook> hooks) {
        return run(new Assembly(settings, problem, compute).loop(hooks));
    }

    /** Trains a network as it is, which changes; the settings' own network plays no part. */
    public Network on(Network network, TrainSettings settings) {
        return run(new Assembly(settings, problem, compute, network).going());
    }

    /** Trains a copy of a network, which stays as it is; the method's births do not happen, what it does in the run does. */
    public Network next(Network from, TrainSettings settings) {
        return run(new Assembly(settings, problem, compute).loop(from, List.of()));
    }

    /** The mean of networks with the same live positions, statistics of normalisation measured anew; they stay as they are. */
    public Network soup(List<Network> members, TrainSettings settings) {
        try (Loop pot = new Assembly(settings, problem, compute).loop(members.getFirst(), List.of())) {
            Soup.into(pot.model(), members.subList(1, members.size()));
            Soup.recalibrate(pot, RECALIBRATION);
            return (Network) pot.model();
        }
    }

    /** Measures a network's statistics of normalisation anew. */
    public Network recalibrated(Network network, TrainSettings settings) {
        try (Loop loop = new Assembly(settings, problem, compute, network).going()) {
            Soup.recalibrate(loop, RECALIBRATION);
            return network;
        }
    }

    /** How good a network is on what it was not trained on. */
    public Objective.Score score(Network network, int batch) {
        return Evaluation.of(compute, network, problem.objective(0), problem.testing(batch, network.form()));
    }

    /** Live positions of a network's weights, as a share. */
    public static double density(Network network) {
        return network.live() / (double) network.positions();
    }

    /**
     * Seconds that each network takes for an example of the first batch that it is judged on: medians of rounds in which all
     * take turns, after some to warm up.
     */
    public List<Double> race(List<Network> networks, int batch, int rounds) {
        List<List<Double>> seconds = networks.stream().<List<Double>>map(n -> new ArrayList<>()).toList();
        try (Eager eager = new Eager(compute)) {
            for (int round = 0; round < rounds + rounds / 2; round++) {
                for (int i = 0; i < networks.size(); i++) {
                    Network n = networks.get(i);
                    Batch in = problem.testing(batch, n.form()).getFirst();
                    long start = System.nanoTime();
                    Value y = n.forward(eager, in);
                    double took = (System.nanoTime() - start) * 1e-9 / y.examples();
                    eager.release(y);
                    if (round >= rounds / 2) {
                        seconds.get(i).add(took);
                    }
                }
            }
        }
        return seconds.stream().map(Relay::median).toList();
    }

    /**
     * Seconds that a step of training takes with each network: medians of rounds in which all take turns; they stay as they are.
     *
     * @param each seconds of a turn
     */
    public List<Double> steps(List<Network> networks, TrainSettings settings, int rounds, double each) {
        List<List<Double>> seconds = networks.stream().<List<Double>>map(n -> new ArrayList<>()).toList();
        List<Loop> loops = networks.stream().map(n -> new Assembly(settings, problem, compute, n).going()).toList();
        try {
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < loops.size(); i++) {
                    seconds.get(i).add(loops.get(i).rehearse(each).seconds());
                }
            }
        } finally {
            loops.forEach(Loop::close);
        }
        return seconds.stream().map(Relay::median).toList();
    }

    /** Multiply-adds of a network for an example. */
    public double multiplyAdds(Network network) {
        return Operations.multiplyAdds(compute, network, problem.testing(1, network.form()).getFirst());
    }

    private static double median(List<Double> all) {
        return Metrics.median(all.stream().mapToDouble(s -> s).toArray());
    }

    private static Network run(Loop loop) {
        try (loop) {
            loop.run((step, steps, loss, batch, seconds) -> { });
            return (Network) loop.model();
        }
    }
}
