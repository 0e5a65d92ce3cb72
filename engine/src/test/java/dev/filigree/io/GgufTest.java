package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.infer.Decoding;
import dev.filigree.infer.LanguageModel;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Values;
import dev.filigree.tensor.Weight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GGUF files: byte by byte, and there and back. */
class GgufTest {

    @TempDir
    Path folder;

    /** A file of version 2 with one value of each kind and two tensors, aligned to 64 bytes, as the format's description has it. */
    private static byte[] byHand() {
        ByteBuffer b = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN);
        b.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(2).putLong(2).putLong(4);
        text(b, "general.alignment").putInt(4).putInt(64);
        text(b, "name").putInt(8);
        text(b, "t\u00e9st");
        text(b, "numbers").putInt(9).putInt(5).putLong(3).putInt(-1).putInt(2).putInt(3);
        text(b, "words").putInt(9).putInt(8).putLong(2);
        text(text(b, "a"), "");
        text(b, "first").putInt(2).putLong(32).putLong(2).putInt(2).putLong(0); // Q4_0 [2 x 32]
        text(b, "second").putInt(1).putLong(3).putInt(1).putLong(64); // F16 [3]
        b.position(Math.ceilDiv(b.position(), 64) * 64);
        for (int row = 0; row < 2; row++) {
            b.putShort(Float.floatToFloat16(row == 0 ? 0.5f : -2));
            for (int j = 0; j < 16; j++) {
                b.put((byte) (j | 15 - j << 4));
            }
        }
        b.position(Math.ceilDiv(b.position(), 64) * 64);
        b.putShort(Float.floatToFloat16(1)).putShort(Float.floatToFloat16(-0.25f)).putShort(Float.floatToFloat16(65504));
        byte[] out = new byte[b.position()];
        b.get(0, out);
        return out;
    }

    private static ByteBuffer text(ByteBuffer b, String s) {
        byte[] bytes = s.getBytes(StandardCharsets.UTF_8);
        return b.putLong(bytes.length).put(bytes);
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("m.gguf"), content);
    }

    @Test
    void everyByteIsWhereItShouldBe() throws IOException {
        Path file = file(byHand());
        assertTrue(Gguf.is(file));
        assertFalse(Gguf.is(Files.write(folder.resolve("other"), new byte[3])));
        try (Checkpoint c = Gguf.read(file)) {
            StoredTensor first = c.tensor("first", 2, 32);
            assertEquals(64, first.elements());
            for (int j = 0; j < 16; j++) {
                assertEquals(0.5 * (j - 8), first.get(j), 0);
                assertEquals(0.5 * (15 - j - 8), first.get(16 + j), 0, "upper halves are the second half of a group");
                assertEquals(-2 * (j - 8), first.get(32 + j), 0);
            }
            assertEquals(-0.25, c.tensor("second", 3).get(1));
            assertEquals(65504, c.tensor("second").get(2));
        }
        try (Arena arena = Arena.ofConfined()) {
            GgufHeader h = GgufHeader.read("m", Safetensors.map(file, arena));
            assertEquals("t\u00e9st", h.text("name"));
            assertArrayEquals(new int[] {-1, 2, 3}, h.integers("numbers"));
            assertEquals(List.of("a", ""), h.texts("words"));
            Fault.of(() -> h.text("numbers"), "numbers", "a list", "a text");
            Fault.of(() -> h.real("no"), "no", "missing");
        }
        List<TensorReport> reports = Inspect.of(file);
        assertEquals("Q4_0", reports.get(0).type());
        assertEquals(36, reports.get(0).denseBytes());
        assertEquals(60, reports.get(0).nonZeros(), "four codes are the middle");
    }

    @Test
    void claimsAreChecked() throws IOException {
        byte[] good = byHand();
        broken(good, b -> b.put(0, (byte) 'X'), "GGUF");
        broken(good, b -> b.putInt(4, 1), "version 1");
        broken(good, b -> b.putLong(8, 1L << 60), "tensors");
        broken(good, b -> b.putLong(16, -1), "named values");
        broken(good, b -> b.putLong(24, 1L << 40), "text of 1099511627776 bytes");
        int alignment = 24 + 8 + 17;
        broken(good, b -> b.putInt(alignment, 99), "kind 99");
        broken(good, b -> b.putInt(alignment + 4, 48), "alignment of 48");
        int first = find(good, "first") + 5;
        broken(good, b -> b.putInt(first, 9), "first", "9 extents");
        broken(good, b -> b.putLong(first + 4, 33), "first", "[2 x 33]");
        broken(good, b -> b.putLong(first + 4, 1L << 62), "first");
        broken(good, b -> b.putInt(first + 20, 12), "first", "type 12", "Q8_0");
        broken(good, b -> b.putLong(find(good, "second") + 6 + 4 + 8 + 4, 0), "overlaps");
        broken(good, b -> b.putLong(first + 24, 8), "aligned");
        broken(good, b -> b.putLong(first + 24, 1L << 50), "first");
        broken(good, b -> b.put(find(good, "words"), (byte) 0xff), "UTF-8");
        Fault.of(() -> Gguf.read(file(Arrays.copyOf(good, 100))), "m.gguf");
        Fault.of(() -> Gguf.read(file(Arrays.copyOf(good, good.length - 1))), "second", "claims bytes");
        Fault.of(() -> Gguf.open(file(good)), "general.architecture", "missing");
    }

    private interface Change {
        void of(ByteBuffer b);
    }

    private void broken(byte[] good, Change change, String... words) throws IOException {
        byte[] bad = good.clone();
        change.of(ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN));
        Path file = Files.write(folder.resolve("m.gguf"), bad);
        Fault.of(() -> Inspect.of(file), words[0].equals("GGUF") ? "m.gguf" : words[0]);
        for (String word : words) {
            Fault.of(() -> Gguf.read(file), word);
        }
    }

    private static int find(byte[] in, String text) {
        String all = new String(in, StandardCharsets.ISO_8859_1);
        return all.indexOf(text);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aCheckpointOfFloatsComesBackBitForBit(boolean tied) {
        try (StoredDecoder stored = Llama2c.of("tiny", Llama2cTest.legacy(tied), Llama2cTest.tokenizer())) {
            new GgufWriter(stored, DType.F32).write(folder.resolve("t.gguf"));
            try (LanguageModel before = LanguageModel.of(stored, LanguageModel.Options.threads(1)); LanguageModel after = LanguageModel.open(folder.resolve("t.gguf"), 1);
                    Decoding a = before.decoding(8); Decoding b = after.decoding(8)) {
                assertEquals(before.config(), after.config());
                assertArrayEquals(before.pieces().ids("ab\u00e9"), after.pieces().ids("ab\u00e9"));
                assertArrayEquals(before.pieces().bytes(10), after.pieces().bytes(10));
                assertArrayEquals(a.next(1), b.next(1));
                assertArrayEquals(a.next(6), b.next(6));
            }
        }
    }

    /** Halves become neighbours, which only changes the order of sums; bytes of a tokenizer.json come back by way of merges. */
    @ParameterizedTest
    @CsvSource({"F32, 1e-5", "F16, 4e-3", "BF16, 4e-2", "Q8_0, 0.2", "Q4_0, 0.9"})
    void halvesAndEveryTypeSayTheSame(DType type, float tolerance) {
        TinyDecoder.write(folder.resolve("hf"), TinyDecoder.HALVES, BpePiecesTest.byteLevel());
        Path file = folder.resolve("t.gguf");
        try (StoredDecoder stored = DecoderFolder.open(folder.resolve("hf"))) {
            new GgufWriter(stored, type).write(file);
        }
        try (LanguageModel before = LanguageModel.open(folder.resolve("hf"), 1); LanguageModel after = LanguageModel.open(file, 1); Decoding a = before.decoding(8); Decoding b = after.decoding(8)) {
            for (int id : after.pieces().ids("hello h\u00e9")) {
                assertArrayEquals(a.next(id), b.next(id), tolerance);
            }
            assertEquals(before.pieces().begin(), after.pieces().begin());
            assertArrayEquals(before.pieces().ids("hello h\u00e9"), after.pieces().ids("hello h\u00e9"));
            assertTrue(after.config().neighbours());
        }
        assertEquals(type, Inspect.of(file).stream().filter(t -> t.name().equals("blk.1.ffn_down.weight")).map(t -> DType.valueOf(t.type())).findFirst().orElseThrow());
    }

    @Test
    void mergesOfSpacesBecomeScores() {
        TinyDecoder.write(folder.resolve("hf"), TinyDecoder.HALVES, BpePiecesTest.spaced());
        try (StoredDecoder stored = DecoderFolder.open(folder.resolve("hf"))) {
            new GgufWriter(stored, DType.F32).write(folder.resolve("t.gguf"));
            try (StoredDecoder back = StoredDecoder.open(folder.resolve("t.gguf"))) {
                for (String text : new String[] {"ab a\u00e9", "abab b"}) {
                    assertArrayEquals(stored.pieces().ids(text), back.pieces().ids(text));
                }
                assertEquals(1, back.pieces().begin());
                assertEquals(2, back.pieces().end());
            }
        }
    }

    @Test
    void rowsThatGroupsDoNotFillAreShortFloats() {
        try (StoredDecoder stored = Llama2c.of("tiny", Llama2cTest.legacy(false), Llama2cTest.tokenizer())) {
            assertEquals(0, new GgufWriter(stored, DType.F16).odd().size());
            GgufWriter w = new GgufWriter(stored, DType.Q8_0);
            assertEquals(2 + 2 * 7, w.odd().size());
            w.write(folder.resolve("t.gguf"));
            assertEquals("F16", Inspect.of(folder.resolve("t.gguf")).getFirst().type());
        }
    }

    /** A sparse weight has its zeros in GGUF, and stays sparse in a folder. */
    @Test
    void sparseWeights() throws IOException {
        DecoderConfig config = new DecoderConfig(12, 10, 4, 8, 2, 2, 1, 1e-5f, 10_000, true, false);
        String name = "model.layers.0.mlp.up_proj.weight";
        try (StoredDecoder stored = Llama2c.of("tiny", Llama2cTest.legacy(false), Llama2cTest.tokenizer()); Arena arena = Arena.ofConfined()) {
            WeightWriter writer = new WeightWriter(arena, Store.F32);
            for (StoredTensor t : stored.weights().tensors()) {
                long[] shape = t.shape();
                writer.add(t.name(), t.name().equals(name) ? diagonal(arena) : Dense.of((int) shape[0], shape.length > 1 ? (int) shape[1] : 1, t.toFloats(arena)));
            }
            DecoderFolder.write(folder.resolve("sparse"), config, stored.tokenizer(), writer.tensors(), writer.metadata(), Map.of());
        }
        try (StoredDecoder sparse = DecoderFolder.open(folder.resolve("sparse"))) {
            GgufWriter w = new GgufWriter(sparse, DType.F32);
            w.write(folder.resolve("s.gguf"));
            assertEquals(1, w.grown().weights());
            assertEquals(4 * 32, w.grown().after());
            assertTrue(w.grown().before() > 16);
            DecoderWriter.write(folder.resolve("again"), sparse, DType.F32);
        }
        assertEquals("bitmask", Inspect.of(folder.resolve("again")).stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow().format());
        assertEquals(4, Inspect.of(folder.resolve("s.gguf")).stream().filter(t -> t.name().equals("blk.0.ffn_up.weight")).findFirst().orElseThrow().nonZeros());
        try (LanguageModel a = LanguageModel.open(folder.resolve("sparse"), 1); LanguageModel b = LanguageModel.open(folder.resolve("s.gguf"), 1); LanguageModel c = LanguageModel.open(folder.resolve("again"), 1);
                Decoding x = a.decoding(4); Decoding y = b.decoding(4); Decoding z = c.decoding(4)) {
            float[] expected = x.next(3);
            assertArrayEquals(expected, y.next(3), 1e-4f * Math.abs(expected[0]));
            assertArrayEquals(expected, z.next(3), 1e-4f * Math.abs(expected[0]));
        }
    }

    private static Weight diagonal(Arena arena) {
        Topology.Builder live = new Topology.Builder(8, 4, 4);
        for (int i = 0; i < 4; i++) {
            live.add(2 * i, i);
        }
        return Layout.CSR.pack(arena, live.build(), Floats.of(1, 2, 3, 4));
    }

    @Test
    void groupsOfCodes() {
        try (Arena arena = Arena.ofConfined()) {
            Floats v = Floats.allocate(arena, 64);
            for (int i = 0; i < 32; i++) {
                v.set(i, i - 127 + 95);
                v.set(32 + i, 0.5f * (i % 16 - 8));
            }
            v.set(0, 127);
            StoredTensor q8 = GroupCodes.encode(arena, "w", DType.Q8_0, v, 2, 32);
            StoredTensor q4 = GroupCodes.encode(arena, "w", DType.Q4_0, v, 2, 32);
            assertEquals(1, GroupCodes.scale(q8, 0));
            assertEquals(0.5f, GroupCodes.scale(q4, 1), "the largest is -8 scales");
            Values.Int8 codes = GroupCodes.unpack(arena, q8);
            for (int i = 0; i < 32; i++) {
                assertEquals(v.get(i), q8.get(i), "whole numbers up to 127 are exact");
                assertEquals(v.get(32 + i), q4.get(32 + i));
                assertEquals((float) q8.get(32 + i), codes.get(32 + i));
            }
            assertArrayEquals(floats(q4), q4.toFloats(arena).toArray());
            assertEquals(-4, GroupCodes.unpack(arena, q4).get(32));
        }
    }

    private static float[] floats(StoredTensor t) {
        float[] out = new float[(int) t.elements()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) t.get(i);
        }
        return out;
    }
}
