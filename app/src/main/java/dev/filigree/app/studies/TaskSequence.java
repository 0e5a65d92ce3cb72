package dev.filigree.app.studies;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Network;
import dev.filigree.train.Batches;
import dev.filigree.train.Classification;
import dev.filigree.train.Evaluation;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Problem;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.Step;
import dev.filigree.train.Task;
import dev.filigree.tensor.Layout;
import java.util.List;

/**
 * Tasks one after another, and how they are trained: what the studies of continual learning share.
 *
 * @param epochs of each task
 */
record TaskSequence(Compute compute, List<Task> tasks, int batch, double epochs, double rate) {

    static final int TASKS = 5;

    /** The data set of a lab, cut by classes. */
    static TaskSequence of(Lab lab, String study, double epochs, int batch, double rate) {
        if (!(lab.problem() instanceof Classification all)) {
            throw new UserError("study " + study + ": found " + lab.problem().about() + ", expected labelled examples; choose another --data");
        }
        return new TaskSequence(lab.compute(), Task.split(all.data(), TASKS), batch, epochs, rate);
    }

    /** What came of each task: accuracy when it was learned and at the end. */
    record Outcome(double[] learned, double[] atEnd) {

        /** Mean accuracy over tasks at the end. */
        double accuracy() {
            return mean(atEnd);
        }

        /** Mean change of the accuracy of all tasks but the last since they were learned: below zero is forgetting. */
        double backwardTransfer() {
            double sum = 0;
            for (int t = 0; t < atEnd.length - 1; t++) {
                sum += atEnd[t] - learned[t];
            }
            return sum / (atEnd.length - 1);
        }

        private static double mean(double[] all) {
            double sum = 0;
            for (double v : all) {
                sum += v;
            }
            return sum / all.length;
        }
    }

    /** Trains a network on one task for its epochs. */
    void train(Network net, Batches batches, Step step, List<Hook> hooks, Rng rng) {
        train(net, batches, step, hooks, Math.max(1, Math.round(epochs * Math.ceilDiv(batches.count(), batches.size()))), rng, (s, all, loss, b, seconds) -> { });
    }

    /** The same for so many steps. */
    void train(Network net, Batches batches, Step step, List<Hook> hooks, long steps, Rng rng, Loop.Listener listener) {
        try (Loop loop = new Loop(compute, net, new Setup(step, batches, new Sgd(0.9, false, 2e-4), rate, new Rates.Cosine(0, 0), 10, steps, Layout.CSR, hooks, rng))) {
            loop.run(listener);
        }
    }

    /** Accuracy on the test examples of a task, told as its problem tells it. */
    double right(Network net, Problem judge) {
        return Evaluation.of(compute, net, judge.objective(0), judge.testing(batch, net.form())).right();
    }
}
