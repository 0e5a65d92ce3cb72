package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import dev.filigree.base.Floats;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.infer.LanguageModel;
import dev.filigree.kernel.Activation;
import dev.filigree.model.Branch;
import dev.filigree.model.Mlp;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.CodedGroups;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import dev.filigree.train.tuning.ChangeFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Valid files, broken in random ways: whatever happens, a person sees one line or a model, never a stack trace, a hang
 * or an allocation that the size of the file does not justify.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MutationTest {

    private static final int ROUNDS = Integer.getInteger("filigree.rounds", 250);
    private static final long HEAP_PER_BYTE = 100;
    private static final long HEAP_ANYWAY = 8 << 20;

    @TempDir
    Path folder;

    @Test
    void groupsInFourBits() throws IOException {
        Topology full = Topology.full(5, 64);
        Floats values = Floats.allocate(full.count());
        for (int i = 0; i < values.length(); i++) {
            values.set(i, i % 13 - 5);
        }
        WeightWriter writer = new WeightWriter(Arena.ofAuto(), Store.INT4).add("x.weight", CodedGroups.pack(Arena.ofAuto(), full, values));
        Safetensors.write(folder.resolve("model.safetensors"), writer.tensors(), writer.metadata());
        mutate("model.safetensors", () -> {
            try (Checkpoint c = Safetensors.read(folder.resolve("model.safetensors")); Arena arena = Arena.ofConfined()) {
                new WeightReader(c, arena).weight("x.weight", 5, 64, true);
            }
        });
    }

    private interface Read {
        void read() throws IOException;
    }

    @ParameterizedTest
    @EnumSource(SparseFormat.class)
    void sparseWeights(SparseFormat format) throws IOException {
        for (Store store : Store.values()) {
            sparse(format, store);
            mutate("model.safetensors", () -> {
                try (StoredEncoder e = ModelFolder.open(folder, Optional.empty()); Arena arena = Arena.ofConfined()) {
                    WeightReader reader = new WeightReader(e.weights(), arena);
                    EncoderNames.parameters(e.config()).forEach((name, shape) -> reader.weight(name, (int) shape[0], shape.length > 1 ? (int) shape[1] : 1));
                }
            });
        }
    }

    @Test
    void changes() throws IOException {
        Network net = new Mlp(List.of(5, 4, 3), Activation.RELU);
        Map<String, List<Branch>> change = new LinkedHashMap<>();
        for (Site s : net.sites()) {
            int[] columns = {0, 2};
            change.put(s.name(), List.of(new Branch.LowRank(new Held("a", Tiled.room(2, s.cols())), new Held("b", Tiled.room(s.rows(), 2)), 2), new Branch.Columns(new Held("c", Tiled.room(s.rows(), 2)), columns, 1),
                    new Branch.Product(new Held("d", Layout.CSR.pack(Arena.ofAuto(), Topology.full(s.rows(), s.cols()), Floats.allocate(s.rows() * s.cols()))))));
        }
        ChangeFile.write(folder.resolve("change.safetensors"), change);
        mutate("change.safetensors", () -> ChangeFile.read(folder.resolve("change.safetensors"), net));
    }

    @Test
    void languageModels() throws IOException {
        Files.write(folder.resolve("model.bin"), Llama2cTest.legacy(false));
        Files.write(folder.resolve("coded.bin"), Llama2cTest.coded());
        Files.write(folder.resolve("tokenizer.bin"), Llama2cTest.tokenizer());
        mutate("model.bin", () -> Llama2c.open(folder.resolve("model.bin")).close());
        mutate("coded.bin", () -> Llama2c.open(folder.resolve("coded.bin")).close());
        mutate("tokenizer.bin", () -> {
            try (StoredDecoder d = Llama2c.open(folder.resolve("model.bin"))) {
                d.pieces().ids("a");
            }
        });
    }

    @Test
    void foldersOfLanguageModels() throws IOException {
        DecoderFolderTest.write(folder, false);
        for (String name : new String[] {"config.json", "model.safetensors"}) {
            mutate(name, () -> LanguageModel.open(folder, 1).close());
        }
    }

    @Test
    void gguf() throws IOException {
        for (byte[] tokenizer : new byte[][] {BpePiecesTest.byteLevel(), BpePiecesTest.spaced()}) {
            TinyDecoder.write(folder.resolve("hf"), TinyDecoder.HALVES, tokenizer);
            try (StoredDecoder d = DecoderFolder.open(folder.resolve("hf"))) {
                new GgufWriter(d, DType.Q8_0).write(folder.resolve("m.gguf"));
            }
            mutate("m.gguf", () -> {
                try (LanguageModel m = LanguageModel.open(folder.resolve("m.gguf"), 1)) {
                    m.pieces().opening("hello ab");
                }
            });
            mutate("m.gguf", () -> Inspect.of(folder.resolve("m.gguf")));
        }
    }

    @Test
    void bundlesOfTensorflow() throws IOException {
        Files.write(folder.resolve("variables.index"), BertBundleTest.index());
        Files.write(folder.resolve("variables.data"), BertBundleTest.data());
        Files.write(folder.resolve("vocab.txt"), BertBundleTest.WORDS);
        for (String name : new String[] {"variables.index", "variables.data", "vocab.txt"}) {
            mutate(name, () -> BertBundleTest.open(Files.readAllBytes(folder.resolve("variables.index")), Files.readAllBytes(folder.resolve("variables.data")),
                    Files.readAllBytes(folder.resolve("vocab.txt"))).close());
        }
    }

    @Test
    void tokenizersOfLanguageModels() throws IOException {
        Files.write(folder.resolve("bytes.json"), BpePiecesTest.byteLevel());
        Files.write(folder.resolve("spaces.json"), BpePiecesTest.spaced());
        for (String name : new String[] {"bytes.json", "spaces.json"}) {
            mutate(name, () -> {
                Pieces p = BpePieces.of(name, new TokenizerFile(name, Files.readAllBytes(folder.resolve(name))), 264);
                for (int id : p.opening("hello ab, \u00fcberall.")) {
                    p.bytes(id);
                }
            });
        }
    }

    @Test
    void packedWeights() throws IOException {
        Map<String, Weight> weights = PackedTest.weights();
        PackedTest.write(folder.resolve("packed.safetensors"), weights);
        mutate("packed.safetensors", () -> {
            try (Checkpoint c = Safetensors.read(folder.resolve("packed.safetensors"))) {
                if (Packed.is(c)) {
                    weights.forEach((name, w) -> Packed.read(c, name, w.rows(), w.cols()).nonZeros());
                }
            }
        });
    }

    @Test
    void inspection() throws IOException {
        sparse(SparseFormat.CSR, Store.INT8);
        mutate("model.safetensors", () -> Inspect.of(folder.resolve("model.safetensors")));
        Files.write(folder.resolve("m.onnx"), TinyEncoder.onnx());
        mutate("m.onnx", () -> Inspect.of(folder.resolve("m.onnx")));
    }

    @Test
    void onnx() throws IOException {
        Files.write(folder.resolve("m.onnx"), TinyEncoder.onnx());
        Files.write(folder.resolve("tokenizer.json"), TinyEncoder.TOKENIZER);
        mutate("m.onnx", () -> ModelFolder.open(folder.resolve("m.onnx"), Optional.of(Pooling.MEAN)).close());
    }

    @Test
    void jar() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            out.putNextEntry(new ZipEntry("m.onnx"));
            out.write(TinyEncoder.onnx());
            out.putNextEntry(new ZipEntry("m-tokenizer.json"));
            out.write(TinyEncoder.TOKENIZER);
        }
        Files.write(folder.resolve("m.jar"), bytes.toByteArray());
        mutate("m.jar", () -> ModelFolder.open(folder.resolve("m.jar"), Optional.of(Pooling.MEAN)).close());
    }

    @Test
    void jsonFilesOfAFolder() throws IOException {
        sparse(SparseFormat.BITMASK, Store.F32);
        for (String file : new String[] {"config.json", "modules.json", "1_Pooling/config.json"}) {
            mutate(file, () -> ModelFolder.open(folder, Optional.empty()).close());
        }
        Files.move(folder.resolve("model.safetensors"), folder.resolve("one.safetensors"));
        StringBuilder index = new StringBuilder("{\"weight_map\": {");
        try (Checkpoint c = Safetensors.read(folder.resolve("one.safetensors"))) {
            c.tensors().forEach(t -> index.append('"').append(t.name()).append("\": \"one.safetensors\","));
        }
        Files.writeString(folder.resolve("model.safetensors.index.json"), index.substring(0, index.length() - 1) + "}}");
        mutate("model.safetensors.index.json", () -> ModelFolder.open(folder, Optional.empty()).close());
    }

    @Test
    void tokenizer() throws IOException {
        Files.write(folder.resolve("tokenizer.json"), TinyEncoder.TOKENIZER);
        mutate("tokenizer.json", () -> {
            try (TextTokenizer t = TextTokenizer.of("tokenizer.json", Files.readAllBytes(folder.resolve("tokenizer.json")), 11, 12)) {
                t.ids("Trees grow in a rain, \u00fcberall.");
            }
        });
    }

    /** A folder with the tiny encoder, its linear weights half empty in a pattern that {@code format} can hold. */
    private void sparse(SparseFormat format, Store store) {
        try (Arena arena = Arena.ofConfined()) {
            WeightWriter writer = new WeightWriter(arena, store, format == SparseFormat.CSR ? SparseFormat.CSR : SparseFormat.BITMASK);
            TinyEncoder.parameters().forEach((name, values) -> {
                long[] shape = EncoderNames.parameters(TinyEncoder.CONFIG).get(name);
                int cols = shape.length > 1 ? (int) shape[1] : 1;
                writer.add(name, EncoderNames.isLinearWeight(name) ? halved(arena, format, values, (int) shape[0], cols)
                        : Dense.of((int) shape[0], cols, Floats.of(values)));
            });
            ModelFolder.write(folder, TinyEncoder.CONFIG, TinyEncoder.TOKENIZER, writer.tensors(), writer.metadata(), writer.config());
        }
    }

    private static Weight halved(Arena arena, SparseFormat format, float[] values, int rows, int cols) {
        Topology.Builder live = new Topology.Builder(rows, cols, values.length);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                if ((c + r / 4) % 2 == 0) {
                    live.add(r, c);
                }
            }
        }
        Topology t = live.build();
        Floats kept = Floats.allocate(t.count());
        for (int r = 0; r < rows; r++) {
            for (int j = t.start().get(r); j < t.start().get(r + 1); j++) {
                kept.set(j, values[r * cols + t.column().get(j)]);
            }
        }
        Layout layout = switch (format) {
            case BITMASK, CSR, GROUPS -> Layout.CSR; // groups do not fit the tiny model: see groupsInFourBits
            case BITMASK_24 -> Layout.nOfM(2, 4);
            case BLOCKS -> Layout.blocks(4);
        };
        return layout.pack(arena, t, kept);
    }

    private void mutate(String name, Read read) throws IOException {
        Path file = folder.resolve(name);
        byte[] valid = Files.readAllBytes(file);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try {
            read.read();
            for (int seed = 0; seed < ROUNDS; seed++) {
                byte[] broken = broken(valid, new Rng(seed).split(name));
                Files.write(file, broken);
                long before = threads.getCurrentThreadAllocatedBytes();
                try {
                    read.read();
                } catch (UserError e) {
                    Fault.requireOneLine(e.getMessage());
                } catch (Throwable e) {
                    fail(name + ", seed " + seed + ": " + e, e);
                }
                long allocated = threads.getCurrentThreadAllocatedBytes() - before;
                assertTrue(allocated < HEAP_ANYWAY + HEAP_PER_BYTE * broken.length,
                        name + ", seed " + seed + ": " + allocated + " bytes allocated for a file of " + broken.length);
            }
        } finally {
            Files.write(file, valid);
        }
    }

    /** One to three random injuries. Half of them hit the first part of the file, where headers are. */
    private static byte[] broken(byte[] valid, Rng rng) {
        byte[] b = valid.clone();
        for (int n = 1 + rng.nextInt(3); n > 0 && b.length > 0; n--) {
            int at = rng.nextInt(rng.nextInt(2) == 0 ? b.length : Math.min(b.length, 400));
            switch (rng.nextInt(8)) {
                case 0 -> b = Arrays.copyOf(b, at);
                case 1 -> b[at] ^= (byte) (1 << rng.nextInt(8));
                case 2 -> b[at] = (byte) rng.nextInt(256);
                case 3 -> number(b, at, rng.nextInt(9), new long[] {-1, Long.MAX_VALUE, Integer.MAX_VALUE, 0, 1L << 40}[rng.nextInt(5)]);
                case 4 -> b = spliced(b, at, Math.min(b.length, at + 1 + rng.nextInt(20)), new byte[0]);
                case 5 -> b = spliced(b, at, at, Arrays.copyOfRange(b, at, Math.min(b.length, at + 1 + rng.nextInt(200))));
                case 6 -> b = digits(b, at, new String[] {"99999999999999999999", "-1", "0", "2147483647", "1e999", "null", "4294967296"}[rng.nextInt(7)]);
                default -> b = spliced(b, at, at, new byte[] {(byte) rng.nextInt(256), (byte) rng.nextInt(256)});
            }
        }
        return b;
    }

    private static void number(byte[] b, int at, int bytes, long v) {
        for (int i = 0; i < bytes && at + i < b.length; i++) {
            b[at + i] = (byte) (v >>> 8 * i);
        }
    }

    /** Replaces the next run of digits by {@code text}. */
    private static byte[] digits(byte[] b, int from, String text) {
        int start = from;
        while (start < b.length && !Character.isDigit(b[start])) {
            start++;
        }
        int end = start;
        while (end < b.length && Character.isDigit(b[end])) {
            end++;
        }
        return spliced(b, start, end, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] spliced(byte[] b, int from, int to, byte[] middle) {
        byte[] out = new byte[b.length - (to - from) + middle.length];
        System.arraycopy(b, 0, out, 0, from);
        System.arraycopy(middle, 0, out, from, middle.length);
        System.arraycopy(b, to, out, from + middle.length, b.length - to);
        return out;
    }
}
