package dev.filigree.prune;

import dev.filigree.calib.Need;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Forward;
import dev.filigree.ops.Held;
import dev.filigree.ops.Value;
import dev.filigree.prune.allocation.Uniform;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** Prunes one site of a model for a moment, to see what that does to the model's result. */
final class Trial implements AutoCloseable {

    private static final int BATCHES = 2;
    private static final double LEAST_ERROR = 1e-9;

    private final Compute compute;
    private final Recipe recipe;
    private final Model model;
    private final List<Batch> text;
    private final Eager eager;
    private final List<Value> results = new ArrayList<>(); // of the model as it is

    Trial(Compute compute, Recipe recipe, Model model, List<Batch> text) {
        this.compute = compute;
        this.recipe = recipe;
        this.model = model;
        this.text = text.subList(0, Math.min(BATCHES, text.size()));
        this.eager = new Eager(compute);
        this.text.forEach(b -> results.add(model.forward(eager, b)));
    }

    /** See {@link dev.filigree.prune.allocation.Survey#damage}; the model is left as it was. */
    double damage(Subject subject) {
        List<Cell> cells = recipe.pattern().cells(subject.site(), recipe.scope());
        Kept kept = recipe.method().prune(new Task(subject, recipe.pattern(), new Uniform().keep(cells, recipe.sparsity(), null)));
        float[] gram = subject.evidence().of(subject.site(), Need.GRAM);
        double error = OutputError.relative(subject.weights(), kept.values(), gram, compute);
        Held param = model.param(subject.site());
        Weight whole = param.forward();
        Topology live = kept.topology();
        param.set(recipe.pattern().layout().pack(Arena.ofAuto(), live, kept.canonical(live)));
        try {
            return distance() / Math.max(LEAST_ERROR, error * error);
        } finally {
            param.set(whole);
        }
    }

    /** The mean of 1 - cosine between the results now and those at the start. */
    private double distance() {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < text.size(); i++) {
            Value now = model.forward(eager, text.get(i));
            Value then = results.get(i);
            for (int s = 0; s < now.tokens(); s++, count++) {
                double dot = 0;
                for (int f = 0; f < now.features(); f++) {
                    dot += (double) now.get(s, f) * then.get(s, f);
                }
                sum += 1 - dot / Math.max(Double.MIN_NORMAL, Forward.length(now, s) * Forward.length(then, s));
            }
            eager.release(now);
        }
        return sum / count;
    }

    @Override
    public void close() {
        eager.close();
    }
}
