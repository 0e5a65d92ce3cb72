package dev.filigree.io;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the protobuf messages of onnx.proto that matter here, field by field. Subgraphs are skipped, never entered, so
 * the depth of the reader is fixed; the number of objects is bounded; the elements of large tensors are not copied but
 * looked at where they lie in {@code bytes}.
 */
final class OnnxReader {

    /** More graph elements (nodes, names, attributes, numbers) than any real encoder has by a factor of a hundred. */
    private static final int MOST_ELEMENTS = 2_000_000;
    private static final int LONGEST_NAME = 1 << 16;
    private static final int HIGHEST_RANK = 8;

    private final String source;
    private final MemorySegment bytes;
    private final Arena arena;
    private final CodedInputStream in;
    private int elements;

    private OnnxReader(String source, MemorySegment bytes, Arena arena) {
        this.source = source;
        this.bytes = bytes;
        this.arena = arena;
        this.in = CodedInputStream.newInstance(new SegmentInput(bytes));
        in.setSizeLimit(Integer.MAX_VALUE);
    }

    /** Reads a ModelProto; tensors point into {@code bytes} where they can and into {@code arena} otherwise. */
    static OnnxGraph read(String source, MemorySegment bytes, Arena arena) {
        if (bytes.byteSize() > Integer.MAX_VALUE) {
            throw Faults.unsupported(source, "has " + bytes.byteSize() + " bytes", "an ONNX file has at most 2 GB");
        }
        try {
            return new OnnxReader(source, bytes, arena).model();
        } catch (IOException e) {
            throw Faults.corrupt(source, "is not a sound ONNX file (" + e.getMessage() + ")");
        }
    }

    /** A message of known length: calls {@code field} with each field number and wire type until its end. */
    private interface Fields {
        void read(int number, int wire) throws IOException;
    }

    private void message(Fields field) throws IOException {
        int length = length();
        int outer = in.pushLimit(length);
        while (!in.isAtEnd()) {
            int tag = in.readTag();
            field.read(WireFormat.getTagFieldNumber(tag), WireFormat.getTagWireType(tag));
        }
        in.popLimit(outer);
    }

    private int length() throws IOException {
        int length = in.readRawVarint32();
        int left = in.getBytesUntilLimit() >= 0 ? in.getBytesUntilLimit() : (int) bytes.byteSize() - in.getTotalBytesRead();
        if (length < 0 || length > left) {
            throw Faults.corrupt(source, "claims " + Integer.toUnsignedString(length) + " bytes where " + left + " are left");
        }
        return length;
    }

    private void skip(int wire) throws IOException {
        switch (wire) {
            case WireFormat.WIRETYPE_VARINT -> in.readRawVarint64();
            case WireFormat.WIRETYPE_FIXED64 -> in.skipRawBytes(Long.BYTES);
            case WireFormat.WIRETYPE_LENGTH_DELIMITED -> in.skipRawBytes(length());
            case WireFormat.WIRETYPE_FIXED32 -> in.skipRawBytes(Integer.BYTES);
            default -> throw Faults.corrupt(source, "holds protobuf wire type " + wire + ", which ONNX does not use");
        }
    }

    private void require(int wanted, int wire) {
        if (wanted != wire) {
            throw Faults.corrupt(source, "holds protobuf wire type " + wire + ", expected " + wanted);
        }
    }

    private void count() {
        if (++elements > MOST_ELEMENTS) {
            throw Faults.unsupported(source, "holds more than " + MOST_ELEMENTS + " graph elements", "expected an encoder");
        }
    }

    private String text(int wire) throws IOException {
        require(WireFormat.WIRETYPE_LENGTH_DELIMITED, wire);
        count();
        int length = length();
        if (length > LONGEST_NAME) {
            throw Faults.corrupt(source, "holds a name of " + length + " bytes");
        }
        return new String(in.readRawBytes(length), StandardCharsets.UTF_8);
    }

    private OnnxGraph model() throws IOException {
        OnnxGraph graph = null;
        while (!in.isAtEnd()) {
            int tag = in.readTag();
            int wire = WireFormat.getTagWireType(tag);
            if (WireFormat.getTagFieldNumber(tag) == 7 && graph == null) {
                require(WireFormat.WIRETYPE_LENGTH_DELIMITED, wire);
                graph = graph();
            } else {
                skip(wire);
            }
        }
        if (graph == null) {
            throw Faults.corrupt(source, "holds no graph; expected an ONNX model");
        }
        return graph;
    }

    private OnnxGraph graph() throws IOException {
        List<OnnxGraph.Node> nodes = new ArrayList<>();
        Map<String, StoredTensor> constants = new LinkedHashMap<>();
        message((number, wire) -> {
            switch (number) {
                case 1 -> nodes.add(node(wire));
                case 5 -> add(constants, tensor(wire));
                case 15 -> throw Faults.unsupported(source, "holds sparse initializers", "export it with dense weights");
                default -> skip(wire);
            }
        });
        for (OnnxGraph.Node n : nodes) {
            constantOf(n, constants).ifPresent(t -> add(constants, t));
        }
        return new OnnxGraph(source, constants, nodes);
    }

    private void add(Map<String, StoredTensor> constants, StoredTensor t) {
        if (constants.put(t.name(), t) != null) {
            throw Faults.corrupt(source, "value " + Faults.quote(t.name()) + " is defined twice");
        }
    }

    /** The value of a Constant node, or of an Identity node on a constant, named as the node's result. */
    private Optional<StoredTensor> constantOf(OnnxGraph.Node n, Map<String, StoredTensor> constants) {
        if (n.outputs().size() != 1) {
            return Optional.empty();
        }
        Optional<StoredTensor> value = switch (n.op()) {
            case "Constant" -> Optional.ofNullable(n.attributes().get("value")).flatMap(OnnxGraph.Attribute::tensor);
            case "Identity" -> n.inputs().size() == 1 ? Optional.ofNullable(constants.get(n.inputs().getFirst())) : Optional.empty();
            default -> Optional.empty();
        };
        return value.map(t -> t.renamed(n.outputs().getFirst()));
    }

    private OnnxGraph.Node node(int wireOfNode) throws IOException {
        require(WireFormat.WIRETYPE_LENGTH_DELIMITED, wireOfNode);
        count();
        String[] opAndName = {"", ""};
        List<String> inputs = new ArrayList<>(2);
        List<String> outputs = new ArrayList<>(1);
        Map<String, OnnxGraph.Attribute> attributes = new HashMap<>(2);
        message((number, wire) -> {
            switch (number) {
                case 1 -> inputs.add(text(wire));
                case 2 -> outputs.add(text(wire));
                case 3 -> opAndName[1] = text(wire);
                case 4 -> opAndName[0] = text(wire);
                case 5 -> {
                    OnnxGraph.Attribute a = attribute(wire);
                    attributes.put(a.name(), a);
                }
                default -> skip(wire);
            }
        });
        return new OnnxGraph.Node(opAndName[0], opAndName[1], inputs, outputs, attributes);
    }

    private OnnxGraph.Attribute attribute(int wireOfAttribute) throws IOException {
        require(WireFormat.WIRETYPE_LENGTH_DELIMITED, wireOfAttribute);
        count();
        String[] name = {""};
        long[] integer = {0};
        float[] real = {0};
        List<Long> integers = new ArrayList<>(0);
        StoredTensor[] tensor = {null};
        message((number, wire) -> {
            switch (number) {
                case 1 -> name[0] = text(wire);
                case 2 -> {
                    require(WireFormat.WIRETYPE_FIXED32, wire);
                    real[0] = Float.intBitsToFloat(in.readRawLittleEndian32());
                }
                case 3 -> {
                    require(WireFormat.WIRETYPE_VARINT, wire);
                    integer[0] = in.readRawVarint64();
                }
                case 5 -> tensor[0] = tensor(wire);
                case 8 -> varints(wire, v -> {
                    count();
                    integers.add(v);
                });
                default -> skip(wire);
            }
        });
        return new OnnxGraph.Attribute(name[0], integer[0], real[0], integers, Optional.ofNullable(tensor[0]));
    }

    private interface Numbers {
        void accept(long v) throws IOException;
    }

    /** A repeated integer field, packed or not. */
    private void varints(int wire, Numbers to) throws IOException {
        if (wire == WireFormat.WIRETYPE_VARINT) {
            to.accept(in.readRawVarint64());
        } else {
            require(WireFormat.WIRETYPE_LENGTH_DELIMITED, wire);
            int outer = in.pushLimit(length());
            while (!in.isAtEnd()) {
                to.accept(in.readRawVarint64());
            }
            in.popLimit(outer);
        }
    }

    private StoredTensor tensor(int wireOfTensor) throws IOException {
        require(WireFormat.WIRETYPE_LENGTH_DELIMITED, wireOfTensor);
        count();
        OnnxTensor t = new OnnxTensor(source);
        message((number, wire) -> {
            switch (number) {
                case 1 -> varints(wire, v -> t.dimension(v, HIGHEST_RANK));
                case 2 -> {
                    require(WireFormat.WIRETYPE_VARINT, wire);
                    t.type = in.readRawVarint32();
                }
                case 4, 9, 10 -> t.raw(number, slice(wire));
                case 5, 7 -> integers(t, number, wire);
                case 8 -> t.name = text(wire);
                case 13 -> {
                    t.external = true;
                    skip(wire);
                }
                case 14 -> {
                    require(WireFormat.WIRETYPE_VARINT, wire);
                    t.external |= in.readRawVarint32() != 0;
                }
                default -> skip(wire);
            }
        });
        return t.stored(arena);
    }

    /** Integers are stored as varints; each takes at least a byte of the file, so nothing outgrows it by more than 8. */
    private void integers(OnnxTensor t, int number, int wire) throws IOException {
        if (wire == WireFormat.WIRETYPE_VARINT) {
            count();
            t.integer(number, in.readRawVarint64());
            return;
        }
        MemorySegment packed = slice(wire);
        CodedInputStream numbers = CodedInputStream.newInstance(new SegmentInput(packed));
        while (!numbers.isAtEnd()) {
            t.integer(number, numbers.readRawVarint64());
        }
    }

    /** The bytes of a length-delimited field, in place. A lone number of an unpacked field counts as well. */
    private MemorySegment slice(int wire) throws IOException {
        count();
        int length = switch (wire) {
            case WireFormat.WIRETYPE_LENGTH_DELIMITED -> length();
            case WireFormat.WIRETYPE_FIXED32 -> Integer.BYTES;
            case WireFormat.WIRETYPE_FIXED64 -> Long.BYTES;
            default -> throw Faults.corrupt(source, "holds protobuf wire type " + wire + " in a tensor");
        };
        long at = in.getTotalBytesRead();
        in.skipRawBytes(length);
        return bytes.asSlice(at, length).asReadOnly();
    }
}
