package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints and tokenizers of llama2.c. */
public class Llama2cTest {

    private static final List<String> PIECES = List.of("<unk>", "\n<s>\n", "\n</s>\n", "<0xC3>", "<0xA9>", " ", "a", "b", "ab", " a", " ab", "<0x62>");
    private static final float[] SCORES = {0, 0, 0, 0, 0, -9, -9, -9, -1, -2, -3, 0};

    @TempDir
    Path folder;

    /** A tokenizer of twelve tokens. */
    public static byte[] tokenizer() {
        ByteBuffer out = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN).putInt(8);
        for (int i = 0; i < PIECES.size(); i++) {
            byte[] b = PIECES.get(i).getBytes(StandardCharsets.UTF_8);
            out.putFloat(SCORES[i]).putInt(b.length).put(b);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    /** A legacy checkpoint whose i-th number is i: 12 tokens, 4 features in 2 heads that share a key, 8 inside, 2 layers. */
    public static byte[] legacy(boolean tied) {
        int numbers = 12 * 4 + 2 * (4 + 16 + 8 + 8 + 16 + 4 + 3 * 32) + 4 + 10 * 2 + (tied ? 0 : 48);
        ByteBuffer out = ByteBuffer.allocate(28 + 4 * numbers).order(ByteOrder.LITTLE_ENDIAN);
        for (int n : new int[] {4, 8, 2, 2, 1, tied ? 12 : -12, 10}) {
            out.putInt(n);
        }
        for (int i = 0; i < numbers; i++) {
            out.putFloat(i);
        }
        return out.array();
    }

    private Path write(byte[] model) throws IOException {
        Files.write(folder.resolve("tokenizer.bin"), tokenizer());
        return Files.write(folder.resolve("model.bin"), model);
    }

    private static float[] values(StoredDecoder d, String name) {
        try (Arena arena = Arena.ofConfined()) {
            return d.weights().tensor(name).toFloats(arena).toArray();
        }
    }

    @Test
    void tensorsLieInTheOrderOfTheFormat() throws IOException {
        try (StoredDecoder d = Llama2c.open(write(legacy(false)))) {
            assertEquals(new DecoderConfig(12, 10, 4, 8, 2, 2, 1, 1e-5f, 10_000, true, false), d.config());
            assertEquals(0, values(d, "model.embed_tokens.weight")[0]);
            assertEquals(48 + 4, values(d, "model.layers.1.input_layernorm.weight")[0]);
            assertEquals(48 + 8 + 16, values(d, "model.layers.1.self_attn.q_proj.weight")[0]);
            assertEquals(48 + 8 + 32, values(d, "model.layers.0.self_attn.k_proj.weight")[0]);
            int feedForward = 48 + 8 + 32 + 16 + 16 + 32 + 8;
            assertEquals(feedForward, values(d, "model.layers.0.mlp.gate_proj.weight")[0]);
            assertEquals(feedForward + 64, values(d, "model.layers.0.mlp.down_proj.weight")[0]);
            assertEquals(feedForward + 128 + 32, values(d, "model.layers.1.mlp.up_proj.weight")[0]);
            assertEquals(feedForward + 192, values(d, "model.norm.weight")[0]);
            assertEquals(feedForward + 192 + 4 + 20, values(d, "lm_head.weight")[0], "behind the rotations");
        }
    }

    /** Version 2: norms first, then bytes of which four share a scale. */
    static byte[] coded() {
        int norms = 4 * (2 * 4 + 2 * 4 + 4);
        int codes = 48 + 2 * (16 + 8 + 8 + 16 + 3 * 32);
        ByteBuffer out = ByteBuffer.allocate(256 + norms + codes + codes).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0x616b3432).putInt(2);
        for (int n : new int[] {4, 8, 2, 2, 1, 12, 10}) {
            out.putInt(n);
        }
        out.put((byte) 1).putInt(4).position(256);
        for (int i = 0; i < norms / 4; i++) {
            out.putFloat(1);
        }
        for (int count : new int[] {48, 16, 16, 8, 8, 8, 8, 16, 16, 32, 32, 32, 32, 32, 32}) {
            for (int i = 0; i < count; i++) {
                out.put((byte) (i - 20));
            }
            for (int i = 0; i < count / 4; i++) {
                out.putFloat(0.5f * (i + 1));
            }
        }
        return out.array();
    }

    @Test
    void bytesAreMultipliedByTheScaleOfTheirGroup() throws IOException {
        try (StoredDecoder d = Llama2c.open(write(coded()))) {
            float[] v = values(d, "model.layers.1.self_attn.q_proj.weight");
            for (int i = 0; i < 16; i++) {
                assertEquals((i - 20) * 0.5f * (i / 4 + 1), v[i]);
            }
        }
    }

    @Test
    void theBestPairIsJoinedFirstAndCharactersWithoutATokenBecomeBytes() throws IOException {
        try (StoredDecoder d = Llama2c.open(write(legacy(true)))) {
            Pieces p = d.pieces();
            assertArrayEquals(new int[] {10}, p.ids("ab"), "ab (-1) before the space with a (-2), then the space with ab");
            assertArrayEquals(new int[] {9, 8}, p.ids("aab"), "the space with a, then ab");
            assertArrayEquals(new int[] {9, 3, 4, 7}, p.ids("a\u00e9b"));
            assertArrayEquals(new int[0], p.ids(""));
            assertEquals(" ab", new String(p.bytes(10), StandardCharsets.UTF_8));
            assertEquals("ab", new String(p.firstBytes(10), StandardCharsets.UTF_8), "the space that was put before the text");
            assertArrayEquals(new byte[] {(byte) 0xc3}, p.bytes(3));
            assertTrue(assertThrows(UserError.class, () -> p.ids("z")).getMessage().contains("prompt"));
        }
    }

    @Test
    void faultsAreOneLine() throws IOException {
        byte[] model = legacy(true);
        Path file = write(Arrays.copyOf(model, model.length - 3));
        fault(file, "model.bin");
        model[0] = 3; // features that two heads do not divide
        fault(write(model), "llama2.c");
        byte[] more = Arrays.copyOf(legacy(true), 4000);
        fault(write(more), "bytes");
        write(legacy(true));
        Files.write(folder.resolve("tokenizer.bin"), Arrays.copyOf(tokenizer(), 40));
        fault(folder.resolve("model.bin"), "tokenizer.bin");
        Files.delete(folder.resolve("tokenizer.bin"));
        fault(folder.resolve("model.bin"), "model.bin: is no GGUF file, and no tokenizer.bin");
    }

    @Test
    void whatIsNamedGgufIsReadAsGguf() throws IOException {
        Path file = Files.write(folder.resolve("m.gguf"), new byte[0]);
        String message = assertThrows(UserError.class, () -> StoredDecoder.open(file)).getMessage();
        assertTrue(message.contains("m.gguf") && message.contains("GGUF file") && message.lines().count() == 1, message);
    }

    private static void fault(Path file, String part) {
        String message = assertThrows(UserError.class, () -> Llama2c.open(file)).getMessage();
        assertTrue(message.contains(part) && message.lines().count() == 1, message);
    }
}
