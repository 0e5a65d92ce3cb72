package dev.filigree.app.studies;

import dev.filigree.Parts;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.model.Network;
import dev.filigree.tensor.Layout;
import dev.filigree.train.Birth;
import dev.filigree.train.Evaluation;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Optimizer;
import dev.filigree.train.Problem;
import dev.filigree.train.Setup;
import dev.filigree.train.Step;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.Objective;
import java.util.List;
import java.util.function.Supplier;

/**
 * How a study trains networks that it holds in its hands between runs.
 *
 * @param optimizer a new one for each run
 * @param rates     as they are typed
 * @param clip      longest gradient
 */
record Course(Compute compute, Problem problem, int batch, Supplier<Optimizer> optimizer, double rate, String rates, double clip) {

    /** With an optimizer as it is typed. */
    Course(Compute compute, Problem problem, int batch, String optimizer, double rate, String rates, double clip) {
        this(compute, problem, batch, () -> dev.filigree.train.Parts.OPTIMIZERS.make(optimizer), rate, rates, clip);
    }

    /** The usual course for images and features: momentum and a cosine. */
    static Course sgd(Compute compute, Problem problem, double rate) {
        return new Course(compute, problem, 128, "sgd(momentum=0.9,decay=0.0002)", rate, "cosine(warmup=0)", 10);
    }

    /** A network with every position, and the first values that {@code rng} decides. */
    Network born(String model, Rng rng) {
        return born(Parts.NETWORKS.make(model).build(problem.input(), problem.outputs()), rng);
    }

    /** The same for a network that was built. */
    <N extends Network> N born(N network, Rng rng) {
        Birth birth = new Birth(compute, network, rng);
        network.sites().forEach(birth::dense);
        return network;
    }

    /** Another network of this kind with the weights of one, which stays as it is, for a loop makes copies. */
    Network like(String model, Network from) {
        Network n = Parts.NETWORKS.make(model).build(problem.input(), problem.outputs());
        n.params().forEach(p -> p.set(from.param(p.name()).forward()));
        return n;
    }

    /** Steps that so many looks at every example take. */
    long steps(double epochs) {
        return Math.max(1, Math.round(epochs * Math.ceilDiv(problem.training(batch, new Rng(0)).count(), batch)));
    }

    /** A loop at its first step, which learns in {@code network}. */
    Loop loop(Model network, Step step, long steps, List<Hook> hooks, Rng rng) {
        return new Loop(compute, network, new Setup(step, problem.training(batch, network.form(), rng.split("order")), optimizer.get(), rate,
                dev.filigree.train.Parts.RATES.make(rates), clip, steps, Layout.CSR, hooks, rng.split("training")));
    }

    /** Trains to the end. */
    void train(Model network, Step step, long steps, List<Hook> hooks, Rng rng) {
        try (Loop loop = loop(network, step, steps, hooks, rng)) {
            loop.run((s, all, loss, batch, seconds) -> { });
        }
    }

    /** The same by labels. */
    void train(Model network, double epochs, List<Hook> hooks, Rng rng) {
        train(network, supervised(), steps(epochs), hooks, rng);
    }

    /** What labels say. */
    Step supervised() {
        return new Supervised(problem.objective(0));
    }

    /** How good a network is on what it was not trained on. */
    Objective.Score score(Model network) {
        return Evaluation.of(compute, network, problem.objective(0), problem.testing(Math.max(batch, 128), network.form()));
    }
}
