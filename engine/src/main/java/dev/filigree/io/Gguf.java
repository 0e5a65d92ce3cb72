package dev.filigree.io;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Language models in GGUF, the format of ggml: one file with configuration, vocabulary and memory-mapped tensors. */
public final class Gguf {

    private Gguf() {
    }

    /** Whether a file begins as one. */
    public static boolean is(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] head = in.readNBytes(Integer.BYTES);
            return head.length == Integer.BYTES && ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt() == GgufHeader.MAGIC;
        } catch (IOException e) {
            return false; // whoever opens it says what is wrong
        }
    }

    /** The tensors as they are stored, under their own names. */
    static Checkpoint read(Path file) {
        return map(file, (header, arena) -> new Checkpoint(header.source(), header.tensors(), Map.of(), arena));
    }

    /** Opens a language model. */
    public static StoredDecoder open(Path file) {
        return map(file, (header, arena) -> {
            GgufModel model = new GgufModel(header);
            List<StoredTensor> tensors = new ArrayList<>();
            header.tensors().forEach(t -> tensors.addAll(GgufNames.ours(model.config(), t)));
            TokenizerFile tokenizer = GgufTokenizer.read(header, model.config().vocab());
            return new StoredDecoder(model.config(), new Checkpoint(header.source(), tensors, Map.of(), arena), DecoderFolder.pieces(header.source(), tokenizer, model.config().vocab()), tokenizer);
        });
    }

    private static <T> T map(Path file, BiFunction<GgufHeader, Arena, T> use) {
        Arena arena = Arena.ofShared();
        boolean done = false;
        try {
            T result = use.apply(GgufHeader.read(file.toString(), Safetensors.map(file, arena)), arena);
            done = true;
            return result;
        } finally {
            if (!done) {
                arena.close();
            }
        }
    }
}
