package dev.filigree.io;

import dev.filigree.base.Pooling;
import dev.filigree.base.UserError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Infers the config of an encoder from its ONNX graph: sizes from the parameters, the rest from constants of the graph. */
final class OnnxConfig {

    private final OnnxGraph graph;
    private final Map<String, StoredTensor> parameters;
    private final Map<String, OnnxGraph.Node> producers = new HashMap<>();

    OnnxConfig(OnnxGraph graph, Map<String, StoredTensor> parameters) {
        this.graph = graph;
        this.parameters = parameters;
        graph.nodes().forEach(n -> n.outputs().forEach(out -> producers.put(out, n)));
    }

    EncoderConfig infer(Pooling pooling, boolean normalize) {
        int hidden = extent("embeddings.word_embeddings.weight", 2, 1);
        int layers = 1 + parameters.keySet().stream().map(EncoderNames::layer).filter(OptionalInt::isPresent)
                .mapToInt(OptionalInt::getAsInt).max().orElse(-1);
        requireGelu();
        try {
            return new EncoderConfig(hidden, layers, heads(hidden), extent("encoder.layer.0.intermediate.dense.bias", 1, 0),
                    extent("embeddings.word_embeddings.weight", 2, 0), extent("embeddings.position_embeddings.weight", 2, 0),
                    extent("embeddings.token_type_embeddings.weight", 2, 0), layerNormEps(), pooling, normalize);
        } catch (UserError e) {
            throw Faults.in(graph.source(), e);
        }
    }

    private int extent(String name, int rank, int axis) {
        StoredTensor t = parameters.get(name);
        if (t == null || t.shape().length != rank) {
            throw Faults.unsupported(graph.source(), "has no parameter " + Faults.quote(name) + " with " + rank + " dimensions",
                    "expected a BERT-family encoder, exported without graph optimisation");
        }
        return (int) Math.min(Integer.MAX_VALUE, t.shape()[axis]);
    }

    /** Attention splits the hidden width by a reshape to [batch x tokens x heads x head size]; its last extents tell. */
    private int heads(int hidden) {
        for (OnnxGraph.Node n : graph.nodes()) {
            if (n.op().equals("Reshape") && n.inputs().size() == 2) {
                List<Long> shape = shape(n.inputs().get(1));
                if (shape.size() >= 3) {
                    long heads = shape.get(shape.size() - 2);
                    long size = shape.getLast();
                    if (size > 0 && size < hidden && hidden % size == 0 && (heads == -1 || heads == hidden / size)) {
                        return (int) (hidden / size);
                    }
                }
            }
        }
        throw missing("number of attention heads");
    }

    private UserError missing(String what) {
        return Faults.unsupported(graph.source(), "does not tell the " + what, "put the model's config.json beside it");
    }

    private static final long UNKNOWN = 0;

    /** The extents of a shape value; those computed at run time are UNKNOWN. */
    private List<Long> shape(String value) {
        OnnxGraph.Node producer = producers.get(value);
        List<String> parts = producer != null && producer.op().equals("Concat") ? producer.inputs() : List.of(value);
        List<Long> out = new ArrayList<>();
        for (String part : parts) {
            StoredTensor t = graph.constants().get(part);
            if (t == null || t.type() != DType.I64 || t.elements() > 8) {
                out.add(UNKNOWN);
            } else {
                for (int i = 0; i < t.elements(); i++) {
                    out.add(t.integer(i));
                }
            }
        }
        return out;
    }

    /** The small constant that is added to the variance before its root, or the attribute of a fused LayerNorm. */
    private float layerNormEps() {
        for (OnnxGraph.Node n : graph.nodes()) {
            OptionalDouble eps = switch (n.op()) {
                case "LayerNormalization" -> n.attributes().containsKey("epsilon")
                        ? OptionalDouble.of(n.attributes().get("epsilon").real()) : OptionalDouble.of(1e-5);
                case "Sqrt" -> addedConstant(n);
                default -> OptionalDouble.empty();
            };
            if (eps.isPresent()) {
                return (float) eps.getAsDouble();
            }
        }
        throw missing("epsilon of LayerNorm");
    }

    private OptionalDouble addedConstant(OnnxGraph.Node root) {
        OnnxGraph.Node add = root.inputs().isEmpty() ? null : producers.get(root.inputs().getFirst());
        if (add == null || !add.op().equals("Add")) {
            return OptionalDouble.empty();
        }
        return add.inputs().stream().map(graph.constants()::get)
                .filter(t -> t != null && t.elements() == 1 && t.type().isFloating())
                .mapToDouble(t -> t.get(0)).findFirst();
    }

    /** The feed-forward part must use the exact GELU, x/2 (1 + erf(x / sqrt 2)). */
    private void requireGelu() {
        boolean exact = graph.nodes().stream().anyMatch(n -> n.op().equals("Erf")
                || n.op().equals("Gelu") && !n.attributes().containsKey("approximate"));
        if (!exact) {
            throw Faults.unsupported(graph.source(), "has no GELU by erf", "expected a BERT-family encoder with hidden_act gelu");
        }
    }
}
