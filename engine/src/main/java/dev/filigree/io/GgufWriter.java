package dev.filigree.io;

import dev.filigree.base.Floats;
import dev.filigree.io.DecoderConfig.Family;
import dev.filigree.io.GgufNames.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes a language model as GGUF, version 3. It has no sparse type: sparse weights are written with their zeros. Vectors and learned positions are 32-bit floats. A weight at a
 * time is held in memory.
 */
public final class GgufWriter {

    /** What llama.cpp calls a file of mostly such a type. */
    private static final Map<DType, Integer> FILE_TYPE = Map.of(DType.F32, 0, DType.F16, 1, DType.Q4_0, 2, DType.Q8_0, 7, DType.BF16, 32);

    private final StoredDecoder model;
    private final DType type;
    private final List<Entry> entries;

    /** @param type of the matrices: F32, F16, BF16, Q8_0 or Q4_0 */
    public GgufWriter(StoredDecoder model, DType type) {
        if (!FILE_TYPE.containsKey(type)) {
            throw new IllegalArgumentException("matrices of GGUF as " + type);
        }
        DenseTensors.requireUsual(model);
        this.model = model;
        this.type = type;
        this.entries = GgufNames.all(model.config());
    }

    /** The matrices that cannot be of the type asked for, since groups do not fill their rows; they are 16-bit floats. */
    public List<String> odd() {
        return entries.stream().filter(e -> isMatrix(e) && type(e) != type).map(Entry::name).toList();
    }

    /**
     * Sparse weights of the model, which take more room in the file.
     *
     * @param before their bytes as the model stores them
     * @param after  in the file
     */
    public record Grown(int weights, long before, long after) {
    }

    /** What becomes of sparse weights. */
    public Grown grown() {
        List<String> sparse = new ArrayList<>();
        long after = 0;
        for (Entry e : entries) {
            List<String> parts = e.ours().stream().filter(name -> DenseTensors.isSparse(model.weights(), name)).toList();
            sparse.addAll(parts);
            after += bytes(e) / Math.max(1, e.ours().size()) * parts.size();
        }
        return new Grown(sparse.size(), sparse.stream().mapToLong(name -> DenseTensors.parts(model.weights(), name).stream().mapToLong(t -> t.data().byteSize()).sum()).sum(), after);
    }

    private static boolean isMatrix(Entry e) {
        return e.cols() > 1 && !e.name().equals(GgufModel.POSITIONS);
    }

    private DType type(Entry e) {
        if (!isMatrix(e)) {
            return DType.F32;
        }
        return e.cols() % type.group() == 0 ? type : DType.F16;
    }

    private long bytes(Entry e) {
        return type(e).bytes((long) e.rows() * e.cols());
    }

    /** Writes the file; it is there whole or not at all. */
    public void write(Path file) {
        byte[] header = header();
        AtomicFile.write(file, out -> {
            AtomicFile.writeFully(out, ByteBuffer.wrap(header));
            pad(out);
            for (Entry e : entries) {
                try (Arena arena = Arena.ofShared()) {
                    MemorySegment data = encoded(arena, e);
                    AtomicFile.writeFully(out, data.asByteBuffer());
                }
                pad(out);
            }
        });
    }

    private static void pad(FileChannel out) throws IOException {
        long over = out.position() % GgufHeader.USUAL_ALIGNMENT;
        AtomicFile.writeFully(out, ByteBuffer.allocate(over == 0 ? 0 : (int) (GgufHeader.USUAL_ALIGNMENT - over)));
    }

    private byte[] header() {
        GgufValues values = new GgufValues();
        DecoderConfig c = model.config();
        boolean llama = c.family() == Family.LLAMA;
        String name = llama ? "llama" : "gpt2";
        values.text(GgufModel.ARCHITECTURE, name).integer("general.file_type", FILE_TYPE.get(type));
        values.integer(name + ".context_length", c.context()).integer(name + ".embedding_length", c.hidden()).integer(name + ".block_count", c.layers())
                .integer(name + ".feed_forward_length", c.inner()).integer(name + ".attention.head_count", c.heads());
        if (llama) {
            values.integer(name + ".attention.head_count_kv", c.keyHeads()).real(name + ".attention.layer_norm_rms_epsilon", c.eps())
                    .real(name + ".rope.freq_base", (float) c.base()).integer(name + ".rope.dimension_count", c.headSize()).integer(name + ".vocab_size", c.vocab());
            if (c.scaling().kind() == RotaryScaling.Kind.LINEAR) {
                values.text(name + ".rope.scaling.type", "linear").real(name + ".rope.scaling.factor", (float) c.scaling().factor());
            }
        } else {
            values.real(name + ".attention.layer_norm_epsilon", c.eps());
        }
        GgufVocabulary.write(values, model);
        List<long[]> places = new ArrayList<>();
        long at = 0;
        for (Entry e : entries) {
            places.add(new long[] {at});
            at = Math.ceilDiv(at + bytes(e), GgufHeader.USUAL_ALIGNMENT) * GgufHeader.USUAL_ALIGNMENT;
        }
        GgufValues infos = new GgufValues();
        for (int i = 0; i < entries.size(); i++) {
            Entry e = entries.get(i);
            int number = GgufHeader.TYPES.entrySet().stream().filter(t -> t.getValue() == type(e)).findFirst().orElseThrow().getKey();
            infos.tensor(e.name(), e.cols() == 1 ? new long[] {e.rows()} : new long[] {e.rows(), e.cols()}, number, places.get(i)[0]);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(GgufValues.start(entries.size(), values.count()));
        out.writeBytes(values.bytes());
        out.writeBytes(infos.bytes());
        return out.toByteArray();
    }

    private MemorySegment encoded(Arena arena, Entry e) {
        Floats values = Floats.allocate(arena, Math.toIntExact((long) e.rows() * e.cols()));
        if (e.name().equals(GgufModel.DIVISORS)) {
            List<Double> divisors = model.config().scaling().divisors(model.config().headSize(), model.config().base());
            for (int i = 0; i < divisors.size(); i++) {
                values.set(i, divisors.get(i).floatValue());
            }
        }
        int rows = e.rows() / Math.max(1, e.ours().size());
        int at = 0;
        for (String part : e.ours()) {
            MemorySegment.copy(part(arena, part, rows, e.cols()).segment(), 0, values.segment(), 4L * at, 4L * rows * e.cols());
            at += rows * e.cols();
        }
        return DenseTensors.encode(arena, model.weights().source(), e.name(), type(e), values, e.rows(), e.cols()).data();
    }

    private Floats part(Arena arena, String name, int rows, int cols) {
        Floats w = DenseTensors.read(arena, model.weights(), name, rows, cols);
        DecoderConfig c = model.config();
        return c.family() == Family.LLAMA && !c.neighbours() && RotaryOrder.has(name) ? RotaryOrder.turned(arena, w, rows, cols, c.headSize(), true) : w;
    }
}
