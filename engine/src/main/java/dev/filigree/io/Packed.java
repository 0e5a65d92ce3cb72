package dev.filigree.io;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Coded;
import dev.filigree.tensor.BlockCsr;
import dev.filigree.tensor.CodedBlocks;
import dev.filigree.tensor.CodedGroups;
import dev.filigree.tensor.Columns;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Values;
import dev.filigree.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Weights in the very layout that runs them, so that a mapped file is the memory of a product: nothing is copied, and a page
 * is read when a product first touches it. The parts of a weight are tensors {@code name:part} of a safetensors file, on 64-byte
 * boundaries; its metadata says {@code filigree.packed}, the version, and for each weight the layout with its numbers:
 * {@code tiled}, {@code columns TYPE TILE GROUP}, {@code blocks HEIGHT}, {@code coded-blocks TYPE HEIGHT GROUP}, {@code csr CHUNK}, {@code coded-groups},
 * {@code table TYPE}; its rows and columns are said for who looks at the file alone. Vectors are plain tensors. Sizes and indices are checked when a weight is made of them, codes are not looked at.
 */
public final class Packed {

    private static final String KEY = "filigree.packed";
    private static final String VERSION = "1";
    private static final String SHAPE = "filigree.shape.";
    private static final String LAYOUT = SparseFormat.layoutKey("");

    private final Checkpoint checkpoint;
    private final String name;
    private final String[] words;

    private Packed(Checkpoint checkpoint, String name, String[] words) {
        this.checkpoint = checkpoint;
        this.name = name;
        this.words = words;
    }

    /** Whether the weights of a checkpoint are packed. */
    public static boolean is(Checkpoint checkpoint) {
        String version = checkpoint.metadata().get(KEY);
        if (version != null && !version.equals(VERSION)) {
            throw Faults.unsupported(checkpoint.source(), "holds packed weights of version " + Faults.quote(version), "expected " + VERSION + ": use a newer Filigree, or pack the model again");
        }
        return version != null;
    }

    /**
     * The tensors of a weight.
     *
     * @param metadata to which its layout is added
     */
    public static List<StoredTensor> tensors(String name, Weight w, Map<String, String> metadata) {
        metadata.put(KEY, VERSION);
        List<StoredTensor> parts = new ArrayList<>();
        String layout = switch (w) {
            case Tiled t -> {
                parts.add(floats(name, "tiles", t.tiles()));
                yield "tiled";
            }
            case Columns c -> {
                coded(parts, name, c.coded());
                yield "columns " + c.coded().type().label() + " " + c.tile() + " " + c.group();
            }
            case BlockCsr b -> {
                parts.addAll(List.of(ints(name, "start", b.start()), shorts(name, b.column()), floats(name, "values", b.values())));
                yield "blocks " + b.blockRows();
            }
            case CodedBlocks b -> {
                coded(parts, name, b.values());
                parts.addAll(List.of(ints(name, "start", b.start()), ints(name, "count", b.count()), ints(name, "scale_start", b.scaleStart()), shorts(name, b.column())));
                yield "coded-blocks " + b.values().type().label() + " " + b.blockRows() + " " + b.group();
            }
            case CodedGroups g -> {
                parts.addAll(List.of(ints(name, "start", g.start()), ints(name, "word", g.word()), bytes(name, "codes", g.codes())));
                yield "coded-groups";
            }
            case Csr c -> {
                parts.addAll(List.of(ints(name, "start", c.start()), shorts(name, c.column()), floats(name, "values", c.values())));
                yield "csr " + c.chunk();
            }
            case Dense d when d.cols() == 1 -> {
                parts.add(StoredTensor.of(name, d.floats(), d.rows()));
                yield null;
            }
            case Dense d -> switch (d.values()) {
                case Values.F32 v -> {
                    parts.add(floats(name, "values", v.floats()));
                    yield "table f32";
                }
                case Values.Bf16 v -> {
                    parts.add(bytes(name, "values", v.segment()));
                    yield "table bf16";
                }
                case Values.Int8 v -> {
                    parts.addAll(List.of(bytes(name, "values", v.codes()), floats(name, "scales", v.scales())));
                    yield "table int8";
                }
            };
            default -> throw new UserError(name + ": runs as " + w.layout() + ", which has no packed form; expected a dense weight, blocks or csr");
        };
        if (layout != null) {
            metadata.put(SparseFormat.layoutKey(name), layout);
            metadata.put(SHAPE + name, w.rows() + " " + w.cols());
        }
        return parts;
    }

    /** A weight {@code [rows x cols]} that lies in the memory of {@code checkpoint} and is valid as long as that is open; vectors are not packed. */
    public static Weight read(Checkpoint checkpoint, String name, int rows, int cols) {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw Faults.unsupported(checkpoint.source(), "holds packed weights for little-endian processors", "expected the model that it was packed from");
        }
        String layout = checkpoint.metadata().getOrDefault(SparseFormat.layoutKey(name), "");
        try {
            return new Packed(checkpoint, name, layout.split(" ")).weight(rows, cols);
        } catch (UserError e) {
            throw Faults.in(checkpoint.source(), e);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw Faults.corrupt(checkpoint.source(), "packed weight " + Faults.quote(name) + " " + Faults.quote(layout) + " is not sound");
        }
    }

    /** What a packed checkpoint holds: one report a weight, and its plain tensors. Files of older versions that give no shapes show their parts. */
    static List<TensorReport> reports(Checkpoint c, Function<StoredTensor, TensorReport> plain) {
        Set<String> whole = new LinkedHashSet<>();
        List<TensorReport> out = new ArrayList<>();
        for (StoredTensor t : c.tensors()) {
            int colon = t.name().lastIndexOf(':');
            String name = colon < 0 ? "" : t.name().substring(0, colon);
            String shape = c.metadata().get(SHAPE + name);
            if (shape == null) {
                out.add(plain.apply(t));
            } else if (whole.add(name)) {
                out.add(report(c, name, shape));
            }
        }
        return out;
    }

    private static TensorReport report(Checkpoint c, String name, String shape) {
        if (!shape.matches("[1-9]\\d{0,7} [1-9]\\d{0,7}")) {
            throw Faults.corrupt(c.source(), "says that packed weight " + Faults.quote(name) + " has the shape " + Faults.quote(shape));
        }
        String[] axes = shape.split(" ");
        Weight w = read(c, name, Integer.parseInt(axes[0]), Integer.parseInt(axes[1]));
        long[] live = {0};
        w.forEach((r, col, slot, v) -> live[0] += v != 0 ? 1 : 0);
        String[] words = c.metadata().get(LAYOUT + name).split(" ");
        String type = words[0].equals("coded-groups") ? "int4" : words.length > 1 && !words[1].matches("\\d+") ? words[1] : "f32";
        int bits = switch (type) {
            case "int4" -> 4;
            case "int8" -> 8;
            case "bf16" -> 16;
            default -> 32;
        };
        return new TensorReport(name, "[" + w.rows() + " x " + w.cols() + "]", type.toUpperCase(Locale.ROOT), "packed " + w.layout(), w.positions(), live[0], "", w.positions() * bits / Byte.SIZE, w.bytes());
    }

    private Weight weight(int rows, int cols) {
        return switch (words[0]) {
            case "tiled" -> new Tiled(rows, cols, floats("tiles"));
            case "columns" -> new Columns(rows, cols, number(2), number(3), coded());
            case "blocks" -> new BlockCsr(rows, cols, number(1), ints("start"), shorts(), floats("values"));
            case "coded-blocks" -> new CodedBlocks(rows, cols, number(2), ints("start"), ints("count"), shorts(), coded(), ints("scale_start"), number(3));
            case "coded-groups" -> new CodedGroups(rows, cols, ints("start"), ints("word"), part(DType.U8, "codes"));
            case "csr" -> new Csr(rows, cols, number(1), ints("start"), shorts(), floats("values"));
            case "table" -> new Dense(rows, cols, table(rows, cols));
            default -> throw Faults.corrupt(checkpoint.source(), "packed weight " + Faults.quote(name) + " has no layout that is known here");
        };
    }

    private Values table(int rows, int cols) {
        int count = Math.multiplyExact(rows, cols);
        return switch (type()) {
            case F32 -> new Values.F32(floats("values"));
            case BF16 -> new Values.Bf16(sized(DType.U8, "values", 2L * count), count);
            case INT8 -> {
                Floats scales = floats("scales");
                if (scales.length() != rows) {
                    throw new IllegalArgumentException("scales");
                }
                yield new Values.Int8(sized(DType.U8, "values", count), scales, cols, count);
            }
        };
    }

    private MemorySegment sized(DType type, String part, long bytes) {
        MemorySegment data = part(type, part);
        if (data.byteSize() != bytes) {
            throw new IllegalArgumentException(part);
        }
        return data;
    }

    private Coded coded() {
        Coded.Type type = type();
        return new Coded(type, part(DType.U8, "codes"), type == Coded.Type.INT8 ? floats("scales") : null);
    }

    private Coded.Type type() {
        return Coded.Type.valueOf(words[1].toUpperCase(Locale.ROOT));
    }

    private int number(int word) {
        return Integer.parseInt(words[word]);
    }

    private Floats floats(String part) {
        MemorySegment data = part(DType.F32, part);
        return new Floats(data, Math.toIntExact(data.byteSize() / Float.BYTES));
    }

    private Ints ints(String part) {
        MemorySegment data = part(DType.I32, part);
        return new Ints(data, Math.toIntExact(data.byteSize() / Integer.BYTES));
    }

    private Shorts shorts() {
        MemorySegment data = part(DType.U16, "column");
        return new Shorts(data, Math.toIntExact(data.byteSize() / Short.BYTES));
    }

    /** Kernels read whole lines of codes and values, and elements where they begin. */
    private MemorySegment part(DType type, String part) {
        StoredTensor t = checkpoint.tensor(name + ":" + part);
        long boundary = t.data().byteSize() % Floats.ALIGNMENT == 0 ? Floats.ALIGNMENT : type.bytes();
        if (t.type() != type || t.data().address() % boundary != 0) {
            throw Faults.corrupt(checkpoint.source(), "tensor " + Faults.quote(t.name()) + " is " + t.type() + " at an address of no multiple of " + boundary + ", expected " + type);
        }
        return t.data();
    }

    private static StoredTensor floats(String name, String part, Floats values) {
        return StoredTensor.of(name + ":" + part, values, values.length());
    }

    private static StoredTensor ints(String name, String part, Ints values) {
        return new StoredTensor(name + ":" + part, DType.I32, new long[] {values.length()}, values.segment());
    }

    private static StoredTensor shorts(String name, Shorts values) {
        return new StoredTensor(name + ":column", DType.U16, new long[] {values.length()}, values.segment());
    }

    private static StoredTensor bytes(String name, String part, MemorySegment bytes) {
        return new StoredTensor(name + ":" + part, DType.U8, new long[] {bytes.byteSize()}, bytes);
    }

    private static void coded(List<StoredTensor> parts, String name, Coded coded) {
        parts.add(bytes(name, "codes", coded.codes()));
        if (coded.scales() != null) {
            parts.add(floats(name, "scales", coded.scales()));
        }
    }
}
