package dev.filigree.app.sparsify;

import dev.filigree.io.StoredDecoder;
import dev.filigree.io.WeightReader;
import dev.filigree.model.CausalModel;
import dev.filigree.model.DecoderBody;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.prune.Pruner;
import dev.filigree.report.Units;
import dev.filigree.tensor.Layout;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The weights of a language model that is pruned block by block, and what they take: the dense weights of a block are freed when the next one has begun, for until then
 * calibration may look at the block as it was.
 */
final class BlockMemory {

    private final DecoderBody student;
    private final List<Arena> blocks;
    private final long[] dense; // bytes of each block's weights before they were pruned
    private final boolean[] freed;
    private long peak;
    private int widest; // inputs of the widest weight

    BlockMemory(StoredDecoder stored) {
        Network shape = CausalModel.empty(stored.config());
        Map<String, Site> sites = DecoderBody.around(shape).sites().stream().collect(Collectors.toMap(Site::name, Function.identity()));
        this.blocks = IntStream.range(0, stored.config().layers()).mapToObj(i -> Arena.ofShared()).toList();
        this.dense = new long[blocks.size()];
        this.freed = new boolean[blocks.size()];
        this.student = DecoderBody.around(CausalModel.stored(stored.config(), (name, rows, cols, product) -> {
            Arena arena = sites.containsKey(name) ? blocks.get(sites.get(name).block()) : Arena.ofAuto();
            return new WeightReader(stored.weights(), arena).weight(name, rows, cols, product);
        }));
        for (Site s : student.sites()) {
            dense[s.block()] += student.param(s).forward().bytes();
            widest = Math.max(widest, s.cols());
        }
        this.peak = bytes();
    }

    DecoderBody student() {
        return student;
    }

    Pruner.Sink sink(Layout layout) {
        return (site, live, values) -> {
            for (int i = 0; i < site.block(); i++) {
                free(i);
            }
            student.param(site).set(layout.pack(Arena.ofAuto(), live, values));
            peak = Math.max(peak, bytes() + pruned(site.block()));
        };
    }

    /** Of the dense weights of a block, those that were replaced but are still held. */
    private long pruned(int block) {
        return freed[block] ? 0 : dense[block] - student.sites(block).stream().map(student::param).map(Held::forward).filter(w -> w.layout().equals("dense")).mapToLong(w -> w.bytes()).sum();
    }

    private void free(int block) {
        if (!freed[block]) {
            freed[block] = true;
            blocks.get(block).close();
        }
    }

    /** Frees what is left of the dense weights, which the student must hold no more. */
    void free() {
        IntStream.range(0, blocks.size()).forEach(this::free);
    }

    private long bytes() {
        return student.params().stream().map(Held::forward).distinct().mapToLong(w -> w.bytes()).sum();
    }

    /** What was held at most, in words. */
    String said() {
        long model = student.params().stream().map(Held::forward).mapToLong(w -> w.positions() * Float.BYTES).sum();
        long block = Arrays.stream(dense).max().orElse(0);
        return "weights " + Units.bytes(peak) + " at most while pruning (the dense model " + Units.bytes(model) + ", its largest block " + Units.bytes(block)
                + "), the largest Gram matrix " + Units.bytes((long) widest * widest * Double.BYTES);
    }
}
