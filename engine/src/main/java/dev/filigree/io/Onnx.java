package dev.filigree.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * ONNX import of BERT-family encoders. Exporters keep the names of embeddings, biases and LayerNorms but fold the dense
 * weights into anonymous [in x out] constants; those are named here after the bias that is added to their product (or
 * after the product's own node) and turned to [out x in].
 */
public final class Onnx {

    private static final Set<String> QUANTISED = Set.of("MatMulInteger", "DynamicQuantizeLinear", "QLinearMatMul", "MatMulNBits");

    private Onnx() {
    }

    /**
     * The tensors of any ONNX file, mapped: an encoder's parameters under their Hugging Face names, or else the constants
     * of the graph under their own.
     */
    public static Checkpoint read(Path file) {
        return read(file.toString(), arena -> Safetensors.map(file, arena));
    }

    /** As {@link #read(Path)}, for bytes that {@code load} places in the arena. */
    static Checkpoint read(String source, Function<Arena, MemorySegment> load) {
        return open(source, load, (graph, arena) -> {
            Collection<StoredTensor> parameters = isQuantised(graph) ? List.of() : parameters(graph, arena).values();
            return checkpoint(source, parameters.isEmpty() ? graph.constants().values() : parameters, arena);
        });
    }

    private static boolean isQuantised(OnnxGraph graph) {
        return graph.nodes().stream().anyMatch(n -> QUANTISED.contains(n.op()));
    }

    /** What is made of a graph whose memory {@code arena} owns. */
    interface Use<T> {
        T of(OnnxGraph graph, Arena arena);
    }

    /** Maps and reads {@code file}; the arena is closed when {@code use} fails and otherwise belongs to its result. */
    static <T> T open(Path file, Use<T> use) {
        return open(file.toString(), arena -> Safetensors.map(file, arena), use);
    }

    /** As {@link #open(Path, Use)}, for bytes that {@code load} places in the arena. */
    static <T> T open(String source, Function<Arena, MemorySegment> load, Use<T> use) {
        Arena arena = Arena.ofShared();
        boolean done = false;
        try {
            T result = use.of(OnnxReader.read(source, load.apply(arena), arena), arena);
            done = true;
            return result;
        } finally {
            if (!done) {
                arena.close();
            }
        }
    }

    static Checkpoint checkpoint(String source, Collection<StoredTensor> tensors, Arena arena) {
        return new Checkpoint(source, tensors, Map.of("format", "onnx"), arena);
    }

    /** The encoder parameters of {@code graph} by their Hugging Face names; turned copies live in {@code arena}. */
    static Map<String, StoredTensor> parameters(OnnxGraph graph, Arena arena) {
        if (isQuantised(graph)) {
            throw Faults.unsupported(graph.source(), "holds quantised weights", "give the fp32 export of the model");
        }
        Map<String, StoredTensor> out = new LinkedHashMap<>();
        for (StoredTensor t : graph.constants().values()) {
            EncoderNames.canonical(t.name()).ifPresent(name -> put(graph, out, t.renamed(name)));
        }
        Map<String, String> biasOf = biases(graph);
        for (OnnxGraph.Node n : graph.nodes()) {
            if ((n.op().equals("MatMul") || n.op().equals("Gemm")) && n.inputs().size() >= 2) {
                StoredTensor weight = graph.constants().get(n.inputs().get(1));
                if (weight != null && weight.shape().length == 2) {
                    boolean outByIn = n.op().equals("Gemm") && n.integer("transB", 0) != 0;
                    linearName(n, biasOf).filter(name -> !out.containsKey(name)).ifPresent(name ->
                            put(graph, out, outByIn ? weight.renamed(name) : turned(name, weight, arena)));
                }
            }
        }
        return out;
    }

    private static void put(OnnxGraph graph, Map<String, StoredTensor> out, StoredTensor t) {
        if (out.put(t.name(), t) != null) {
            throw Faults.corrupt(graph.source(), "parameter " + Faults.quote(t.name()) + " is defined twice");
        }
    }

    /** Result of a product -> canonical name of the bias that an Add puts on it. */
    private static Map<String, String> biases(OnnxGraph graph) {
        Map<String, String> out = new HashMap<>();
        for (OnnxGraph.Node n : graph.nodes()) {
            if (n.op().equals("Add") && n.inputs().size() == 2) {
                for (int i = 0; i < 2; i++) {
                    String product = n.inputs().get(1 - i);
                    EncoderNames.canonical(n.inputs().get(i)).filter(b -> b.endsWith(".bias")).ifPresent(b -> out.put(product, b));
                }
            }
        }
        return out;
    }

    /** The name of the weight of a product: after its bias, or else after its node's place in the module tree. */
    private static Optional<String> linearName(OnnxGraph.Node n, Map<String, String> biasOf) {
        Optional<String> bias = n.op().equals("Gemm") && n.inputs().size() == 3
                ? EncoderNames.canonical(n.inputs().get(2))
                : n.outputs().stream().findFirst().map(biasOf::get);
        return bias.map(b -> b.substring(0, b.length() - ".bias".length()) + ".weight")
                .or(() -> EncoderNames.canonical(n.name().replace('/', '.'))
                        .filter(name -> name.endsWith("." + n.op()))
                        .map(name -> name.substring(0, name.length() - n.op().length()) + "weight"));
    }

    /** The transpose of a matrix, in new memory. */
    private static StoredTensor turned(String name, StoredTensor matrix, Arena arena) {
        long rows = matrix.shape()[0];
        long cols = matrix.shape()[1];
        int width = matrix.type().bytes();
        MemorySegment from = matrix.data();
        MemorySegment to = arena.allocate(Math.max(1, from.byteSize()), 64).asSlice(0, from.byteSize());
        final long tile = 32; // both sides of a tile stay in the nearest cache
        for (long r0 = 0; r0 < rows; r0 += tile) {
            for (long c0 = 0; c0 < cols; c0 += tile) {
                for (long r = r0; r < Math.min(rows, r0 + tile); r++) {
                    for (long c = c0; c < Math.min(cols, c0 + tile); c++) {
                        if (width == Float.BYTES) {
                            to.setAtIndex(StoredTensor.INT, c * rows + r, from.getAtIndex(StoredTensor.INT, r * cols + c));
                        } else {
                            MemorySegment.copy(from, (r * cols + c) * width, to, (c * rows + r) * width, width);
                        }
                    }
                }
            }
        }
        return new StoredTensor(name, matrix.type(), new long[] {cols, rows}, to);
    }
}
