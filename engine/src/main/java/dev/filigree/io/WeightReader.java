package dev.filigree.io;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.base.UserError;
import dev.filigree.tensor.BlockCsr;
import dev.filigree.tensor.CodedGroups;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Values;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns stored tensors into weights that products take, copied into memory of its own, so that the checkpoint may be
 * closed afterwards. Shapes, indices and values are checked here, once; a sparse weight is never expanded.
 */
public final class WeightReader {

    private static final List<Integer> BLOCK_HEIGHTS = List.of(1, 2, 4, 8, 16);

    private static final Pattern N_OF_M = Pattern.compile("([1-9]\\d?):([1-9]\\d?)");
    private static final int LONGEST_GROUP = 64;

    private final Checkpoint checkpoint;
    private final Arena arena;

    /** @param arena owns the weights that are read */
    public WeightReader(Checkpoint checkpoint, Arena arena) {
        this.checkpoint = checkpoint;
        this.arena = arena;
    }

    /**
     * The weight {@code name}: [rows x cols], or a vector of {@code rows} when {@code cols} is 1. Dense linear ones come
     * tiled, sparse ones in the layout they were written from (weights from elsewhere: CSR, or 2:4 where stored so).
     */
    public Weight weight(String name, int rows, int cols) {
        return weight(name, rows, cols, EncoderNames.isLinearWeight(name));
    }

    /** The same where it is said whether a dense one is for products, and comes tiled. */
    public Weight weight(String name, int rows, int cols, boolean product) {
        Optional<SparseFormat> format = format(name);
        if (format.isEmpty()) {
            return dense(name, rows, cols, product);
        }
        try (Arena brief = Arena.ofConfined()) {
            requireShape(name, rows, cols);
            requireVersion(format.get());
            return switch (format.get()) {
                case BITMASK, BITMASK_24 -> bitmask(format.get(), name, rows, cols, brief);
                case CSR -> csr(name, rows, cols, brief);
                case BLOCKS -> blocks(name, rows, cols, brief);
                case GROUPS -> groups(name, rows, cols);
            };
        } catch (UserError e) {
            throw Faults.in(checkpoint.source(), e);
        }
    }

    /** The sparse format in which {@code name} is stored; empty for a plain tensor, present or not. */
    Optional<SparseFormat> format(String name) {
        if (checkpoint.has(name)) {
            return Optional.empty();
        }
        if (has(name, SparseFormat.MASK)) {
            boolean twoOfFour = has(name, SparseFormat.COMPRESSED) && part(name, SparseFormat.COMPRESSED).shape().length == 2;
            return Optional.of(twoOfFour ? SparseFormat.BITMASK_24 : SparseFormat.BITMASK);
        }
        if (has(name, SparseFormat.CSR_COLUMNS)) {
            return Optional.of(SparseFormat.CSR);
        }
        if (has(name, SparseFormat.GROUP_WORDS)) {
            return Optional.of(SparseFormat.GROUPS);
        }
        return has(name, SparseFormat.BLOCK_COLUMNS) ? Optional.of(SparseFormat.BLOCKS) : Optional.empty();
    }

    private boolean has(String name, String part) {
        return checkpoint.has(SparseFormat.part(name, part)) || checkpoint.has(name + "." + part);
    }

    /** A part of a sparse matrix; older files keep {@code .weight} in its name. */
    StoredTensor part(String name, String part) {
        String older = name + "." + part;
        return checkpoint.tensor(checkpoint.has(older) ? older : SparseFormat.part(name, part));
    }

    private StoredTensor part(String name, String part, DType type, long... shape) {
        StoredTensor t = part(name, part);
        if (t.type() != type || !Arrays.equals(t.shape(), shape)) {
            throw broken(t.name(), "is " + t.type() + " " + t.shapeText() + ", expected " + type + " " + StoredTensor.text(shape));
        }
        return t;
    }

    private UserError broken(String tensor, String found) {
        return Faults.corrupt(checkpoint.source(), "tensor " + Faults.quote(tensor) + " " + found);
    }

    private void requireShape(String name, int rows, int cols) {
        StoredTensor shape = part(name, SparseFormat.SHAPE);
        if (shape.type() != DType.I64 || shape.elements() != 2 || shape.integer(0) != rows || shape.integer(1) != cols) {
            throw broken(shape.name(), "does not say [" + rows + " x " + cols + "], which this model needs");
        }
    }

    private void requireVersion(SparseFormat format) {
        String version = checkpoint.metadata().getOrDefault(format.metadataKey(), SparseFormat.VERSION);
        if (!version.equals(SparseFormat.VERSION)) {
            throw Faults.unsupported(checkpoint.source(), "has " + format.metadataKey() + " version " + Faults.quote(version),
                    "expected " + SparseFormat.VERSION + ": use a newer Filigree");
        }
    }

    private Weight dense(String name, int rows, int cols, boolean product) {
        long[] shape = cols == 1 ? new long[] {rows} : new long[] {rows, cols};
        StoredTensor stored = checkpoint.tensor(name, shape);
        if (product) {
            try (Arena brief = Arena.ofConfined()) {
                return Tiled.pack(arena, Dense.of(rows, cols, values(brief, stored, name, rows, i -> i / cols)));
            }
        }
        int count = count(stored);
        if (cols > 1 && GroupCodes.has(stored)) {
            Values values = GroupCodes.unpack(arena, stored);
            checkpoint.requireFinite(name, values);
            return new Dense(rows, cols, values);
        }
        if (cols == 1 || stored.type() != DType.I8 && stored.type() != DType.BF16) {
            return Dense.of(rows, cols, values(arena, stored, name, rows, i -> i / cols));
        }
        MemorySegment table = arena.allocate(Math.max(1, stored.data().byteSize()), Floats.ALIGNMENT);
        MemorySegment.copy(stored.data(), 0, table, 0, stored.data().byteSize());
        Values values = stored.type() == DType.I8 ? new Values.Int8(table, scales(arena, name, rows), cols, count) : new Values.Bf16(table, count);
        checkpoint.requireFinite(name, values);
        return new Dense(rows, cols, values);
    }

    /** Decoded, finite values; bytes are multiplied by the scale of their row. */
    private Floats values(Arena memory, StoredTensor stored, String matrix, int rows, IntUnaryOperator rowOf) {
        if (stored.type() != DType.I8 && !stored.type().isFloating()) {
            throw broken(stored.name(), "is of type " + stored.type() + ", expected floats, or I8 with scales");
        }
        Floats values = stored.toFloats(memory);
        if (stored.type() == DType.I8) {
            Floats scales = scales(memory, matrix, rows);
            for (int i = 0; i < values.length(); i++) {
                values.set(i, values.get(i) * scales.get(rowOf.applyAsInt(i)));
            }
        }
        checkpoint.requireFinite(stored.name(), new Values.F32(values));
        return values;
    }

    private Floats scales(Arena memory, String matrix, int rows) {
        return checkpoint.weights(memory, Store.scaleName(matrix), rows, 1);
    }

    private Weight bitmask(SparseFormat format, String name, int rows, int cols, Arena brief) {
        StoredTensor stored = part(name, SparseFormat.COMPRESSED);
        int stride = Math.ceilDiv(cols, Byte.SIZE);
        StoredTensor mask = part(name, SparseFormat.MASK, DType.U8, rows, stride);
        if (format == SparseFormat.BITMASK_24) {
            part(name, SparseFormat.COMPRESSED, stored.type(), rows, cols / 2);
        }
        Topology t = positions(mask, rows, cols, count(stored), brief);
        if (has(name, SparseFormat.ROW_OFFSETS)) {
            requireOffsets(part(name, SparseFormat.ROW_OFFSETS, DType.I64, rows), t);
        }
        return pack(name, format == SparseFormat.BITMASK_24 ? "2:4" : "csr", t, values(brief, stored, name, t));
    }

    private int count(StoredTensor stored) {
        if (stored.elements() > Integer.MAX_VALUE) {
            throw broken(stored.name(), "has " + stored.elements() + " elements, expected at most 2147483647");
        }
        return (int) stored.elements();
    }

    private Topology positions(StoredTensor mask, int rows, int cols, int count, Arena brief) {
        Ints start = Ints.allocate(brief, rows + 1);
        Ints column = Ints.allocate(brief, count);
        int stride = Math.ceilDiv(cols, Byte.SIZE);
        int at = 0;
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < stride; i++) {
                int bits = Byte.toUnsignedInt(mask.data().get(ValueLayout.JAVA_BYTE, (long) r * stride + i));
                for (; bits != 0 && at < count; bits &= bits - 1) {
                    column.set(at++, i * Byte.SIZE + Integer.numberOfTrailingZeros(bits));
                }
                if (bits != 0) {
                    throw broken(mask.name(), "marks more positions than there are values (" + count + ")");
                }
            }
            start.set(r + 1, at);
        }
        if (at != count) {
            throw broken(mask.name(), "marks " + at + " positions for " + count + " values");
        }
        return Topology.of("tensor " + Faults.quote(mask.name()), rows, cols, start, column);
    }

    private void requireOffsets(StoredTensor offsets, Topology t) {
        for (int r = 0; r < t.rows(); r++) {
            if (offsets.integer(r) != t.start().get(r)) {
                throw broken(offsets.name(), "says that row " + r + " starts at value " + offsets.integer(r) + ", the bitmask says " + t.start().get(r));
            }
        }
    }

    private Floats values(Arena memory, StoredTensor stored, String name, Topology t) {
        int[] row = new int[t.count()];
        for (int r = 0; r < t.rows(); r++) {
            Arrays.fill(row, t.start().get(r), t.start().get(r + 1), r);
        }
        return values(memory, stored, name, t.rows(), i -> row[i]);
    }

    private Weight csr(String name, int rows, int cols, Arena brief) {
        StoredTensor stored = part(name, SparseFormat.CSR_VALUES);
        Ints start = indices(brief, part(name, SparseFormat.CSR_OFFSETS, DType.I32, rows + 1L));
        Ints column = indices(brief, part(name, SparseFormat.CSR_COLUMNS, SparseFormat.columnType(cols), count(stored)));
        Topology t = Topology.of("tensor " + Faults.quote(stored.name()), rows, cols, start, column);
        return pack(name, "csr", t, values(brief, stored, name, t));
    }

    private Weight blocks(String name, int rows, int cols, Arena brief) {
        StoredTensor stored = part(name, SparseFormat.BLOCK_VALUES);
        int height = stored.shape().length == 2 ? (int) Math.clamp(stored.shape()[1], 0, Integer.MAX_VALUE) : 0;
        if (!BLOCK_HEIGHTS.contains(height)) {
            throw broken(stored.name(), "has shape " + stored.shapeText() + ", expected blocks of a height in " + BLOCK_HEIGHTS);
        }
        int blockRows = Math.ceilDiv(rows, height);
        Ints start = indices(arena, part(name, SparseFormat.BLOCK_OFFSETS, DType.I32, blockRows + 1L));
        if (cols > Shorts.RANGE) {
            throw broken(stored.name(), "holds blocks of a matrix with " + cols + " columns, at most " + Shorts.RANGE + " are possible");
        }
        Ints column = indices(brief, part(name, SparseFormat.BLOCK_COLUMNS, SparseFormat.columnType(cols), count(stored) / height));
        Topology.of("tensor " + Faults.quote(stored.name()), blockRows, cols, start, column); // a row of blocks obeys the same rules as a row
        int[] blockRow = new int[column.length()];
        for (int r = 0; r < blockRows; r++) {
            Arrays.fill(blockRow, start.get(r), start.get(r + 1), r);
        }
        Floats values = values(arena, stored, name, rows, i -> Math.min(rows - 1, blockRow[i / height] * height + i % height));
        Shorts narrow = Shorts.allocate(arena, column.length());
        for (int i = 0; i < column.length(); i++) {
            narrow.set(i, column.get(i));
        }
        return new BlockCsr(rows, cols, height, start, narrow, values);
    }

    private Weight groups(String name, int rows, int cols) {
        StoredTensor words = part(name, SparseFormat.GROUP_WORDS);
        Ints start = indices(arena, part(name, SparseFormat.GROUP_OFFSETS, DType.I32, rows + 1L));
        Ints word = indices(arena, part(name, SparseFormat.GROUP_WORDS, DType.I32, count(words)));
        StoredTensor codes = part(name, SparseFormat.GROUP_CODES, DType.U8, CodedGroups.bytesOfCodes(count(words)));
        MemorySegment own = arena.allocate(Math.max(1, codes.data().byteSize()), Floats.ALIGNMENT).asSlice(0, codes.data().byteSize());
        return new CodedGroups(rows, cols, start, word, own.copyFrom(codes.data()));
    }

    private static Ints indices(Arena memory, StoredTensor stored) {
        Ints out = Ints.allocate(memory, (int) stored.elements());
        for (int i = 0; i < out.length(); i++) {
            out.set(i, (int) stored.integer(i));
        }
        return out;
    }

    /** Packs into the layout that the file notes for this matrix, or else into {@code usual}. */
    private Weight pack(String name, String usual, Topology t, Floats values) {
        String layout = checkpoint.metadata().getOrDefault(SparseFormat.layoutKey(name), usual);
        return switch (layout) {
            case "csr" -> Layout.CSR.pack(arena, t, values);
            case "bitmap" -> Layout.BITMAP.pack(arena, t, values);
            case "1x4", "1x8", "1x16" -> Layout.groups(Integer.parseInt(layout.substring(2))).pack(arena, t, values);
            default -> nOfM(name, layout).pack(arena, t, values);
        };
    }

    private Layout nOfM(String name, String layout) {
        Matcher m = N_OF_M.matcher(layout);
        if (!m.matches() || Integer.parseInt(m.group(1)) > Integer.parseInt(m.group(2)) || Integer.parseInt(m.group(2)) > LONGEST_GROUP) {
            throw Faults.unsupported(checkpoint.source(), "notes the layout " + Faults.quote(layout) + " for " + Faults.quote(name),
                    "expected csr, bitmap, 1x4, 1x8, 1x16 or N:M such as 2:4");
        }
        return Layout.nOfM(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
    }
}
