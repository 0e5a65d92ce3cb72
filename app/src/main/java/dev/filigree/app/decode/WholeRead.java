package dev.filigree.app.decode;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Ceilings;
import dev.filigree.kernel.Compute;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Site;
import dev.filigree.tensor.BlockCsr;
import dev.filigree.tensor.CodedBlocks;
import dev.filigree.tensor.Columns;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The memory of all products of a model, read from end to end once: the least time that a token can take. */
final class WholeRead {

    /** Floats that a task reads; a multiple of what {@link Ceilings#read} takes. */
    private static final int TASK = 1 << 20;
    private static final int UNIT = 128;

    private final List<Floats> parts = new ArrayList<>();
    private final long bytes;

    WholeRead(CausalModel model) {
        for (Site s : model.sites()) {
            memory(model.param(s).forward()).forEach(this::add);
        }
        bytes = parts.stream().mapToLong(Floats::bytes).sum();
    }

    private static Stream<MemorySegment> memory(Weight w) {
        return switch (w) {
            case Tiled t -> Stream.of(t.tiles().segment());
            case Columns c -> Stream.of(c.coded().codes());
            case BlockCsr b -> Stream.of(b.values().segment(), b.column().segment());
            case CodedBlocks b -> Stream.of(b.values().codes(), b.column().segment());
            default -> throw new IllegalArgumentException("a weight held as " + w.layout() + " is not measured here");
        };
    }

    private void add(MemorySegment memory) {
        long step = (long) TASK * Float.BYTES;
        for (long at = 0; at < memory.byteSize(); at += step) {
            int count = (int) (Math.min(step, memory.byteSize() - at) / Float.BYTES / UNIT) * UNIT;
            if (count > 0) {
                parts.add(new Floats(memory.asSlice(at, (long) count * Float.BYTES), count));
            }
        }
    }

    /** Bytes of a pass. */
    long bytes() {
        return bytes;
    }

    /** One pass. */
    void run(Compute compute) {
        Ceilings c = compute.kernels().ceilings();
        float[] sums = new float[parts.size()];
        compute.parallel().run(parts.size(), i -> sums[i] = c.read(parts.get(i), 0, parts.get(i).length()));
    }
}
