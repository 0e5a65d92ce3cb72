package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Pooling;
import dev.filigree.base.UserError;
import dev.filigree.infer.MaskedLanguageModel;
import dev.filigree.infer.MaskedLoss;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A tiny BERT in TensorFlow's files, written here by the format's description. */
class BertBundleTest {

    static final byte[] WORDS = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##c\n".getBytes(StandardCharsets.UTF_8);
    private static final int HIDDEN = 4;

    private static Map<String, int[]> shapes() {
        Map<String, int[]> shapes = new TreeMap<>();
        String bert = "module/bert/";
        shapes.put(bert + "embeddings/word_embeddings", new int[] {8, HIDDEN});
        shapes.put(bert + "embeddings/position_embeddings", new int[] {16, HIDDEN});
        shapes.put(bert + "embeddings/token_type_embeddings", new int[] {2, HIDDEN});
        norm(shapes, bert + "embeddings/");
        String layer = bert + "encoder/layer_0/";
        for (String part : List.of("attention/self/query", "attention/self/key", "attention/self/value", "attention/output/dense")) {
            dense(shapes, layer + part, HIDDEN, HIDDEN);
        }
        norm(shapes, layer + "attention/output/");
        dense(shapes, layer + "intermediate/dense", HIDDEN, 6);
        dense(shapes, layer + "output/dense", 6, HIDDEN);
        norm(shapes, layer + "output/");
        dense(shapes, "module/cls/predictions/transform/dense", HIDDEN, HIDDEN);
        norm(shapes, "module/cls/predictions/transform/");
        shapes.put("module/cls/predictions/output_bias", new int[] {8});
        return shapes;
    }

    private static void dense(Map<String, int[]> shapes, String name, int in, int out) {
        shapes.put(name + "/kernel", new int[] {in, out});
        shapes.put(name + "/bias", new int[] {out});
    }

    private static void norm(Map<String, int[]> shapes, String name) {
        shapes.put(name + "LayerNorm/gamma", new int[] {HIDDEN});
        shapes.put(name + "LayerNorm/beta", new int[] {HIDDEN});
    }

    /** Number i of all is {@code sin i / 2}. */
    static byte[] data() {
        int count = shapes().values().stream().mapToInt(s -> Arrays.stream(s).reduce(1, (a, b) -> a * b)).sum();
        ByteBuffer out = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            out.putFloat((float) Math.sin(i) / 2);
        }
        return out.array();
    }

    static byte[] index() {
        byte[] data = data();
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        put(block, "", "", new byte[] {8, 1});
        String before = "";
        int at = 0;
        for (Map.Entry<String, int[]> e : shapes().entrySet()) {
            int size = 4 * Arrays.stream(e.getValue()).reduce(1, (a, b) -> a * b);
            put(block, before, e.getKey(), entry(e.getValue(), at, size, TensorflowBundle.masked(MemorySegment.ofArray(data).asSlice(at, size))));
            before = e.getKey();
            at += size;
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        byte[] first = close(file, block);
        byte[] meta = close(file, new ByteArrayOutputStream());
        ByteArrayOutputStream places = new ByteArrayOutputStream();
        put(places, "", "z", first);
        byte[] index = close(file, places);
        byte[] footer = Arrays.copyOf(concat(meta, index), 40);
        file.writeBytes(footer);
        file.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0xdb4775248b80fb57L).array());
        return file.toByteArray();
    }

    /** Ends a block; where it lies. */
    private static byte[] close(ByteArrayOutputStream file, ByteArrayOutputStream block) {
        block.writeBytes(new byte[] {0, 0, 0, 0, 1, 0, 0, 0}); // one beginning
        int from = file.size();
        byte[] bytes = concat(block.toByteArray(), new byte[] {0});
        file.writeBytes(bytes);
        file.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(TensorflowBundle.masked(MemorySegment.ofArray(bytes))).array());
        ByteArrayOutputStream handle = new ByteArrayOutputStream();
        varint(handle, from);
        varint(handle, bytes.length - 1);
        return handle.toByteArray();
    }

    private static byte[] entry(int[] shape, int offset, int size, int checksum) {
        ByteArrayOutputStream dims = new ByteArrayOutputStream();
        for (int extent : shape) {
            ByteArrayOutputStream dim = new ByteArrayOutputStream();
            varint(dim, 8);
            varint(dim, extent);
            varint(dims, 2 << 3 | 2);
            varint(dims, dim.size());
            dims.writeBytes(dim.toByteArray());
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {8, 1});
        varint(out, 2 << 3 | 2);
        varint(out, dims.size());
        out.writeBytes(dims.toByteArray());
        varint(out, 4 << 3);
        varint(out, offset);
        varint(out, 5 << 3);
        varint(out, size);
        varint(out, 6 << 3 | 5);
        out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(checksum).array());
        return out.toByteArray();
    }

    private static void put(ByteArrayOutputStream block, String before, String key, byte[] value) {
        int shared = 0;
        while (shared < Math.min(before.length(), key.length()) && before.charAt(shared) == key.charAt(shared)) {
            shared++;
        }
        varint(block, shared);
        varint(block, key.length() - shared);
        varint(block, value.length);
        block.writeBytes(key.substring(shared).getBytes(StandardCharsets.UTF_8));
        block.writeBytes(value);
    }

    private static void varint(ByteArrayOutputStream out, long v) {
        for (; v > 127; v >>>= 7) {
            out.write((int) (v & 127 | 128));
        }
        out.write((int) v);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }

    /** Closes the arena where it fails, as {@link BertBundle#open} does. */
    static StoredEncoder open(byte[] index, byte[] data, byte[] words) {
        Arena arena = Arena.ofShared();
        try {
            return BertBundle.of("tiny", index, arena.allocate(Math.max(1, data.length), 64).asSlice(0, data.length).copyFrom(MemorySegment.ofArray(data)), words, arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    @Test
    void namesShapesAndNumbersAreThere() {
        try (StoredEncoder e = open(index(), data(), WORDS)) {
            assertEquals(new EncoderConfig(HIDDEN, 1, 1, 6, 8, 16, 2, 1e-12f, Pooling.MEAN, false), e.config());
            StoredTensor up = e.weights().tensor("encoder.layer.0.intermediate.dense.weight", 6, HIDDEN);
            int first = 0;
            for (Map.Entry<String, int[]> s : shapes().entrySet()) {
                if (s.getKey().endsWith("intermediate/dense/kernel")) {
                    break;
                }
                first += Arrays.stream(s.getValue()).reduce(1, (a, b) -> a * b);
            }
            assertEquals((float) Math.sin(first + 1 * 6 + 2) / 2, up.get(2 * HIDDEN + 1), "[in 1, out 2] is [out 2, in 1]");
            e.weights().tensor("cls.predictions.bias", 8);
            e.weights().tensor("cls.predictions.transform.LayerNorm.weight", HIDDEN);
            e.weights().tensor("embeddings.LayerNorm.bias", HIDDEN);
        }
    }

    @Test
    void whatIsDamagedIsSaid() {
        byte[] data = data();
        data[40] ^= 1;
        assertTrue(assertThrows(UserError.class, () -> open(index(), data, WORDS)).getMessage().contains("checksum"));
        assertThrows(UserError.class, () -> open(index(), Arrays.copyOf(data(), 100), WORDS));
        assertThrows(UserError.class, () -> open(index(), data(), "[PAD]\n".getBytes(StandardCharsets.UTF_8)));
        assertThrows(UserError.class, () -> open(new byte[10], data(), WORDS));
    }

    /** Of one hidden token the loss is what the scores at its place say; the same seed hides the same. */
    @Test
    void theLossIsThatOfTheHiddenTokens() {
        try (StoredEncoder e = open(index(), data(), WORDS); MaskedLanguageModel m = new MaskedLanguageModel(e, 2)) {
            assertArrayEquals(new int[] {2, 5, 4, 6, 7, 3}, m.ids("a [MASK] bc"));
            assertEquals(1, m.guesses("a [MASK] b").length);
            assertThrows(UserError.class, () -> m.guesses("a b"));
            List<int[]> texts = List.of(m.ids("a b a bc a"), m.ids("b"), m.ids(""));
            List<MaskedLoss.Outcome> each = m.judge().each(texts, 0.5, 3, n -> { });
            MaskedLoss.Outcome o = MaskedLoss.Outcome.of(each);
            assertEquals(List.of(6, 1), each.stream().map(MaskedLoss.Outcome::tokens).toList(), "the empty one is left out");
            assertEquals(7, o.tokens());
            assertEquals(4, o.hidden(), "half of six, and one at least");
            assertEquals(each, m.judge().each(texts, 0.5, 3, n -> { }));
            assertTrue(o.found() >= 0 && o.found() <= 1, o.toString());
            assertTrue(o.loss() > 0 && o.loss() < 20, o.toString());
            assertThrows(UserError.class, () -> m.judge().each(List.of(m.ids("")), 0.5, 3, n -> { }));
            assertThrows(UserError.class, () -> m.judge().each(texts, 0, 3, n -> { }));
        }
    }
}
