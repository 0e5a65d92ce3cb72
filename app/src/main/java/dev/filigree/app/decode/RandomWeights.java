package dev.filigree.app.decode;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Rng;
import dev.filigree.base.Shorts;
import dev.filigree.infer.Precision;
import dev.filigree.io.DecoderConfig;
import dev.filigree.kernel.Coded;
import dev.filigree.model.Llama;
import dev.filigree.tensor.BlockCsr;
import dev.filigree.tensor.CodedBlocks;
import dev.filigree.tensor.Columns;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Values;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Decoders whose weights are noise, made in the layout that runs them, so that there never is a second copy. Speed does not depend on values as
 * long as they are ordinary numbers: weights in floats are {@code +- 2^-6 .. 2^-5}, those of bytes any byte.
 */
final class RandomWeights {

    private static final long MAGNITUDES_32 = 0x3C80_0000_3C80_0000L;
    private static final long FREE_32 = 0x807F_FFFF_807F_FFFFL;
    private static final long MAGNITUDES_16 = 0x3C80_3C80_3C80_3C80L;
    private static final long FREE_16 = 0x807F_807F_807F_807FL;

    private final Arena arena;
    private final Rng rng = new Rng(7);

    RandomWeights(Arena arena) {
        this.arena = arena;
    }

    /** Makes one weight of products. */
    @FunctionalInterface
    interface Form {
        Weight weight(RandomWeights random, int rows, int cols);
    }

    /** Dense, as {@link Precision} holds it. */
    static Form dense(Precision precision) {
        return (random, rows, cols) -> precision == Precision.FP32 ? random.tiled(rows, cols) : random.columns(precision.type(), Columns.DENSE, rows, cols);
    }

    /** Dense in columns as long as a thread's rows, for inputs of which many are zero. */
    static Form skipping(Precision precision, int threads) {
        return (random, rows, cols) -> random.columns(precision.type(), Columns.tile(rows, threads), rows, cols);
    }

    /** Blocks of {@code height} outputs of which a share is zero. */
    static Form blocks(Precision precision, int height, double sparsity) {
        return (random, rows, cols) -> random.blocks(precision, height, sparsity, rows, cols);
    }

    /** A model whose prunable weights have {@code form} and whose head is dense. */
    Llama model(DecoderConfig config, Form form, Form head) {
        return Llama.of(config, (name, rows, cols, product) -> {
            if (product) {
                return (name.startsWith("lm_head") ? head : form).weight(this, rows, cols);
            }
            return cols == 1 ? Dense.of(rows, 1, Floats.allocate(arena, rows).fill(1f))
                    : new Dense(rows, cols, new Values.Bf16(filled(2L * rows * cols, Coded.Type.BF16), rows * cols)); // a table, of which a row is read
        });
    }

    private Tiled tiled(int rows, int cols) {
        Floats tiles = Floats.allocate(arena, Tiled.tiles(rows) * 4 * cols);
        fill(tiles.segment(), Coded.Type.F32);
        return new Tiled(rows, cols, tiles);
    }

    private Columns columns(Coded.Type type, int tile, int rows, int cols) {
        int padded = Math.ceilDiv(rows, Columns.DENSE) * Columns.DENSE;
        Floats scales = type == Coded.Type.INT8 ? Floats.allocate(arena, padded).fill(0x1p-12f) : null;
        return new Columns(rows, cols, tile, cols, new Coded(type, filled((long) padded * cols * type.bits() / 8, type), scales));
    }

    private Weight blocks(Precision precision, int height, double sparsity, int rows, int cols) {
        int blockRows = Math.ceilDiv(rows, height);
        int kept = Math.max(1, (int) Math.round(cols * (1 - sparsity)));
        try (Arena brief = Arena.ofShared()) {
            Arena to = precision == Precision.FP32 ? arena : brief;
            Ints start = Ints.allocate(to, blockRows + 1);
            Shorts column = Shorts.allocate(to, blockRows * kept);
            for (int b = 0; b < blockRows; b++) {
                int[] chosen = Arrays.copyOf(rng.permutation(cols), kept);
                Arrays.sort(chosen);
                for (int i = 0; i < kept; i++) {
                    column.set(b * kept + i, chosen[i]);
                }
                start.set(b + 1, (b + 1) * kept);
            }
            Floats values = Floats.allocate(to, blockRows * kept * height);
            fill(values.segment(), Coded.Type.F32);
            return precision.hold(arena, new BlockCsr(rows, cols, height, start, column, values));
        }
    }

    private MemorySegment filled(long bytes, Coded.Type type) {
        MemorySegment memory = arena.allocate(bytes, Floats.ALIGNMENT);
        fill(memory, type);
        return memory;
    }

    private void fill(MemorySegment memory, Coded.Type type) {
        for (long i = 0; i < memory.byteSize() / Long.BYTES; i++) {
            long r = rng.nextLong();
            memory.setAtIndex(JAVA_LONG, i, switch (type) {
                case F32 -> MAGNITUDES_32 | r & FREE_32;
                case BF16 -> MAGNITUDES_16 | r & FREE_16;
                case INT8 -> r;
            });
        }
    }
}
