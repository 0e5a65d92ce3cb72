package dev.filigree.io;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Named values, and places of tensors, as GGUF writes them. */
final class GgufValues {

    private static final int VERSION = 3;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int count;

    /** What stands before everything else. */
    static byte[] start(int tensors, int values) {
        return little(24).putInt(GgufHeader.MAGIC).putInt(VERSION).putLong(tensors).putLong(values).array();
    }

    int count() {
        return count;
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    GgufValues text(String name, String value) {
        named(name, GgufHeader.STRING);
        text(value);
        return this;
    }

    GgufValues integer(String name, int value) {
        named(name, GgufHeader.U32);
        out.writeBytes(little(4).putInt(value).array());
        return this;
    }

    GgufValues real(String name, float value) {
        named(name, GgufHeader.F32);
        out.writeBytes(little(4).putFloat(value).array());
        return this;
    }

    GgufValues flag(String name, boolean value) {
        named(name, GgufHeader.BOOL);
        out.write(value ? 1 : 0);
        return this;
    }

    GgufValues texts(String name, List<String> values) {
        list(name, GgufHeader.STRING, values.size());
        values.forEach(this::text);
        return this;
    }

    GgufValues reals(String name, float[] values) {
        list(name, GgufHeader.F32, values.length);
        for (float v : values) {
            out.writeBytes(little(4).putFloat(v).array());
        }
        return this;
    }

    GgufValues integers(String name, int[] values) {
        list(name, GgufHeader.I32, values.length);
        for (int v : values) {
            out.writeBytes(little(4).putInt(v).array());
        }
        return this;
    }

    /** @param shape outermost first; it is written the other way round */
    void tensor(String name, long[] shape, int type, long offset) {
        text(name);
        ByteBuffer b = little(4 + 8 * shape.length + 4 + 8).putInt(shape.length);
        for (int i = shape.length - 1; i >= 0; i--) {
            b.putLong(shape[i]);
        }
        out.writeBytes(b.putInt(type).putLong(offset).array());
    }

    private void list(String name, int kind, int size) {
        named(name, GgufHeader.ARRAY);
        out.writeBytes(little(12).putInt(kind).putLong(size).array());
    }

    private void named(String name, int kind) {
        count++;
        text(name);
        out.writeBytes(little(4).putInt(kind).array());
    }

    private void text(String value) {
        byte[] b = value.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(little(8).putLong(b.length).array());
        out.writeBytes(b);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
