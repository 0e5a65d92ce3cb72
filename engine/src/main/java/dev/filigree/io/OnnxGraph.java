package dev.filigree.io;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What Filigree needs of an ONNX graph: its constants and who reads them.
 *
 * @param constants initializers and the results of Constant and Identity nodes, by value name, in the file's order
 * @param nodes     the operations in the file's order
 */
record OnnxGraph(String source, Map<String, StoredTensor> constants, List<Node> nodes) {

    /** An operation; unnamed ones have an empty name. */
    record Node(String op, String name, List<String> inputs, List<String> outputs, Map<String, Attribute> attributes) {

        long integer(String attribute, long otherwise) {
            return attributes.containsKey(attribute) ? attributes.get(attribute).integer() : otherwise;
        }
    }

    /** An attribute of a node; only the part that its kind uses is set. */
    record Attribute(String name, long integer, float real, List<Long> integers, Optional<StoredTensor> tensor) {
    }
}
