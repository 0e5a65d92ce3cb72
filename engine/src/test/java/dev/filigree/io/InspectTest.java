package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectTest {

    @TempDir
    Path folder;

    @Test
    void patternsOfZerosAreNamed() {
        int[] mixed = new Rng(3).permutation(16);
        assertEquals("", pattern((r, c) -> 1));
        assertEquals("all zero", pattern((r, c) -> 0));
        assertEquals("2:4", pattern((r, c) -> (c + mixed[r]) % 4 < 2 ? 1 : 0));
        assertEquals("1:4", pattern((r, c) -> (c + mixed[r]) % 4 == 1 ? 1 : 0));
        assertEquals("4:8", pattern((r, c) -> (c + mixed[r]) % 8 < 4 ? 1 : 0));
        assertEquals("4x1", pattern((r, c) -> r / 4 % 3 == c % 3 ? 1 : 0));
        assertEquals("1x4", pattern((r, c) -> c / 4 % 3 == r % 3 ? 1 : 0));
        assertEquals("3 zero rows", pattern((r, c) -> r == 0 || r == 5 || r == 13 ? 0 : 1));
        assertEquals("2 zero columns", pattern((r, c) -> c == 2 || c == 9 ? 0 : 1));
        assertEquals("unstructured", pattern((r, c) -> mixed[(r * 3 + c * 5 + r * c) % 16] < 9 ? 1 : 0));
        assertEquals("unstructured, 1 zero rows", pattern((r, c) -> r != 1 && mixed[(r * 3 + c * 5 + r * c) % 16] < 9 ? 1 : 0));
    }

    private String pattern(IntBinaryOperator value) {
        Floats values = Floats.allocate(256);
        for (int i = 0; i < 256; i++) {
            values.set(i, value.applyAsInt(i / 16, i % 16));
        }
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, List.of(StoredTensor.of("w", values, 16, 16)), Map.of());
        TensorReport report = Inspect.of(file).getFirst();
        long live = 0;
        for (int i = 0; i < 256; i++) {
            live += values.get(i) != 0 ? 1 : 0;
        }
        assertEquals(live, report.nonZeros());
        assertEquals(1 - live / 256.0, report.sparsity());
        assertEquals(1024, report.denseBytes());
        assertEquals(Math.min(1024, live * 4 + 32), report.sparseBytes());
        return report.pattern();
    }

    @Test
    void sparsePartsAreOneTensor() {
        Topology.Builder b = new Topology.Builder(8, 16, 32);
        for (int i = 0; i < 32; i++) {
            b.add(i / 4, i % 4 * 4 + i / 4 % 4);
        }
        Topology live = b.build();
        Path file = folder.resolve("x.safetensors");
        for (SparseFormat format : List.of(SparseFormat.BITMASK, SparseFormat.CSR)) {
            WeightWriter w = new WeightWriter(Arena.ofAuto(), Store.INT8, format)
                    .add("a.weight", Layout.CSR.pack(Arena.ofAuto(), live, Floats.allocate(32).fill(1)))
                    .add("table", Dense.of(2, 4, Floats.allocate(8).fill(1)));
            Safetensors.write(file, w.tensors(), w.metadata());
            List<TensorReport> reports = Inspect.of(file);
            assertEquals(List.of("a.weight", "table"), reports.stream().map(TensorReport::name).toList());
            long stored = w.tensors().stream().mapToLong(t -> t.data().byteSize()).sum();
            assertEquals(new TensorReport("a.weight", "[8 x 16]", "I8", format == SparseFormat.CSR ? "csr" : "bitmask", 128, 32, "1:4", 128, stored - 16),
                    reports.getFirst());
            assertEquals(new TensorReport("table", "[2 x 4]", "I8", "dense", 8, 8, "", 16, 16), reports.getLast());
        }
    }

    @Test
    void onnxEncodersAreShownUnderTheirNames() throws IOException {
        Path file = Files.write(folder.resolve("m.onnx"), TinyEncoder.onnx());
        assertEquals(EncoderNames.parameters(TinyEncoder.CONFIG).keySet(),
                new HashSet<>(Inspect.of(file).stream().map(TensorReport::name).toList()));
    }

    @Test
    void foldersAndMissingFiles() {
        ModelFolder.write(folder.resolve("m"), TinyEncoder.CONFIG, TinyEncoder.TOKENIZER, TinyEncoder.tensors(), Map.of(), Map.of());
        assertEquals(TinyEncoder.tensors().size(), Inspect.of(folder.resolve("m")).size());
        Fault.of(() -> Inspect.of(folder.resolve("absent")), "absent", "no such file or folder");
        Fault.of(() -> Inspect.of(folder), folder.toString(), "model.safetensors");
    }
}
