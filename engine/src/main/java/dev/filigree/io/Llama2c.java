package dev.filigree.io;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Checkpoints of llama2.c: 32-bit floats behind seven numbers (legacy), or behind a header of 256 bytes (version 1), or bytes with a scale for
 * each group (version 2); {@code tokenizer.bin} lies beside them.
 */
public final class Llama2c {

    static final String TOKENIZER = "tokenizer.bin";

    private static final int MAGIC = 0x616b3432; // "ak42"
    private static final int HEADER = 256;
    private static final int LEGACY = 7 * Integer.BYTES;
    private static final int LONGEST_PIECE = 1 << 10;
    /** A token's score and length. */
    private static final int ENTRY = Float.BYTES + Integer.BYTES;
    private static final int BEGIN = 1;
    private static final int END = 2;
    private static final float EPS = 1e-5f;
    private static final double BASE = 10_000;

    private final String source;
    private final MemorySegment file;
    private final Arena arena;
    private final List<StoredTensor> tensors = new ArrayList<>();
    private long at;

    private Llama2c(String source, MemorySegment file, Arena arena) {
        this.source = source;
        this.file = file;
        this.arena = arena;
    }

    /** Opens a checkpoint; the tokenizer is read from the same folder. */
    public static StoredDecoder open(Path path) {
        Arena arena = Arena.ofShared();
        boolean done = false;
        try {
            Path tokenizer = path.resolveSibling(TOKENIZER);
            if (!Files.isRegularFile(tokenizer)) {
                throw Faults.unsupported(path.toString(), "is no GGUF file, and no " + TOKENIZER + " lies beside it", "expected a GGUF file, or a llama2.c checkpoint and its tokenizer");
            }
            StoredDecoder d = of(path.toString(), Safetensors.map(path, arena), tokenizer.toString(), Safetensors.map(tokenizer, arena), arena);
            done = true;
            return d;
        } finally {
            if (!done) {
                arena.close();
            }
        }
    }

    /** The same of bytes that lie in memory. */
    public static StoredDecoder of(String source, byte[] model, byte[] tokenizer) {
        Arena arena = Arena.ofShared();
        try {
            return of(source, MemorySegment.ofArray(model), source, MemorySegment.ofArray(tokenizer), arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static StoredDecoder of(String source, MemorySegment model, String tokenizerSource, MemorySegment tokenizer, Arena arena) {
        Llama2c reader = new Llama2c(source, model, arena);
        DecoderConfig config = reader.read();
        return new StoredDecoder(config, new Checkpoint(source, reader.tensors, Map.of(), arena), pieces(tokenizerSource, tokenizer, config.vocab()),
                new TokenizerFile(TOKENIZER, tokenizer.toArray(ValueLayout.JAVA_BYTE)));
    }

    private DecoderConfig read() {
        if (file.byteSize() < HEADER) { // the smallest model is longer
            throw Faults.corrupt(source, "has " + file.byteSize() + " bytes, no room for a llama2.c header");
        }
        if (integer(0) != MAGIC) {
            DecoderConfig config = config(0, integer(5 * Integer.BYTES) > 0);
            at = LEGACY;
            legacy(config);
            end();
            return config;
        }
        int version = integer(4);
        if (version != 1 && version != 2) {
            throw Faults.unsupported(source, "is a llama2.c checkpoint of version " + version, "expected a legacy one, or version 1 or 2");
        }
        int shared = file.get(ValueLayout.JAVA_BYTE, 8 + LEGACY);
        DecoderConfig config = config(8, shared != 0);
        int group = integer(8 + LEGACY + 1);
        at = HEADER;
        norms(config);
        weights(config, version == 1 ? 0 : group);
        end();
        return config;
    }

    private DecoderConfig config(long from, boolean tied) {
        int[] n = new int[7];
        for (int i = 0; i < n.length; i++) {
            n[i] = integer(from + (long) i * Integer.BYTES);
        }
        try {
            return new DecoderConfig(Math.abs(n[5]), n[6], n[0], n[1], n[2], n[3], n[4], EPS, BASE, true, tied);
        } catch (UserError e) {
            throw Faults.corrupt(source, "is no sound llama2.c checkpoint (" + e.getMessage() + ")");
        }
    }

    private int integer(long from) {
        return file.get(StoredTensor.INT, from);
    }

    private void end() {
        if (at != file.byteSize()) {
            throw Faults.corrupt(source, "has " + file.byteSize() + " bytes, and its header needs " + at);
        }
    }

    /** Tensors of one kind lie together, layer after layer; tables of rotations that nobody needs come before the head. */
    private void legacy(DecoderConfig c) {
        plain("model.embed_tokens.weight", c.vocab(), c.hidden());
        each(c, "input_layernorm", 0, c.hidden(), 1);
        each(c, "self_attn.q_proj", 0, c.hidden(), c.hidden());
        each(c, "self_attn.k_proj", 0, c.keyWidth(), c.hidden());
        each(c, "self_attn.v_proj", 0, c.keyWidth(), c.hidden());
        each(c, "self_attn.o_proj", 0, c.hidden(), c.hidden());
        each(c, "post_attention_layernorm", 0, c.hidden(), 1);
        feedForward(c, 0);
        plain("model.norm.weight", c.hidden(), 1);
        skip((long) c.context() * c.headSize() * Float.BYTES);
        if (!c.tied()) {
            plain("lm_head.weight", c.vocab(), c.hidden());
        }
    }

    private void norms(DecoderConfig c) {
        each(c, "input_layernorm", 0, c.hidden(), 1);
        each(c, "post_attention_layernorm", 0, c.hidden(), 1);
        plain("model.norm.weight", c.hidden(), 1);
    }

    private void weights(DecoderConfig c, int group) {
        one("model.embed_tokens.weight", group, c.vocab(), c.hidden());
        each(c, "self_attn.q_proj", group, c.hidden(), c.hidden());
        each(c, "self_attn.k_proj", group, c.keyWidth(), c.hidden());
        each(c, "self_attn.v_proj", group, c.keyWidth(), c.hidden());
        each(c, "self_attn.o_proj", group, c.hidden(), c.hidden());
        feedForward(c, group);
        if (!c.tied()) {
            one("lm_head.weight", group, c.vocab(), c.hidden());
        }
    }

    private void feedForward(DecoderConfig c, int group) {
        each(c, "mlp.gate_proj", group, c.inner(), c.hidden());
        each(c, "mlp.down_proj", group, c.hidden(), c.inner());
        each(c, "mlp.up_proj", group, c.inner(), c.hidden());
    }

    private void each(DecoderConfig c, String name, int group, int rows, int cols) {
        for (int i = 0; i < c.layers(); i++) {
            one("model.layers." + i + "." + name + ".weight", group, rows, cols);
        }
    }

    /** @param group values that share a scale; 0 for floats */
    private void one(String name, int group, int rows, int cols) {
        if (group == 0) {
            plain(name, rows, cols);
        } else {
            coded(name, group, rows, cols);
        }
    }

    private void plain(String name, int rows, int cols) {
        long[] shape = cols == 1 ? new long[] {rows} : new long[] {rows, cols};
        tensors.add(new StoredTensor(name, DType.F32, shape, take(name, (long) rows * cols * Float.BYTES)));
    }

    /** Signed bytes, then a 32-bit scale for each group of neighbours. */
    private void coded(String name, int group, int rows, int cols) {
        long count = (long) rows * cols;
        if (group < 1 || cols % group != 0 || count > Integer.MAX_VALUE) {
            throw Faults.corrupt(source, "has groups of " + group + " values in tensor " + Faults.quote(name) + " [" + rows + " x " + cols + "]");
        }
        MemorySegment codes = take(name, count);
        MemorySegment scales = take(name, count / group * Float.BYTES);
        Floats values = Floats.allocate(arena, (int) count);
        for (int i = 0; i < count; i++) {
            values.set(i, codes.get(ValueLayout.JAVA_BYTE, i) * scales.getAtIndex(StoredTensor.FLOAT, i / group));
        }
        tensors.add(StoredTensor.of(name, values, rows, cols));
    }

    private MemorySegment take(String name, long bytes) {
        if (bytes > file.byteSize() - at) {
            throw Faults.corrupt(source, "ends inside of tensor " + Faults.quote(name) + ": " + file.byteSize() + " bytes, and at least " + (at + bytes) + " needed");
        }
        at += bytes;
        return file.asSlice(at - bytes, bytes);
    }

    private void skip(long bytes) {
        take("rotations", bytes);
    }

    /** The tokenizer file: length of the longest token, then for each a score, a length and its bytes. */
    static Pieces pieces(String source, MemorySegment file, int vocabulary) {
        return pieces(source, file, vocabulary, BEGIN, List.of(END));
    }

    /** The same of a file that may say what begins and ends a text. */
    static Pieces pieces(String source, TokenizerFile file, int vocabulary) {
        return pieces(source, MemorySegment.ofArray(file.content()), vocabulary, file.begin() < 0 ? BEGIN : file.begin(), file.ends().isEmpty() ? List.of(END) : file.ends());
    }

    private static Pieces pieces(String source, MemorySegment file, int vocabulary, int begin, List<Integer> ends) {
        List<String> pieces = new ArrayList<>();
        if (vocabulary > file.byteSize() / ENTRY) {
            throw Faults.corrupt(source, "has " + file.byteSize() + " bytes, no room for the " + vocabulary + " tokens of the model");
        }
        float[] scores = new float[vocabulary];
        long at = Integer.BYTES;
        for (int i = 0; i < vocabulary; i++) {
            if (at + ENTRY > file.byteSize()) {
                throw Faults.corrupt(source, "holds " + i + " tokens, and the model has " + vocabulary);
            }
            scores[i] = file.get(StoredTensor.FLOAT, at);
            int length = file.get(StoredTensor.INT, at + Float.BYTES);
            at += ENTRY;
            if (length < 0 || length > LONGEST_PIECE || length > file.byteSize() - at || Float.isNaN(scores[i])) {
                throw Faults.corrupt(source, "gives token " + i + " a length of " + length + " and a score of " + scores[i]);
            }
            pieces.add(new String(file.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8));
            at += length;
        }
        return new ScoredPieces(source, pieces, scores, begin, ends);
    }
}
