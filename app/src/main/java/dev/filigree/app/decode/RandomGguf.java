package dev.filigree.app.decode;

import dev.filigree.base.Rng;
import dev.filigree.io.DecoderConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A GGUF file (version 3, the format of llama.cpp) of a decoder whose weights are noise, for measuring others: it is written from end to end, without
 * ever being in memory. Its vocabulary is the bytes and made-up words.
 */
final class RandomGguf {

    /** How weights are stored; vectors are 32-bit floats. */
    enum Type {
        /** 16-bit floats. */
        F16(1, 1, 2),
        /** 32 bytes behind a 16-bit scale. */
        Q8_0(8, 32, 34);

        private final int code;
        private final int group;
        private final int bytes;

        Type(int code, int group, int bytes) {
            this.code = code;
            this.group = group;
            this.bytes = bytes;
        }
    }

    private static final int F32 = 0;
    private static final int ALIGNMENT = 32;
    private static final int BUFFER = 16 << 20;
    /** 2^-12 and, for 16-bit weights, a magnitude of 2^-6 .. 2^-5 with any sign and fraction. */
    private static final short SCALE = 0x0C00;
    private static final long MAGNITUDES = 0x2400_2400_2400_2400L;
    private static final long FREE = 0x83FF_83FF_83FF_83FFL;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int NORMAL = 1;
    private static final int BYTE = 6;

    /** A tensor [rows x cols]; a vector has one row. */
    private record Tensor(String name, int rows, int cols) {
    }

    private final DecoderConfig config;
    private final Type type;
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private final Rng rng = new Rng(7);
    private FileChannel file;
    private long written;

    private RandomGguf(DecoderConfig config, Type type) {
        this.config = config;
        this.type = type;
    }

    static void write(Path path, DecoderConfig config, Type type) throws IOException {
        RandomGguf g = new RandomGguf(config, type);
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            g.file = file;
            g.all();
            g.flush();
        }
    }

    private void all() throws IOException {
        List<Tensor> tensors = tensors();
        out.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(3).putLong(tensors.size()).putLong(16);
        text("general.architecture", "llama");
        number("llama.context_length", config.context());
        number("llama.embedding_length", config.hidden());
        number("llama.block_count", config.layers());
        number("llama.feed_forward_length", config.inner());
        number("llama.attention.head_count", config.heads());
        number("llama.attention.head_count_kv", config.keyHeads());
        number("llama.rope.dimension_count", config.headSize());
        key("llama.attention.layer_norm_rms_epsilon", 6).putFloat(config.eps());
        key("llama.rope.freq_base", 6).putFloat((float) config.base());
        text("tokenizer.ggml.model", "llama");
        vocabulary();
        number("tokenizer.ggml.bos_token_id", 1);
        number("tokenizer.ggml.eos_token_id", 2);
        long offset = 0;
        for (Tensor t : tensors) {
            string(t.name);
            out.putInt(t.rows == 1 ? 1 : 2).putLong(t.cols);
            if (t.rows > 1) {
                out.putLong(t.rows);
            }
            out.putInt(t.rows == 1 ? F32 : type.code).putLong(offset);
            offset += padded(bytes(t));
        }
        align();
        for (Tensor t : tensors) {
            noise(t);
            align();
        }
    }

    private List<Tensor> tensors() {
        List<Tensor> all = new ArrayList<>();
        int hidden = config.hidden();
        all.add(new Tensor("token_embd.weight", config.vocab(), hidden));
        for (int i = 0; i < config.layers(); i++) {
            String b = "blk." + i + ".";
            all.add(new Tensor(b + "attn_norm.weight", 1, hidden));
            all.add(new Tensor(b + "attn_q.weight", hidden, hidden));
            all.add(new Tensor(b + "attn_k.weight", config.keyWidth(), hidden));
            all.add(new Tensor(b + "attn_v.weight", config.keyWidth(), hidden));
            all.add(new Tensor(b + "attn_output.weight", hidden, hidden));
            all.add(new Tensor(b + "ffn_norm.weight", 1, hidden));
            all.add(new Tensor(b + "ffn_gate.weight", config.inner(), hidden));
            all.add(new Tensor(b + "ffn_up.weight", config.inner(), hidden));
            all.add(new Tensor(b + "ffn_down.weight", hidden, config.inner()));
        }
        all.add(new Tensor("output_norm.weight", 1, hidden));
        all.add(new Tensor("output.weight", config.vocab(), hidden));
        return all;
    }

    private void vocabulary() throws IOException {
        int n = config.vocab();
        array("tokenizer.ggml.tokens", 8, n);
        for (int i = 0; i < n; i++) {
            string(i == 0 ? "<unk>" : i == 1 ? "<s>" : i == 2 ? "</s>" : i < 259 ? String.format("<0x%02X>", i - 3) : "\u2581w" + i);
        }
        array("tokenizer.ggml.scores", 6, n);
        for (int i = 0; i < n; i++) {
            room();
            out.putFloat(i < 259 ? 0 : -i);
        }
        array("tokenizer.ggml.token_type", 5, n);
        for (int i = 0; i < n; i++) {
            room();
            out.putInt(i == 0 ? UNKNOWN : i < 3 ? CONTROL : i < 259 ? BYTE : NORMAL);
        }
    }

    private void noise(Tensor t) throws IOException {
        if (t.rows == 1) {
            for (int i = 0; i < t.cols; i++) {
                room();
                out.putFloat(1f);
            }
            return;
        }
        long groups = (long) t.rows * t.cols / type.group;
        for (long g = 0; g < (type == Type.F16 ? groups / 4 : groups); g++) {
            room();
            if (type == Type.F16) {
                out.putLong(MAGNITUDES | rng.nextLong() & FREE);
            } else {
                out.putShort(SCALE).putLong(rng.nextLong()).putLong(rng.nextLong()).putLong(rng.nextLong()).putLong(rng.nextLong());
            }
        }
    }

    private long bytes(Tensor t) {
        long count = (long) t.rows * t.cols;
        return t.rows == 1 ? Float.BYTES * count : count / type.group * type.bytes;
    }

    private static long padded(long bytes) {
        return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }

    private void text(String key, String value) throws IOException {
        key(key, 8);
        string(value);
    }

    private void number(String key, int value) throws IOException {
        key(key, 4).putInt(value);
    }

    private void array(String key, int element, int count) throws IOException {
        key(key, 9).putInt(element).putLong(count);
    }

    private ByteBuffer key(String key, int kind) throws IOException {
        string(key);
        return out.putInt(kind);
    }

    private void string(String s) throws IOException {
        room();
        byte[] b = s.getBytes(StandardCharsets.UTF_8);
        out.putLong(b.length).put(b);
    }

    private void align() throws IOException {
        room();
        while ((written + out.position()) % ALIGNMENT != 0) {
            out.put((byte) 0);
        }
    }

    /** Room for whatever is put at once. */
    private void room() throws IOException {
        if (out.remaining() < 1 << 10) {
            flush();
        }
    }

    private void flush() throws IOException {
        out.flip();
        written += out.limit();
        while (out.hasRemaining()) {
            file.write(out);
        }
        out.clear();
    }
}
