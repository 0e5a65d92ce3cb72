package dev.filigree.model;

import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import java.util.List;

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

    /** The sites of one block. */
    default List<Site> sites(int block) {
        return sites().stream().filter(s -> s.block() == block).toList();
    }
}
