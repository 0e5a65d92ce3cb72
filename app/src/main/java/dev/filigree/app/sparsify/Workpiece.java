package dev.filigree.app.sparsify;

import dev.filigree.infer.Plan;
import dev.filigree.infer.Profile;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.prune.Pruner;
import dev.filigree.prune.Recipe;
import dev.filigree.tensor.Layout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pretrained model that {@code sparsify} works on, with its texts. Encoders of sentences, encoders of documents and decoders differ in what is written here, and in nothing else: how they
 * are judged, copied, saved, served and timed.
 */
interface Workpiece extends AutoCloseable {

    Compute compute();

    /** Where model and texts come from, for the record. */
    Map<String, String> data();

    /** Texts left out of calibration and recovery because they occur in an evaluation. */
    int excluded();

    /** Text to calibrate with. */
    List<Batch> calibration();

    /** Token ids to recover with. */
    List<int[]> sequences();

    /** Sequences in a step of recovery. */
    int batch();

    /** Judges the dense model, which is the reference from then on. */
    Quality reference();

    /** Judges another one, on all held-out text. */
    Quality judge(Model model);

    /** A quick look: {@link Quality#nearness} on some of it. */
    double glance(Model model);

    /** A dense model that may be pruned. */
    Model student();

    /** Where the survivors of {@link #student} go. */
    Pruner.Sink sink(Model student, Layout layout);

    /** A model of the same weights, to try things on. */
    Model copy(Model student);

    /** A student to load a stored state into: nothing is live until then. */
    Model empty();

    /** The dense model, never changed; here until the next {@link #student}. */
    Model teacher();

    /** What was held while pruning beside what the method says; may be empty. */
    String held();

    /** A pruning that knows nothing, to judge beside the one that was asked for. */
    Optional<Recipe> control(Recipe recipe);

    /** Writes a folder that can be served; {@code plan} may be null. */
    void save(Path folder, Model student, Plan plan);

    /** The calls that it is planned for. */
    Profile profile();

    /** The dense model as it is served. */
    Served dense();

    /** What {@link #save} wrote, as it is served; the caller closes it. */
    Served open(Path folder);

    /** Bytes of the dense model's files. */
    long bytes();

    /** Bytes of the files that {@link #save} wrote. */
    default long bytes(Path folder) {
        return SavedModel.bytes(folder);
    }

    /** Other runtimes, if any; the caller closes them. */
    default Rivals rivals() {
        return Rivals.none();
    }

    /** Quality of a running rival, or empty when it failed. */
    default Optional<Quality> judge(Rivals rivals, String name) {
        return Optional.empty();
    }

    /** Work that speed is measured at: sequences, and tokens in each. */
    List<int[]> shapes();

    @Override
    void close();

    /** A model ready to serve. */
    interface Served extends AutoCloseable {

        Model model();

        Quality quality();

        /** Resident bytes of all weights. */
        long bytes();

        Speed.Contender contender();

        @Override
        void close();
    }
}
