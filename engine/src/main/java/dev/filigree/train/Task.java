package dev.filigree.train;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.DataSet;
import dev.filigree.io.data.Shape;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Form;
import dev.filigree.train.loss.Among;
import dev.filigree.train.loss.Objective;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One of several tasks that are learned one after another: some classes of a data set. Who is judged by it knows which task it
 * is, so only its classes are to be told from each other; who takes its examples alone learns it among all classes.
 *
 * @param examples those of the classes, with the labels that they have in the whole set
 * @param from     its first class
 * @param to       one past its last
 */
public record Task(Classification examples, int from, int to) implements Problem {

    /** A data set cut by classes, as many in each task, in the order of their labels. */
    public static List<Task> split(DataSet all, int tasks) {
        int classes = all.train().classes().size();
        if (tasks < 1 || classes % tasks != 0 || classes / tasks < 2) {
            throw new UserError("tasks: found " + classes + " classes of " + all.name() + " for " + tasks + " tasks, expected the same number of classes in each, at least two");
        }
        int each = classes / tasks;
        return IntStream.range(0, tasks).mapToObj(t -> of(all, t * each, (t + 1) * each)).toList();
    }

    private static Task of(DataSet all, int from, int to) {
        return new Task(new Classification(new DataSet(all.name(), all.origin() + ", classes " + from + " to " + (to - 1),
                all.train().ofClasses(c -> c >= from && c < to), all.test().ofClasses(c -> c >= from && c < to))), from, to);
    }

    @Override
    public Shape input() {
        return examples.input();
    }

    @Override
    public int outputs() {
        return examples.outputs();
    }

    @Override
    public Batches training(int size, Rng rng) {
        return examples.training(size, rng);
    }

    @Override
    public Batches training(int size, Form form, Rng rng) {
        return examples.training(size, form, rng);
    }

    @Override
    public List<Batch> testing(int size) {
        return examples.testing(size);
    }

    @Override
    public List<Batch> testing(int size, Form form) {
        return examples.testing(size, form);
    }

    @Override
    public Objective objective(double smoothing) {
        if (smoothing != 0) {
            throw new UserError("tasks: found a label smoothing of " + smoothing + ", expected 0: it would count classes of other tasks");
        }
        return new Among(examples.objective(0), from, to);
    }

    @Override
    public String about() {
        return examples.about();
    }
}
