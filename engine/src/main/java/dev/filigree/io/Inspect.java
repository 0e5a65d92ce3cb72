package dev.filigree.io;

import dev.filigree.base.Ints;
import dev.filigree.base.UserError;
import dev.filigree.tensor.CodedGroups;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks at any checkpoint that Filigree can read: what is in it and how sparse it is. */
public final class Inspect {

    private static final int LONGEST_AXIS = 1 << 24;
    private static final String SCALE = Store.scaleName("");
    private static final List<String> MARKS = List.of(SparseFormat.MASK, SparseFormat.CSR_COLUMNS, SparseFormat.BLOCK_COLUMNS, SparseFormat.GROUP_WORDS);
    private static final List<String> PARTS = List.of(SparseFormat.SHAPE, SparseFormat.COMPRESSED, SparseFormat.MASK, SparseFormat.ROW_OFFSETS,
            SparseFormat.CSR_OFFSETS, SparseFormat.CSR_COLUMNS, SparseFormat.CSR_VALUES, SparseFormat.BLOCK_OFFSETS,
            SparseFormat.BLOCK_COLUMNS, SparseFormat.BLOCK_VALUES, SparseFormat.GROUP_OFFSETS, SparseFormat.GROUP_WORDS, SparseFormat.GROUP_CODES, "weight_scale");

    private Inspect() {
    }

    /** One report for each tensor of a safetensors, GGUF or ONNX file, a Hugging Face folder or a jar with an ONNX model. */
    public static List<TensorReport> of(Path path) {
        try (Checkpoint c = open(path)) {
            return of(c);
        }
    }

    /** The tensors at {@code path} as stored; those of an encoder in ONNX under their Hugging Face names. */
    public static Checkpoint open(Path path) {
        String name = path.toString();
        if (Files.isDirectory(path)) {
            Optional<Path> onnx = ModelFolder.onnxIn(path);
            return onnx.isPresent() ? Onnx.read(onnx.get()) : ModelFolder.weights(path);
        }
        if (!Files.exists(path)) {
            throw new UserError(name + ": no such file or folder");
        }
        if (name.endsWith(".onnx")) {
            return Onnx.read(path);
        }
        if (name.endsWith(".jar") || name.endsWith(".zip")) {
            try (Archive archive = new Archive(path)) {
                String model = archive.only(".onnx");
                return Onnx.read(archive.source(model), arena -> archive.load(model, Integer.MAX_VALUE, arena));
            }
        }
        return Gguf.is(path) ? Gguf.read(path) : Safetensors.read(path);
    }

    static List<TensorReport> of(Checkpoint c) {
        if (Packed.is(c)) {
            return Packed.reports(c, t -> dense(t, 0));
        }
        Map<String, String> sparse = sparseMatrices(c);
        Set<String> parts = new LinkedHashSet<>();
        sparse.forEach((prefix, _) -> PARTS.forEach(part -> parts.add(prefix + "." + part)));
        sparse.values().forEach(matrix -> parts.add(Store.scaleName(matrix)));
        List<TensorReport> out = new ArrayList<>();
        for (StoredTensor t : c.tensors()) {
            int dot = t.name().lastIndexOf('.');
            if (dot >= 0 && MARKS.contains(t.name().substring(dot + 1))) {
                out.add(sparse(c, t.name().substring(0, dot), sparse.get(t.name().substring(0, dot))));
            } else if (!parts.contains(t.name()) && !isScale(c, t.name())) {
                out.add(dense(t, scaleBytes(c, t)));
            }
        }
        return out;
    }

    /** Prefix of the parts -> name of the matrix. */
    private static Map<String, String> sparseMatrices(Checkpoint c) {
        Map<String, String> out = new LinkedHashMap<>();
        for (StoredTensor t : c.tensors()) {
            int dot = t.name().lastIndexOf('.');
            if (dot >= 0 && MARKS.contains(t.name().substring(dot + 1))) {
                String prefix = t.name().substring(0, dot);
                out.put(prefix, prefix.endsWith(".weight") ? prefix : prefix + ".weight");
            }
        }
        return out;
    }

    private static TensorReport sparse(Checkpoint c, String prefix, String matrix) {
        StoredTensor shape = c.tensor(prefix + "." + SparseFormat.SHAPE);
        if (shape.type() != DType.I64 || shape.elements() != 2 || !fits(shape.integer(0)) || !fits(shape.integer(1))) {
            throw Faults.corrupt(c.source(), "tensor " + Faults.quote(shape.name()) + " is no shape of a matrix");
        }
        try (Arena arena = Arena.ofConfined()) {
            WeightReader reader = new WeightReader(c, arena);
            String format = reader.format(matrix).orElseThrow(() -> Faults.corrupt(c.source(), "the sparse parts of "
                    + Faults.quote(matrix) + " stand beside a plain tensor of that name")).name();
            Weight w = reader.weight(matrix, (int) shape.integer(0), (int) shape.integer(1));
            DType type = values(c, prefix).type();
            long stored = 0;
            for (String part : PARTS) {
                stored += c.has(prefix + "." + part) ? c.tensor(prefix + "." + part).data().byteSize() : 0;
            }
            boolean nibbles = w instanceof CodedGroups;
            return new TensorReport(matrix, "[" + w.rows() + " x " + w.cols() + "]", nibbles ? "I4" : type.name(), format.toLowerCase(Locale.ROOT),
                    w.positions(), w.nonZeros(), ZeroPattern.of(Topology.of(w)), nibbles ? w.positions() / 2 : type.bytes(w.positions()), stored);
        }
    }

    private static boolean fits(long extent) {
        return extent >= 1 && extent <= LONGEST_AXIS;
    }

    private static StoredTensor values(Checkpoint c, String prefix) {
        for (String part : List.of(SparseFormat.COMPRESSED, SparseFormat.CSR_VALUES, SparseFormat.GROUP_CODES)) {
            if (c.has(prefix + "." + part)) {
                return c.tensor(prefix + "." + part);
            }
        }
        return c.tensor(prefix + "." + SparseFormat.BLOCK_VALUES);
    }

    /** Scales belong to the matrix of bytes that they are named after. */
    private static boolean isScale(Checkpoint c, String name) {
        String matrix = name.endsWith(SCALE) ? name.substring(0, name.length() - SCALE.length()) : "";
        return c.has(matrix) && c.tensor(matrix).type() == DType.I8;
    }

    private static long scaleBytes(Checkpoint c, StoredTensor t) {
        String scale = Store.scaleName(t.name());
        return t.type() == DType.I8 && c.has(scale) ? c.tensor(scale).data().byteSize() : 0;
    }

    private static TensorReport dense(StoredTensor t, long scaleBytes) {
        long nonZeros = 0;
        for (long i = 0; i < t.elements(); i++) {
            nonZeros += t.get(i) != 0 ? 1 : 0;
        }
        long[] shape = t.shape();
        boolean matrix = shape.length == 2 && fits(shape[0]) && fits(shape[1]) && nonZeros < Integer.MAX_VALUE;
        long bitmask = t.type().bytes(nonZeros) + Math.ceilDiv(t.elements(), Byte.SIZE);
        return new TensorReport(t.name(), t.shapeText(), t.type().name(), "dense", t.elements(), nonZeros,
                matrix ? ZeroPattern.of(live(t, (int) nonZeros)) : "", t.data().byteSize() + scaleBytes,
                Math.min(bitmask, t.data().byteSize()) + scaleBytes);
    }

    private static Topology live(StoredTensor t, int nonZeros) {
        int rows = (int) t.shape()[0];
        int cols = (int) t.shape()[1];
        Ints start = Ints.allocate(rows + 1);
        Ints column = Ints.allocate(nonZeros);
        int at = 0;
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                if (t.get((long) r * cols + c) != 0) {
                    column.set(at++, c);
                }
            }
            start.set(r + 1, at);
        }
        return Topology.of(t.name(), rows, cols, start, column);
    }
}
