package dev.filigree.model;

import dev.filigree.ops.Batch;
import dev.filigree.ops.Form;
import dev.filigree.ops.Held;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A network written against {@link Ops}: an entry, a chain of blocks, an exit. Blocks can be run one by one, which is
 * what calibration and distillation need; the model itself knows nothing of either.
 */
public interface Model {

    /** Input of the first block. */
    Value enter(Ops ops, Batch in);

    int blocks();

    /** Output of block {@code i} for its input {@code x}, {@code [tokens x hidden]}. Releases nothing that it was given. */
    Value block(Ops ops, int i, Value x, Batch in);

    /** The model's result from the last block's output. */
    Value leave(Ops ops, Value x, Batch in);

    default Value forward(Ops ops, Batch in) {
        Value x = enter(ops, in);
        for (int i = 0; i < blocks(); i++) {
            Value next = block(ops, i, x, in);
            ops.release(x);
            x = next;
        }
        Value result = leave(ops, x, in);
        ops.release(x);
        return result;
    }

    /** Prunable weights, block by block, in the order in which a forward pass meets them. */
    List<Site> sites();

    Held param(String name);

    default Held param(Site site) {
        return param(site.name());
    }

    /** The bias {@code [rows x 1]} added to the outputs of a site. */
    Held bias(Site site);

    /** Every parameter, in checkpoint order. */
    List<Held> params();

    /**
     * What training changes: the prunable weights, and every bias, gain and shift from the first prunable weight on. What
     * comes before (embeddings) stays as it is, so that no gradient flows below the first block.
     */
    default List<Held> trained() {
        Set<Held> weights = new HashSet<>();
        sites().forEach(s -> weights.add(param(s)));
        List<Held> trained = new ArrayList<>();
        boolean begun = false;
        for (Held p : params()) {
            begun |= weights.contains(p);
            if (weights.contains(p) || begun && p.forward().cols() == 1) {
                trained.add(p);
            }
        }
        return trained;
    }

    /** What training changes without gradients: running statistics {@code [n x 1]}, a part of a run's state. */
    default List<Held> statistics() {
        return List.of();
    }

    /** The sites of one block. */
    default List<Site> sites(int block) {
        return sites().stream().filter(s -> s.block() == block).toList();
    }

    /** How the numbers of examples are to be laid out. */
    default Form form() {
        return Form.FEATURES;
    }

    /** Live positions of all weights now. */
    default long live() {
        return sites().stream().mapToLong(s -> param(s).forward().nonZeros()).sum();
    }

    /** Positions of all weights, live or not. */
    default long positions() {
        return sites().stream().mapToLong(Site::positions).sum();
    }
}
