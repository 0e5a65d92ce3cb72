package dev.filigree.io;

import dev.filigree.base.UserError;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What stands in front of the tensors of a GGUF file, version 2 or 3: named values, then the tensors' names, shapes, types and places. Every claim is checked
 * before anybody acts on it.
 */
final class GgufHeader {

    static final int MAGIC = 0x46554747; // "GGUF"
    static final String ALIGNMENT = "general.alignment";
    static final int USUAL_ALIGNMENT = 32;
    /** Kinds of values, by their numbers. */
    static final int U32 = 4;
    static final int I32 = 5;
    static final int F32 = 6;
    static final int BOOL = 7;
    static final int STRING = 8;
    static final int ARRAY = 9;
    /** Bytes of a value of each kind; those of a string and of a list when they are empty. */
    private static final int[] KINDS = {1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8};

    /** Types of tensors, by their numbers. */
    static final Map<Integer, DType> TYPES = Map.of(0, DType.F32, 1, DType.F16, 2, DType.Q4_0, 8, DType.Q8_0, 24, DType.I8, 25, DType.I16, 26, DType.I32, 27, DType.I64, 28, DType.F64, 30, DType.BF16);

    private static final int HIGHEST_RANK = 4;
    private static final int LONGEST_NAME = 1 << 10;
    private static final int MOST_ALIGNMENT = 1 << 20;

    /** A list whose elements are read when somebody wants them. */
    private record Array(int kind, long count, long at) {
    }

    private record Tensor(String name, DType type, long[] shape, long begin, long end) {
    }

    private final String source;
    private final MemorySegment file;
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final List<StoredTensor> tensors = new ArrayList<>();
    private long at;

    private GgufHeader(String source, MemorySegment file) {
        this.source = source;
        this.file = file;
    }

    static GgufHeader read(String source, MemorySegment file) {
        GgufHeader h = new GgufHeader(source, file);
        if (file.byteSize() < 24 || h.integer() != MAGIC) {
            throw Faults.corrupt(source, "does not begin as a GGUF file");
        }
        int version = h.integer();
        if (version != 2 && version != 3) {
            throw Faults.unsupported(source, "is a GGUF file of version " + Integer.toUnsignedString(version), "expected 2 or 3, little-endian");
        }
        long count = h.count("tensors", 8 + 4 + 8 + 4 + 8);
        long named = h.count("named values", 8 + 4 + 1);
        for (long i = 0; i < named; i++) {
            String name = h.text(LONGEST_NAME);
            int kind = h.integer();
            if (h.values.put(name, h.value(kind)) != null) {
                throw Faults.corrupt(source, "says " + Faults.quote(name) + " twice");
            }
        }
        h.tensors(count);
        return h;
    }

    private void tensors(long count) {
        long alignment = values.containsKey(ALIGNMENT) ? number(ALIGNMENT) : USUAL_ALIGNMENT;
        if (alignment < 1 || alignment > MOST_ALIGNMENT || Long.bitCount(alignment) != 1) {
            throw Faults.corrupt(source, "says an alignment of " + alignment + ", expected a power of two");
        }
        List<Tensor> all = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            all.add(tensor(alignment));
        }
        long begin = Math.ceilDiv(at, alignment) * alignment;
        long room = Math.max(0, file.byteSize() - begin);
        long covered = 0;
        for (Tensor t : all.stream().sorted(Comparator.comparingLong(Tensor::begin)).toList()) {
            if (t.end > room) {
                throw Faults.corrupt(source, "tensor " + Faults.quote(t.name) + " claims bytes " + t.begin + " to " + t.end + " of " + room);
            }
            if (t.begin < covered) {
                throw Faults.corrupt(source, "tensor " + Faults.quote(t.name) + " starts at byte " + t.begin + " and overlaps its neighbour, which ends at " + covered);
            }
            covered = t.end;
        }
        for (Tensor t : all) {
            tensors.add(new StoredTensor(t.name, t.type, t.shape, file.asSlice(begin + t.begin, t.end - t.begin)));
        }
    }

    private Tensor tensor(long alignment) {
        String name = text(LONGEST_NAME);
        String where = "tensor " + Faults.quote(name);
        int rank = integer();
        if (rank < 1 || rank > HIGHEST_RANK) {
            throw Faults.corrupt(source, where + " has " + Integer.toUnsignedString(rank) + " extents, expected 1 to " + HIGHEST_RANK);
        }
        long[] shape = new long[rank];
        for (int i = rank - 1; i >= 0; i--) { // innermost first
            shape[i] = whole();
        }
        int number = integer();
        DType type = TYPES.get(number);
        if (type == null) {
            throw Faults.unsupported(source, where + " is of GGUF type " + Integer.toUnsignedString(number), "expected F32 (0), F16 (1), Q4_0 (2), Q8_0 (8) or BF16 (30)");
        }
        long offset = whole();
        long bytes = StoredTensor.bytes(type, shape);
        if (bytes < 1 || offset < 0 || offset % alignment != 0 || offset > file.byteSize() || bytes > file.byteSize() - offset) {
            throw Faults.corrupt(source, where + " of type " + type + " and shape " + StoredTensor.text(shape) + " starts at byte " + offset + " of a file of " + file.byteSize()
                    + ", aligned to " + alignment);
        }
        return new Tensor(name, type, shape, offset, offset + bytes);
    }

    private Object value(int kind) {
        return switch (kind) {
            case STRING -> text(Integer.MAX_VALUE);
            case ARRAY -> array();
            default -> scalar(kind);
        };
    }

    private Array array() {
        int kind = integer();
        if (kind == ARRAY) {
            throw Faults.unsupported(source, "has a list of lists", "expected lists of values");
        }
        long count = count("elements of a list", bytes(kind));
        Array a = new Array(kind, count, at);
        if (kind == STRING) {
            for (long i = 0; i < count; i++) {
                skip(length(Integer.MAX_VALUE));
            }
        } else {
            skip(count * bytes(kind));
        }
        return a;
    }

    private Object scalar(int kind) {
        long from = at;
        skip(bytes(kind));
        return switch (kind) {
            case 0 -> (long) Byte.toUnsignedInt(file.get(ValueLayout.JAVA_BYTE, from));
            case 1 -> (long) file.get(ValueLayout.JAVA_BYTE, from);
            case 2 -> (long) Short.toUnsignedInt(file.get(StoredTensor.SHORT, from));
            case 3 -> (long) file.get(StoredTensor.SHORT, from);
            case U32 -> Integer.toUnsignedLong(file.get(StoredTensor.INT, from));
            case I32 -> (long) file.get(StoredTensor.INT, from);
            case F32 -> (double) file.get(StoredTensor.FLOAT, from);
            case BOOL -> file.get(ValueLayout.JAVA_BYTE, from) != 0;
            case 12 -> file.get(StoredTensor.DOUBLE, from);
            default -> file.get(StoredTensor.LONG, from);
        };
    }

    private int bytes(int kind) {
        if (kind < 0 || kind >= KINDS.length) {
            throw Faults.corrupt(source, "has a value of the unknown kind " + Integer.toUnsignedString(kind));
        }
        return KINDS[kind];
    }

    /** A number of things of which each takes at least {@code least} bytes. */
    private long count(String what, int least) {
        long n = whole();
        if (n < 0 || n > (file.byteSize() - at) / least) {
            throw Faults.corrupt(source, "claims " + Long.toUnsignedString(n) + " " + what + " in a file of " + file.byteSize() + " bytes");
        }
        return n;
    }

    private long length(long most) {
        long n = whole();
        if (n < 0 || n > Math.min(most, file.byteSize() - at)) {
            throw Faults.corrupt(source, "claims a text of " + Long.toUnsignedString(n) + " bytes in a file of " + file.byteSize());
        }
        return n;
    }

    private String text(long most) {
        int n = (int) length(most);
        skip(n);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file.asSlice(at - n, n).toArray(ValueLayout.JAVA_BYTE))).toString();
        } catch (CharacterCodingException e) {
            throw Faults.corrupt(source, "holds a text that is no UTF-8, at byte " + (at - n));
        }
    }

    private int integer() {
        skip(Integer.BYTES);
        return file.get(StoredTensor.INT, at - Integer.BYTES);
    }

    private long whole() {
        skip(Long.BYTES);
        return file.get(StoredTensor.LONG, at - Long.BYTES);
    }

    private void skip(long bytes) {
        if (bytes > file.byteSize() - at) {
            throw Faults.corrupt(source, "ends inside of its header, at byte " + file.byteSize());
        }
        at += bytes;
    }

    String source() {
        return source;
    }

    List<StoredTensor> tensors() {
        return tensors;
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** A whole number. */
    long number(String name) {
        return values.get(name) instanceof Long n ? n : fault(name, "a whole number");
    }

    /** The same, from 0 to 2^31 - 1. */
    int integer(String name) {
        long n = number(name);
        return n >= 0 && n <= Integer.MAX_VALUE ? (int) n : fault(name, "a number up to " + Integer.MAX_VALUE);
    }

    double real(String name) {
        return values.get(name) instanceof Double d ? d : fault(name, "a number with a fraction");
    }

    boolean flag(String name, boolean usual) {
        return !has(name) ? usual : values.get(name) instanceof Boolean b ? b : fault(name, "true or false");
    }

    String text(String name) {
        return values.get(name) instanceof String s ? s : fault(name, "a text");
    }

    List<String> texts(String name) {
        Array a = array(name, STRING, "a list of texts");
        List<String> out = new ArrayList<>();
        at = a.at;
        for (long i = 0; i < a.count; i++) {
            out.add(text(LONGEST_NAME));
        }
        return out;
    }

    float[] reals(String name) {
        Array a = array(name, F32, "a list of 32-bit floats");
        float[] out = new float[(int) a.count];
        MemorySegment.copy(file, StoredTensor.FLOAT, a.at, out, 0, out.length);
        return out;
    }

    int[] integers(String name) {
        Array a = array(name, I32, "a list of 32-bit numbers");
        int[] out = new int[(int) a.count];
        MemorySegment.copy(file, StoredTensor.INT, a.at, out, 0, out.length);
        return out;
    }

    private Array array(String name, int kind, String expected) {
        return values.get(name) instanceof Array a && a.kind == kind && a.count <= Integer.MAX_VALUE / 8 ? a : fault(name, expected);
    }

    private <T> T fault(String name, String expected) {
        Object found = values.get(name);
        throw Faults.unsupported(source, Faults.quote(name) + " is " + (found == null ? "missing" : Faults.quote(found instanceof Array ? "a list" : found.toString())), "expected " + expected);
    }

    UserError unsupported(String found, String expected) {
        return Faults.unsupported(source, found, expected);
    }
}
