package dev.filigree.train;

import dev.filigree.base.Rng;
import dev.filigree.io.data.Shape;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Form;
import dev.filigree.train.loss.Objective;
import java.util.List;

/** Something to be learned: what to train on, what to be judged on, and what is right. */
public interface Problem {

    /** One input. */
    Shape input();

    /** Numbers a model gives for one input: classes, words. */
    int outputs();

    /**
     * Batches to train on.
     *
     * @param rng a stream that nobody else draws from
     */
    Batches training(int size, Rng rng);

    /** The same for a model that wants its examples in a form. */
    default Batches training(int size, Form form, Rng rng) {
        return training(size, rng);
    }

    /** Batches that together are everything to be judged on, each once; some may be made when they are asked for. */
    List<Batch> testing(int size);

    /** The same for a model that wants its examples in a form. */
    default List<Batch> testing(int size, Form form) {
        return testing(size);
    }

    /**
     * What is right.
     *
     * @param smoothing of labels
     */
    Objective objective(double smoothing);

    /** What there is, in words and numbers. */
    String about();
}
