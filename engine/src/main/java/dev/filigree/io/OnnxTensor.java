package dev.filigree.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A TensorProto while it is read: its fields may come in any order, so its size is checked when all are there. */
final class OnnxTensor {

    private static final int FLOAT_DATA = 4;
    private static final int INT32_DATA = 5;
    private static final int INT64_DATA = 7;
    private static final int RAW_DATA = 9;
    private static final int DOUBLE_DATA = 10;

    String name = "";
    int type;
    boolean external;
    private final String source;
    private final List<MemorySegment> pieces = new ArrayList<>(1);
    private long[] shape = new long[0];
    private long[] integers = new long[0];
    private int integerCount;
    private int field;

    OnnxTensor(String source) {
        this.source = source;
    }

    void dimension(long extent, int highestRank) {
        if (shape.length == highestRank) {
            throw Faults.corrupt(source, "tensor " + Faults.quote(name) + " has more than " + highestRank + " dimensions");
        }
        shape = Arrays.copyOf(shape, shape.length + 1);
        shape[shape.length - 1] = extent;
    }

    void raw(int number, MemorySegment piece) {
        use(number);
        pieces.add(piece);
    }

    void integer(int number, long v) {
        use(number);
        if (integerCount == integers.length) {
            integers = Arrays.copyOf(integers, Math.max(8, integers.length * 2));
        }
        integers[integerCount++] = v;
    }

    private void use(int number) {
        if (field != 0 && field != number) {
            throw Faults.corrupt(source, "tensor " + Faults.quote(name) + " has its values in two fields");
        }
        field = number;
    }

    StoredTensor stored(Arena arena) {
        String where = "tensor " + Faults.quote(name);
        if (external) {
            throw Faults.unsupported(source, where + " keeps its values in another file",
                    "export the model with all weights inside the .onnx file");
        }
        DType kind = kind(where);
        long bytes = StoredTensor.bytes(kind, shape);
        MemorySegment data = field == INT32_DATA || field == INT64_DATA ? fromIntegers(kind, bytes, where, arena) : fromPieces(kind, arena);
        if (bytes != data.byteSize()) {
            throw Faults.corrupt(source, where + " of type " + kind + " and shape " + StoredTensor.text(shape) + " has "
                    + data.byteSize() + " bytes, expected " + (bytes < 0 ? "a smaller shape" : bytes));
        }
        return new StoredTensor(name, kind, shape, data);
    }

    private DType kind(String where) {
        return switch (type) {
            case 1 -> DType.F32;
            case 2 -> DType.U8;
            case 3 -> DType.I8;
            case 4 -> DType.U16;
            case 5 -> DType.I16;
            case 6 -> DType.I32;
            case 7 -> DType.I64;
            case 9 -> DType.BOOL;
            case 10 -> DType.F16;
            case 11 -> DType.F64;
            case 12 -> DType.U32;
            case 16 -> DType.BF16;
            default -> throw Faults.unsupported(source, where + " has ONNX type " + type, "expected one of " + DType.known());
        };
    }

    private MemorySegment fromPieces(DType kind, Arena arena) {
        boolean fits = switch (field) {
            case FLOAT_DATA -> kind == DType.F32;
            case DOUBLE_DATA -> kind == DType.F64;
            default -> field == 0 || field == RAW_DATA;
        };
        if (!fits) {
            throw Faults.corrupt(source, "tensor " + Faults.quote(name) + " of type " + kind + " keeps its values in the wrong field");
        }
        if (pieces.size() == 1) {
            return pieces.getFirst();
        }
        long total = pieces.stream().mapToLong(MemorySegment::byteSize).sum();
        MemorySegment joined = arena.allocate(Math.max(1, total), 8).asSlice(0, total);
        long at = 0;
        for (MemorySegment piece : pieces) {
            MemorySegment.copy(piece, 0, joined, at, piece.byteSize());
            at += piece.byteSize();
        }
        return joined;
    }

    private MemorySegment fromIntegers(DType kind, long bytes, String where, Arena arena) {
        if (bytes != (long) integerCount * kind.bytes() || (field == INT64_DATA) != (kind == DType.I64)
                || kind == DType.F32 || kind == DType.F64) {
            throw Faults.corrupt(source, where + " of type " + kind + " and shape " + StoredTensor.text(shape) + " has "
                    + integerCount + " integers in the wrong number or field");
        }
        MemorySegment out = arena.allocate(Math.max(1, bytes), 8).asSlice(0, bytes);
        for (int i = 0; i < integerCount; i++) {
            switch (kind.bytes()) {
                case 1 -> out.set(ValueLayout.JAVA_BYTE, i, (byte) integers[i]);
                case 2 -> out.setAtIndex(StoredTensor.SHORT, i, (short) integers[i]);
                case 4 -> out.setAtIndex(StoredTensor.INT, i, (int) integers[i]);
                default -> out.setAtIndex(StoredTensor.LONG, i, integers[i]);
            }
        }
        return out;
    }
}
