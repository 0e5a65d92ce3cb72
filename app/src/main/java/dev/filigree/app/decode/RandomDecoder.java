package dev.filigree.app.decode;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.io.DecoderConfig;
import dev.filigree.io.StoredDecoder;
import dev.filigree.io.StoredTensor;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Network;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder whose weights are noise, as a stored one, to be written for other engines: all matrices are the same numbers, {@code +- 2^-6 .. 2^-5}, as many as each needs, so
 * that one buffer holds them. Its vocabulary is the bytes and made-up words.
 */
final class RandomDecoder {

    private static final long MAGNITUDES = 0x3C80_0000_3C80_0000L;
    private static final long FREE = 0x807F_FFFF_807F_FFFFL;
    private static final int BYTES = 3;

    private RandomDecoder() {
    }

    /** Whoever asks closes it. */
    static StoredDecoder of(DecoderConfig config) {
        Arena arena = Arena.ofShared();
        Network shape = CausalModel.empty(config);
        Floats noise = Floats.allocate(arena, Math.multiplyExact(Math.max(config.vocab(), config.inner()), config.hidden()));
        Rng rng = new Rng(7);
        for (long i = 0; i < noise.bytes() / Long.BYTES; i++) {
            noise.segment().setAtIndex(JAVA_LONG, i, MAGNITUDES | rng.nextLong() & FREE);
        }
        Floats ones = Floats.allocate(arena, config.hidden()).fill(1f);
        List<StoredTensor> tensors = new ArrayList<>();
        shape.sites().forEach(s -> tensors.add(StoredTensor.of(s.name(), noise.slice(0, s.rows() * s.cols()), s.rows(), s.cols())));
        shape.whole().forEach(w -> tensors.add(StoredTensor.of(w.name(), noise.slice(0, w.rows() * w.cols()), w.rows(), w.cols())));
        shape.params().stream().filter(p -> tensors.stream().noneMatch(t -> t.name().equals(p.name())))
                .forEach(p -> tensors.add(StoredTensor.of(p.name(), ones.slice(0, p.forward().rows()), p.forward().rows())));
        return StoredDecoder.of("noise", config, tensors, vocabulary(config.vocab()), arena);
    }

    /** As llama2.c stores it: length of the longest piece, then for each a score, a length and the piece. */
    private static byte[] vocabulary(int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(8).array());
        for (int i = 0; i < size; i++) {
            byte[] piece = (i == 0 ? "<unk>" : i == 1 ? "<s>" : i == 2 ? "</s>" : i < 256 + BYTES ? String.format("<0x%02X>", i - BYTES) : " w" + i).getBytes(StandardCharsets.UTF_8);
            out.writeBytes(ByteBuffer.allocate(2 * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(i < 256 + BYTES ? 0 : -i).putInt(piece.length).array());
            out.writeBytes(piece);
        }
        return out.toByteArray();
    }
}
