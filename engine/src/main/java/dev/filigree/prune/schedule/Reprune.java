package dev.filigree.prune.schedule;

import dev.filigree.ops.Batch;
import dev.filigree.prune.PruneReport;
import dev.filigree.prune.Pruner;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Runs a recipe again on the weights as training has left them, whenever its schedule fires; positions are held in
 * between. What is random depends on the step alone, so a resumed run prunes alike.
 */
public final class Reprune implements Hook {

    private final Pruner pruner;
    private final Schedule schedule;
    private final List<Batch> text;
    private final BiConsumer<Long, PruneReport> told;

    /**
     * @param pruner its recipe's sparsity is the target
     * @param text   calibration text
     * @param told   is told the step and what was done
     */
    public Reprune(Pruner pruner, Schedule schedule, List<Batch> text, BiConsumer<Long, PruneReport> told) {
        this.pruner = pruner;
        this.schedule = schedule;
        this.text = List.copyOf(text);
        this.told = told;
    }

    @Override
    public void beforeStep(Loop loop, long step) {
        if (schedule.fires(step, loop.steps())) {
            told.accept(step, at(step, loop.steps()).prune(loop.model(), text, loop::rewire, site -> { }));
        }
    }

    /** The pruner for one step: its recipe at the sparsity that the schedule has reached, unless the pattern leaves no choice. */
    private Pruner at(long step, long steps) {
        double sparsity = pruner.recipe().pattern().fixedSparsity().orElse(schedule.sparsity(step, steps, pruner.recipe().sparsity()));
        return new Pruner(pruner.compute(), pruner.recipe().withSparsity(sparsity), pruner.rng().split("step " + step), pruner.memory());
    }
}
