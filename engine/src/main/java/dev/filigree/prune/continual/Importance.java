package dev.filigree.prune.continual;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.ops.Held;
import dev.filigree.prune.regime.Worth;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Loop;
import dev.filigree.train.Rehearsal;

/**
 * What a weight is worth to what is learned now and to what was learned before: {@code |w| + now |dL_batch/dw| + before |dL_drawn/dw|}
 * (Wang et al. 2022, SparCL, arXiv:2209.09476), of one step; the paper averages over steps.
 *
 * @param now    weight of the gradient of the batch
 * @param before weight of the gradient of what was drawn from the buffer
 */
public record Importance(Rehearsal rehearsal, double now, double before) implements Worth {

    public Importance {
        if (!(now >= 0 && before >= 0)) {
            throw new UserError("importance: found weights of gradients of " + now + " and " + before + ", expected both at least 0");
        }
    }

    @Override
    public Floats of(Loop loop, Held p) {
        Floats w = Slots.of(p.backward());
        Floats all = loop.gradients().of(p);
        Floats batch = rehearsal.ofBatch(p);
        Floats worth = Floats.allocate(w.length());
        for (int i = 0; i < w.length(); i++) {
            worth.set(i, (float) (Math.abs(w.get(i)) + now * Math.abs(batch.get(i)) + before * Math.abs(all.get(i) - batch.get(i))));
        }
        return worth;
    }
}
