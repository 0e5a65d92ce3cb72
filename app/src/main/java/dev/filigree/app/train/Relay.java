package dev.filigree.app.train;

import dev.filigree.kernel.Compute;
import dev.filigree.model.Network;
import dev.filigree.train.Evaluation;
import dev.filigree.train.Loop;
import dev.filigree.train.Problem;
import dev.filigree.train.Soup;
import dev.filigree.train.loss.Objective;
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

    /** Trains from birth to the end. */
    public Network first(TrainSettings settings) {
        return run(new Assembly(settings, problem, compute).loop(List.of()));
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

    /** How good a network is on what it was not trained on. */
    public Objective.Score score(Network network, int batch) {
        return Evaluation.of(compute, network, problem.objective(0), problem.testing(batch, network.form()));
    }

    /** Live positions of a network's weights, as a share. */
    public static double density(Network network) {
        return network.live() / (double) network.positions();
    }

    private static Network run(Loop loop) {
        try (loop) {
            loop.run((step, steps, loss, batch, seconds) -> { });
            return (Network) loop.model();
        }
    }
}
