package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import dev.filigree.train.loss.MeanSquare;
import dev.filigree.train.loss.Objective;
import dev.filigree.train.loss.Weighted;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Learns a batch and, beside it, as many examples drawn from a buffer of what was seen before: {@code L(batch) + labels L(drawn)} is
 * experience replay (Chaudhry et al. 2019, arXiv:1902.10486), and with {@code + answers |y(drawn') - y'|^2}, the mean over all numbers
 * of what the model says of others drawn and of what it said when they came, DER++ (Buzzega et al. 2020, arXiv:2004.07211). A batch
 * is offered to the buffer when its step is over. It is both what is learned and a hook of the run, and goes on from loop to
 * loop when tasks follow each other.
 */
public final class Rehearsal implements Step, Hook {

    private final Objective objective;
    private final Reservoir buffer;
    private final double labels;
    private final double answers;
    private final Watcher watcher;
    private final Map<String, Floats> ofBatch = new HashMap<>(); // gradients of the batch alone
    private Samples batch;
    private Value said;
    private int passes;

    /** Is told what a model says of a batch that it learns. */
    @FunctionalInterface
    public interface Watcher {
        void saw(Samples batch, Value y);
    }

    /**
     * @param labels  weight of the labels of what is drawn
     * @param answers weight of what was said about it; 0 for plain replay
     */
    public Rehearsal(Objective objective, Reservoir buffer, double labels, double answers, Watcher watcher) {
        if (!(labels >= 0 && answers >= 0)) {
            throw new UserError("replay: found weights of " + labels + " for labels and " + answers + " for answers, expected both at least 0");
        }
        this.objective = objective;
        this.buffer = buffer;
        this.labels = labels;
        this.answers = answers;
        this.watcher = watcher;
    }

    /** Passes over as many examples as a batch has that the last step made. */
    public int passes() {
        return passes;
    }

    /** The gradient that the batch alone left on a parameter in this step, in slot order; what was drawn left the rest. */
    public Floats ofBatch(Held p) {
        return ofBatch.get(p.name());
    }

    @Override
    public Loss run(Loop loop, Batch given) {
        batch = given.as(Samples.class);
        Rng rng = loop.rng("rehearsal");
        Map<String, Double> parts = new LinkedHashMap<>();
        said = copy(pass(loop, batch, objective, "batch", parts));
        watcher.saw(batch, said);
        loop.gradients().trained().forEach(p -> {
            Floats g = loop.gradients().of(p);
            ofBatch.compute(p.name(), (name, room) -> (room != null && room.length() == g.length() ? room : Floats.allocate(g.length())).copyFrom(g));
        });
        if (buffer.size() > 0 && labels > 0) {
            pass(loop, buffer.draw(batch.size(), rng), new Weighted(labels, objective), "drawn", parts);
        }
        if (buffer.size() > 0 && answers > 0) {
            pass(loop, buffer.draw(batch.size(), rng), new Weighted(answers, new MeanSquare()), "answers", parts);
        }
        passes = parts.size();
        return new Loss(parts.values().stream().mapToDouble(v -> v).sum(), parts);
    }

    private static Value pass(Loop loop, Samples samples, Objective what, String name, Map<String, Double> parts) {
        Compute compute = loop.compute();
        Value y = loop.model().forward(loop.tape(), samples);
        loop.tape().seed(y, g -> parts.put(name, what.score(compute, y, samples, g).loss()));
        loop.tape().backward();
        return y;
    }

    private static Value copy(Value y) {
        return y.in(Floats.allocate(y.data().length()).copyFrom(y.data()));
    }

    @Override
    public void afterStep(Loop loop, long step) {
        buffer.offer(batch, said, loop.rng("buffer"));
    }

    @Override
    public long bytes() {
        return ofBatch.values().stream().mapToLong(Floats::bytes).sum();
    }

    @Override
    public void save(StateWriter out) {
        buffer.save(out);
    }

    @Override
    public void load(StateReader in) {
        buffer.load(in);
    }
}
