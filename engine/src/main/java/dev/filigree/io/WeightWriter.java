package dev.filigree.io;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.CodedGroup;
import dev.filigree.tensor.Bitmap;
import dev.filigree.tensor.BlockCsr;
import dev.filigree.tensor.CodedBlocks;
import dev.filigree.tensor.CodedGroups;
import dev.filigree.tensor.Columns;
import dev.filigree.tensor.ConvWeight;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.PackedNofM;
import dev.filigree.tensor.RowGroups;
import dev.filigree.tensor.SlicedEll;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Values;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gathers the weights of a model in their stored form: dense ones as plain tensors, sparse ones in the parts of a
 * {@link SparseFormat}, so that a sparse weight takes sparse space. {@link WeightReader} is its inverse.
 */
public final class WeightWriter {

    private final Arena arena;
    private final Store store;
    private final SparseFormat unstructured;
    private final List<StoredTensor> tensors = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>(Map.of("format", "pt"));
    private final Set<SparseFormat> used = EnumSet.noneOf(SparseFormat.class);
    private long sparsePositions;
    private long sparseLive;

    /**
     * @param arena        owns converted values until they are written
     * @param store        type of the values of matrices
     * @param unstructured format of weights without a pattern: BITMASK or CSR (smaller above 94 % sparsity)
     */
    public WeightWriter(Arena arena, Store store, SparseFormat unstructured) {
        this.arena = arena;
        this.store = store;
        this.unstructured = unstructured;
    }

    public WeightWriter(Arena arena, Store store) {
        this(arena, store, SparseFormat.BITMASK);
    }

    /** Adds a weight; one with a single column is a vector and kept in 32-bit floats. */
    public WeightWriter add(String name, Weight w) {
        switch (w) {
            case Dense d -> dense(name, d.rows(), d.cols(), d.values() instanceof Values.F32 f ? f.floats() : rowMajor(d));
            case Tiled t -> dense(name, t.rows(), t.cols(), rowMajor(t));
            case BlockCsr b -> blocks(name, b);
            case PackedNofM p when p.n() == 2 && p.m() == 4 -> bitmask(name, p, SparseFormat.BITMASK_24);
            case CodedGroups g -> groups(name, g);
            case RowGroups g when store == Store.INT4 && g.groupCols() == CodedGroup.SIZE && g.cols() <= CodedGroup.MOST_COLS -> {
                Topology t = Topology.of(g);
                groups(name, CodedGroups.pack(arena, t, Layout.canonical(g, t)));
            }
            case Columns c -> dense(name, c.rows(), c.cols(), rowMajor(c));
            case Csr _, Bitmap _, PackedNofM _, RowGroups _, SlicedEll _, CodedBlocks _, ConvWeight _ -> {
                if (w instanceof Bitmap || w instanceof PackedNofM || w instanceof RowGroups) {
                    metadata.put(SparseFormat.layoutKey(name), w.layout());
                }
                if (unstructured == SparseFormat.CSR) {
                    csr(name, w);
                } else {
                    bitmask(name, w, SparseFormat.BITMASK);
                }
            }
        }
        return this;
    }

    /** Adds a table of bytes or halves as it is, so that nothing is rounded a second time; any other weight as {@link #add} does. */
    public WeightWriter keep(String name, Weight w) {
        if (w instanceof Dense d && d.values() instanceof Values.Int8 v && v.perScale() == d.cols()) {
            tensors.add(new StoredTensor(name, DType.I8, new long[] {d.rows(), d.cols()}, v.codes().asSlice(0, v.length())));
            tensors.add(StoredTensor.of(Store.scaleName(name), v.scales(), d.rows(), 1));
            return this;
        }
        if (w instanceof Dense d && d.values() instanceof Values.Bf16 v) {
            tensors.add(new StoredTensor(name, DType.BF16, new long[] {d.rows(), d.cols()}, v.segment().asSlice(0, (long) Short.BYTES * v.length())));
            return this;
        }
        return add(name, w);
    }

    /** Everything added so far, for {@link ModelFolder#write}. */
    public List<StoredTensor> tensors() {
        return List.copyOf(tensors);
    }

    /** What the file must say about its tensors. */
    public Map<String, String> metadata() {
        return Map.copyOf(metadata);
    }

    /**
     * Fields for {@code config.json}: how compressed-tensors finds the sparse parts, when all of them are in one format
     * and value type that it knows; otherwise none.
     */
    public Map<String, Object> config() {
        boolean foreign = used.size() == 1 && store != Store.INT8 && store != Store.INT4 && !used.contains(SparseFormat.CSR) && !used.contains(SparseFormat.BLOCKS) && !used.contains(SparseFormat.GROUPS);
        if (!foreign) {
            return Map.of();
        }
        boolean twoOfFour = used.contains(SparseFormat.BITMASK_24);
        Map<String, Object> sparsity = new LinkedHashMap<>();
        sparsity.put("format", twoOfFour ? "sparse-24-bitmask" : "sparse-bitmask");
        sparsity.put("global_sparsity", 100 * (1 - sparseLive / (double) sparsePositions));
        sparsity.put("sparsity_structure", twoOfFour ? "2:4" : "unstructured");
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("quant_method", "compressed-tensors");
        out.put("sparsity_config", sparsity);
        return Map.of("quantization_config", out);
    }

    private Floats rowMajor(Weight w) {
        Floats out = Floats.allocate(arena, Math.multiplyExact(w.rows(), w.cols()));
        w.forEach((r, c, slot, v) -> out.set(r * w.cols() + c, v));
        return out;
    }

    private void dense(String name, int rows, int cols, Floats values) {
        if (cols == 1) {
            tensors.add(StoredTensor.of(name, values, rows));
        } else {
            tensors.addAll(store.encode(arena, name, name, new long[] {rows, cols}, values, rows, i -> i / cols));
        }
    }

    private void sparse(SparseFormat format, Weight w) {
        used.add(format);
        metadata.put(format.metadataKey(), SparseFormat.VERSION);
        sparsePositions += w.positions();
        sparseLive += w.nonZeros();
    }

    private void bitmask(String name, Weight w, SparseFormat format) {
        sparse(format, w);
        Topology t = Topology.of(w);
        boolean twoOfFour = format == SparseFormat.BITMASK_24;
        tensors.add(longs(SparseFormat.part(name, SparseFormat.SHAPE), twoOfFour ? new long[] {2, 1} : new long[] {2}, w.rows(), w.cols()));
        long[] shape = twoOfFour ? new long[] {w.rows(), w.cols() / 2} : new long[] {t.count()};
        values(name, SparseFormat.COMPRESSED, shape, Layout.canonical(w, t), t);
        tensors.add(mask(name, t));
        if (!twoOfFour && store != Store.INT8 && store != Store.INT4) {
            long[] offsets = new long[t.rows()];
            for (int r = 0; r < t.rows(); r++) {
                offsets[r] = t.start().get(r);
            }
            tensors.add(longs(SparseFormat.part(name, SparseFormat.ROW_OFFSETS), new long[] {t.rows()}, offsets));
        }
    }

    private StoredTensor mask(String name, Topology t) {
        int stride = Math.ceilDiv(t.cols(), Byte.SIZE);
        MemorySegment bits = arena.allocate(Math.max(1, (long) t.rows() * stride), Floats.ALIGNMENT).asSlice(0, (long) t.rows() * stride);
        for (int r = 0; r < t.rows(); r++) {
            for (int j = t.start().get(r); j < t.start().get(r + 1); j++) {
                int c = t.column().get(j);
                long at = (long) r * stride + c / Byte.SIZE;
                bits.set(ValueLayout.JAVA_BYTE, at, (byte) (bits.get(ValueLayout.JAVA_BYTE, at) | 1 << c % Byte.SIZE));
            }
        }
        return new StoredTensor(SparseFormat.part(name, SparseFormat.MASK), DType.U8, new long[] {t.rows(), stride}, bits);
    }

    private void csr(String name, Weight w) {
        sparse(SparseFormat.CSR, w);
        Topology t = Topology.of(w);
        tensors.add(longs(SparseFormat.part(name, SparseFormat.SHAPE), new long[] {2}, w.rows(), w.cols()));
        tensors.add(ints(SparseFormat.part(name, SparseFormat.CSR_OFFSETS), t.start()));
        tensors.add(columns(SparseFormat.part(name, SparseFormat.CSR_COLUMNS), t.column(), t.cols()));
        values(name, SparseFormat.CSR_VALUES, new long[] {t.count()}, Layout.canonical(w, t), t);
    }

    /** Values in canonical order. */
    private void values(String name, String part, long[] shape, Floats values, Topology t) {
        int[] row = new int[t.count()];
        for (int r = 0; r < t.rows(); r++) {
            Arrays.fill(row, t.start().get(r), t.start().get(r + 1), r);
        }
        tensors.addAll(store.encode(arena, SparseFormat.part(name, part), name, shape, values, t.rows(), i -> row[i]));
    }

    private void blocks(String name, BlockCsr b) {
        sparse(SparseFormat.BLOCKS, b);
        int[] blockRow = new int[b.column().length()];
        for (int r = 0; r < b.blockRowCount(); r++) {
            Arrays.fill(blockRow, b.start().get(r), b.start().get(r + 1), r);
        }
        int height = b.blockRows();
        tensors.add(longs(SparseFormat.part(name, SparseFormat.SHAPE), new long[] {2}, b.rows(), b.cols()));
        tensors.add(ints(SparseFormat.part(name, SparseFormat.BLOCK_OFFSETS), b.start()));
        tensors.add(columns(SparseFormat.part(name, SparseFormat.BLOCK_COLUMNS), b.column()));
        tensors.addAll(store.encode(arena, SparseFormat.part(name, SparseFormat.BLOCK_VALUES), name,
                new long[] {b.column().length(), height}, b.values(), b.rows(),
                i -> Math.min(b.rows() - 1, blockRow[i / height] * height + i % height))); // padding past the end is zero
    }

    private void groups(String name, CodedGroups g) {
        sparse(SparseFormat.GROUPS, g);
        tensors.add(longs(SparseFormat.part(name, SparseFormat.SHAPE), new long[] {2}, g.rows(), g.cols()));
        tensors.add(ints(SparseFormat.part(name, SparseFormat.GROUP_OFFSETS), g.start()));
        tensors.add(ints(SparseFormat.part(name, SparseFormat.GROUP_WORDS), g.word()));
        tensors.add(new StoredTensor(SparseFormat.part(name, SparseFormat.GROUP_CODES), DType.U8, new long[] {g.codes().byteSize()}, g.codes()));
    }

    private StoredTensor ints(String name, Ints values) {
        return new StoredTensor(name, DType.I32, new long[] {values.length()}, values.segment());
    }

    private StoredTensor columns(String name, Shorts columns) {
        return new StoredTensor(name, SparseFormat.columnType(Shorts.RANGE), new long[] {columns.length()}, columns.segment());
    }

    private StoredTensor columns(String name, Ints columns, int cols) {
        DType type = SparseFormat.columnType(cols);
        if (type == DType.I32) {
            return ints(name, columns);
        }
        MemorySegment out = arena.allocate(Math.max(1, 2L * columns.length()), Floats.ALIGNMENT).asSlice(0, 2L * columns.length());
        for (int i = 0; i < columns.length(); i++) {
            out.setAtIndex(StoredTensor.SHORT, i, (short) columns.get(i));
        }
        return new StoredTensor(name, type, new long[] {columns.length()}, out);
    }

    private StoredTensor longs(String name, long[] shape, long... values) {
        MemorySegment out = arena.allocate((long) Long.BYTES * values.length, Floats.ALIGNMENT);
        for (int i = 0; i < values.length; i++) {
            out.setAtIndex(StoredTensor.LONG, i, values[i]);
        }
        return new StoredTensor(name, DType.I64, shape, out);
    }
}
