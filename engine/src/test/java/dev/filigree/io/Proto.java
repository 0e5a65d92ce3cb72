package dev.filigree.io;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes protobuf messages field by field: just enough to make small ONNX files for tests. */
final class Proto {

    private interface Write {
        void to(CodedOutputStream out) throws IOException;
    }

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    private Proto put(Write w) {
        try {
            w.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    Proto integer(int field, long v) {
        return put(o -> o.writeUInt64(field, v));
    }

    Proto real(int field, float v) {
        return put(o -> o.writeFloat(field, v));
    }

    Proto text(int field, String v) {
        return put(o -> o.writeString(field, v));
    }

    Proto raw(int field, byte[] v) {
        return put(o -> o.writeByteArray(field, v));
    }

    Proto message(int field, Proto v) {
        return raw(field, v.toBytes());
    }

    Proto packed(int field, long... values) {
        Proto p = new Proto();
        for (long v : values) {
            p.put(o -> o.writeUInt64NoTag(v));
        }
        return raw(field, p.toBytes());
    }

    byte[] toBytes() {
        put(CodedOutputStream::flush);
        return bytes.toByteArray();
    }

    static byte[] littleEndian(float... values) {
        ByteBuffer b = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float v : values) {
            b.putFloat(v);
        }
        return b.array();
    }

    /** A TensorProto of 32-bit floats in raw_data. */
    static Proto tensor(String name, float[] values, long... dims) {
        return header(name, 1, dims).raw(9, littleEndian(values));
    }

    /** A TensorProto of 64-bit integers in int64_data. */
    static Proto longs(String name, long... values) {
        return header(name, 7, values.length).packed(7, values);
    }

    /** A TensorProto without values. */
    static Proto header(String name, int type, long... dims) {
        return new Proto().packed(1, dims).integer(2, type).text(8, name);
    }

    /** A NodeProto: inputs separated by commas, one output. */
    static Proto node(String op, String name, String inputs, String output, Proto... attributes) {
        Proto p = new Proto();
        for (String in : inputs.isEmpty() ? new String[0] : inputs.split(",")) {
            p.text(1, in);
        }
        p.text(2, output).text(3, name).text(4, op);
        for (Proto a : attributes) {
            p.message(5, a);
        }
        return p;
    }

    /** A Constant node. */
    static Proto constant(String output, Proto tensor) {
        return node("Constant", output, "", output, new Proto().text(1, "value").message(5, tensor).integer(20, 4));
    }

    /** A ModelProto around a GraphProto. */
    static byte[] model(Proto graph) {
        return new Proto().integer(1, 6).text(2, "test").message(7, graph).message(8, new Proto().integer(2, 11)).toBytes();
    }
}
