package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.infer.Decoding;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Precision;
import dev.filigree.kernel.Coded;
import dev.filigree.tensor.CodedBlocks;
import dev.filigree.tensor.CodedGroups;
import dev.filigree.tensor.Columns;
import dev.filigree.tensor.BlockCsr;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Values;
import dev.filigree.tensor.Weight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights in the layout that runs them come back out of a mapped file as they were, and a model made of them says the same. */
class PackedTest {

    @TempDir
    Path folder;

    /** One of each layout, 24 x 10 but for groups, by name. */
    static Map<String, Weight> weights() {
        Arena arena = Arena.ofAuto();
        int rows = 24;
        int cols = 10;
        Floats values = Floats.allocate(rows * cols);
        IntStream.range(0, values.length()).forEach(i -> values.set(i, (i * 37 % 101 - 50) / 16f));
        Topology full = Topology.full(rows, cols);
        BlockCsr blocks = BlockCsr.pack(arena, full, values, 8);
        Weight dense = Dense.of(rows, cols, values);
        MemorySegment bytes = arena.allocate(rows * cols * 2L, 64);
        Map<String, Weight> all = new LinkedHashMap<>();
        all.put("tiled", Tiled.pack(arena, dense));
        all.put("blocks", blocks);
        all.put("csr", Layout.csr(4).pack(arena, full, values));
        for (Coded.Type type : Coded.Type.values()) {
            all.put("columns." + type.label(), Columns.pack(arena, dense, type, 4, 128));
        }
        all.put("coded.bf16", CodedBlocks.pack(arena, blocks, Coded.Type.BF16, 0));
        all.put("coded.int8", CodedBlocks.pack(arena, blocks, Coded.Type.INT8, 8));
        Topology groups = Topology.full(24, 32);
        all.put("groups.int4", CodedGroups.pack(arena, groups, Floats.allocate(groups.count()).fill(0.75f)));
        all.put("table", dense);
        all.put("table.bf16", new Dense(rows, cols, new Values.Bf16(bytes.fill((byte) 7), rows * cols)));
        all.put("table.int8", new Dense(rows, cols, new Values.Int8(bytes.asSlice(0, rows * cols), Floats.allocate(rows).fill(0.5f), cols, rows * cols)));
        return all;
    }

    static void write(Path file, Map<String, Weight> weights) {
        Map<String, String> metadata = new LinkedHashMap<>();
        List<StoredTensor> tensors = new ArrayList<>();
        weights.forEach((name, w) -> tensors.addAll(Packed.tensors(name, w, metadata)));
        Safetensors.write(file, tensors, metadata);
    }

    @Test
    void everyLayoutComesBack() {
        Map<String, Weight> weights = weights();
        write(folder.resolve("w.safetensors"), weights);
        try (Checkpoint c = Safetensors.read(folder.resolve("w.safetensors"))) {
            assertTrue(Packed.is(c));
            weights.forEach((name, w) -> {
                Weight back = Packed.read(c, name, w.rows(), w.cols());
                assertEquals(w.layout(), back.layout());
                assertEquals(w.bytes(), back.bytes());
                assertEquals(entries(w), entries(back), name);
                assertThrows(UserError.class, () -> Packed.read(c, name, w.rows() * 8, w.cols() + 700), name);
            });
            Fault.of(() -> Packed.read(c, "nothing", 2, 3), "w.safetensors", "nothing", "layout");
        }
    }

    @Test
    void aLookShowsWeightsAndNotTheirParts() {
        write(folder.resolve("w.safetensors"), weights());
        List<TensorReport> reports = Inspect.of(folder.resolve("w.safetensors"));
        assertEquals(List.copyOf(weights().keySet()), reports.stream().map(TensorReport::name).toList());
        for (TensorReport r : reports) {
            Weight w = weights().get(r.name());
            assertEquals("[" + w.rows() + " x " + w.cols() + "]", r.shape());
            assertEquals(w.positions(), r.elements());
            assertTrue(r.nonZeros() > 0 && r.format().startsWith("packed"), r.toString());
            assertEquals(w.bytes(), r.sparseBytes(), r.name());
        }
    }

    private static List<String> entries(Weight w) {
        List<String> all = new ArrayList<>();
        w.forEach((r, c, slot, v) -> all.add(r + " " + c + " " + v));
        return all;
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aPackedModelSaysTheSame(Precision precision) throws IOException {
        Path model = Files.write(folder.resolve("model.bin"), Llama2cTest.legacy(precision == Precision.BF16));
        Files.write(folder.resolve("tokenizer.bin"), Llama2cTest.tokenizer());
        Path packed = folder.resolve("packed");
        LanguageModel.pack(model, packed, precision);
        try (LanguageModel before = LanguageModel.open(model, LanguageModel.Options.threads(1).in(precision)); LanguageModel after = LanguageModel.open(packed, 2);
                Decoding a = before.decoding(8); Decoding b = after.decoding(8)) {
            assertEquals(before.layouts(), after.layouts());
            assertEquals(before.bytes(), after.bytes());
            assertArrayEquals(a.next(1), b.next(1));
            assertArrayEquals(a.scores(3, 4, 2)[2], b.scores(3, 4, 2)[2]);
        }
        LanguageModel.open(packed, LanguageModel.Options.threads(1).in(precision)).close();
        Precision other = precision == Precision.INT8 ? Precision.FP32 : Precision.INT8;
        Fault.of(() -> LanguageModel.open(packed, LanguageModel.Options.threads(1).in(other)), "--weights", precision.label(), other.label());
    }
}
