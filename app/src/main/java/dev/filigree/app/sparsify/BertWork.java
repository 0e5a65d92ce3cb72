package dev.filigree.app.sparsify;

import dev.filigree.base.Floats;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Bert;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.prune.Pruner;
import dev.filigree.prune.Recipe;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;

/** What is pruned where the model is a BERT, whatever its states are used for. */
abstract class BertWork implements Workpiece {

    /** Tokens that calibration puts through a block at once. */
    private static final int CALIBRATION_TOKENS = 2048;

    private final SentenceEncoder dense;
    private final List<int[]> sequences;
    private final int calibration;

    /**
     * @param dense       never changed
     * @param sequences   token ids to calibrate and recover with
     * @param calibration how many of them to calibrate with
     */
    BertWork(SentenceEncoder dense, List<int[]> sequences, int calibration) {
        this.dense = dense;
        this.sequences = sequences;
        this.calibration = calibration;
    }

    @Override
    public final Compute compute() {
        return dense.compute();
    }

    @Override
    public final List<Batch> calibration() {
        return Recovery.batches(sequences.subList(0, Math.min(calibration, sequences.size())), CALIBRATION_TOKENS);
    }

    @Override
    public final List<int[]> sequences() {
        return sequences;
    }

    @Override
    public final Model student() {
        return Students.of(dense.model());
    }

    @Override
    public final Pruner.Sink sink(Model student, Layout layout) {
        return (site, live, values) -> student.param(site).set(layout.pack(Arena.ofAuto(), live, values));
    }

    @Override
    public final Model copy(Model student) {
        return Students.of((Bert) student);
    }

    @Override
    public final Model empty() {
        Bert student = Students.of(dense.model());
        clear(student);
        return student;
    }

    /** Leaves nothing live. */
    static void clear(Model student) {
        for (Site s : student.sites()) {
            Topology none = new Topology.Builder(s.rows(), s.cols(), 0).build();
            student.param(s).set(Layout.CSR.pack(Arena.ofAuto(), none, Floats.allocate(0)));
        }
    }

    @Override
    public final Model teacher() {
        return dense.model();
    }

    @Override
    public final String held() {
        return "";
    }

    @Override
    public final Optional<Recipe> control(Recipe recipe) {
        return Optional.empty();
    }
}
