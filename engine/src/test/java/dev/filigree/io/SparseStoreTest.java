package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Rng;
import dev.filigree.base.Shorts;
import dev.filigree.tensor.BlockCsr;
import dev.filigree.tensor.CodedGroups;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Values;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SparseStoreTest {

    private static final String NAME = "encoder.layer.0.output.dense.weight";

    @TempDir
    Path folder;

    static Stream<Arguments> layouts() {
        Map<String, Layout> layouts = new LinkedHashMap<>();
        layouts.put("csr", Layout.CSR);
        layouts.put("bitmap", Layout.BITMAP);
        layouts.put("2:4", Layout.nOfM(2, 4));
        layouts.put("1:4", Layout.nOfM(1, 4));
        layouts.put("3:8", Layout.nOfM(3, 8));
        layouts.put("4x1", Layout.blocks(4));
        layouts.put("16x1", Layout.blocks(16));
        layouts.put("1x8", Layout.groups(8));
        return layouts.entrySet().stream().flatMap(e -> Stream.of(Store.values())
                .flatMap(store -> Stream.of(SparseFormat.BITMASK, SparseFormat.CSR).map(format -> Arguments.of(e.getKey(), e.getValue(), store, format))));
    }

    @ParameterizedTest(name = "{0} as {2} {3}")
    @MethodSource("layouts")
    void aWeightComesBackInItsLayoutWithItsPositionsAndValues(String name, Layout layout, Store store, SparseFormat unstructured) {
        for (int rows : new int[] {1, 7, 16, 17, 33}) {
            for (int cols : new int[] {8, 16, 136}) {
                Topology live = pattern(name, rows, cols, new Rng(rows * 1000L + cols));
                Weight w = layout.pack(Arena.ofAuto(), live, random(live.count(), rows));
                Weight back = roundTrip(w, store, unstructured);
                String shape = rows + " x " + cols;
                assertEquals(w.layout(), back.layout(), shape);
                Topology t = Topology.of(back);
                assertArrayEquals(live.start().toArray(), t.start().toArray(), shape);
                assertArrayEquals(live.column().toArray(), t.column().toArray(), shape);
                requireClose(w, back, store, live, shape);
            }
        }
    }

    @Test
    void groupsInFourBitsComeBackAsTheyWereRounded() {
        Topology live = Topology.full(7, 48);
        Floats values = random(live.count(), 4);
        Weight rounded = CodedGroups.pack(Arena.ofAuto(), live, values);
        for (Weight w : List.of(rounded, Layout.groups(16).pack(Arena.ofAuto(), live, values))) {
            Weight back = roundTrip(w, Store.INT4, SparseFormat.BITMASK);
            assertEquals("1x16 int4", back.layout());
            assertArrayEquals(Layout.canonical(rounded, live).toArray(), Layout.canonical(back, live).toArray());
        }
    }

    private static void requireClose(Weight w, Weight back, Store store, Topology live, String shape) {
        Floats a = Layout.canonical(w, live);
        Floats b = Layout.canonical(back, live);
        for (int r = 0; r < live.rows(); r++) {
            float largest = 0;
            for (int j = live.start().get(r); j < live.start().get(r + 1); j++) {
                largest = Math.max(largest, Math.abs(a.get(j)));
            }
            for (int j = live.start().get(r); j < live.start().get(r + 1); j++) {
                double allowed = switch (store) {
                    case F32 -> 0;
                    case BF16 -> Math.abs(a.get(j)) / 256;
                    case INT8, INT4 -> largest / 254 * 1.0001;
                };
                assertEquals(a.get(j), b.get(j), allowed, shape + ", row " + r);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Store.class)
    void tablesStayInTheirStoredType(Store store) {
        Floats values = random(5 * 12, 3);
        Weight back = roundTrip("embeddings.word_embeddings.weight", Dense.of(5, 12, values), store, SparseFormat.BITMASK);
        Values held = ((Dense) back).values();
        assertEquals(switch (store) {
            case F32 -> Values.F32.class;
            case BF16 -> Values.Bf16.class;
            case INT8, INT4 -> Values.Int8.class;
        }, held.getClass());
        for (int i = 0; i < values.length(); i++) {
            assertEquals(values.get(i), held.get(i), store == Store.F32 ? 0 : 0.01, "element " + i);
        }
    }

    @Test
    void vectorsAreAlwaysExactAndLinearWeightsTiled() {
        Floats values = random(12, 3);
        Weight bias = roundTrip("encoder.layer.0.output.dense.bias", Dense.of(12, 1, values), Store.INT8, SparseFormat.BITMASK);
        assertArrayEquals(values.toArray(), ((Dense) bias).floats().toArray());
        Weight tiled = roundTrip(NAME, Dense.of(4, 3, values), Store.F32, SparseFormat.BITMASK);
        assertEquals("Tiled", tiled.getClass().getSimpleName());
        tiled.forEach((r, c, slot, v) -> assertEquals(values.get(r * 3 + c), v));
    }

    @Test
    void zerosInRowsOfZerosSurviveBytes() {
        Weight back = roundTrip("embeddings.word_embeddings.weight", Dense.of(2, 2, Floats.of(0, 0, 1, -1)), Store.INT8, SparseFormat.BITMASK);
        back.forEach((r, c, slot, v) -> assertEquals(r == 0 ? 0 : 1 - 2 * c, v));
    }

    @Test
    void bitmaskIsLaidOutAsCompressedTensorsReadsIt() {
        Topology live = topology(2, 10, new int[][] {{0, 3, 9}, {1}});
        WeightWriter w = new WeightWriter(Arena.ofAuto(), Store.F32).add(NAME, Layout.CSR.pack(Arena.ofAuto(), live, Floats.of(1, 2, 3, 4)));
        Map<String, StoredTensor> parts = new LinkedHashMap<>();
        w.tensors().forEach(t -> parts.put(t.name(), t));
        assertEquals(List.of("encoder.layer.0.output.dense.shape", "encoder.layer.0.output.dense.compressed", "encoder.layer.0.output.dense.bitmask",
                "encoder.layer.0.output.dense.row_offsets"), List.copyOf(parts.keySet()));
        assertNumbers(parts.get("encoder.layer.0.output.dense.shape"), DType.I64, "[2]", 2, 10);
        assertNumbers(parts.get("encoder.layer.0.output.dense.compressed"), DType.F32, "[4]", 1, 2, 3, 4);
        assertNumbers(parts.get("encoder.layer.0.output.dense.bitmask"), DType.U8, "[2 x 2]", 0b1001, 0b10, 0b10, 0);
        assertNumbers(parts.get("encoder.layer.0.output.dense.row_offsets"), DType.I64, "[2]", 0, 3);
        assertEquals("{quantization_config={quant_method=compressed-tensors, sparsity_config={format=sparse-bitmask, global_sparsity=80.0, "
                + "sparsity_structure=unstructured}}}", w.config().toString());
    }

    @Test
    void twoOfFourIsLaidOutAsCompressedTensorsReadsIt() {
        Topology live = topology(1, 8, new int[][] {{0, 3, 5, 6}});
        WeightWriter w = new WeightWriter(Arena.ofAuto(), Store.BF16).add(NAME, Layout.nOfM(2, 4).pack(Arena.ofAuto(), live, Floats.of(1, 2, 3, 4)));
        assertEquals(3, w.tensors().size());
        assertNumbers(w.tensors().get(0), DType.I64, "[2 x 1]", 1, 8);
        assertNumbers(w.tensors().get(1), DType.BF16, "[1 x 4]", 1, 2, 3, 4);
        assertNumbers(w.tensors().get(2), DType.U8, "[1 x 1]", 0b1101001);
    }

    private static void assertNumbers(StoredTensor t, DType type, String shape, double... values) {
        assertEquals(type, t.type());
        assertEquals(shape, t.shapeText());
        for (int i = 0; i < values.length; i++) {
            assertEquals(values[i], t.get(i), t.name() + " element " + i);
        }
        assertEquals(values.length, t.elements());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.8, 0.9})
    void bitmaskFilesStayWithinFifteenPerCentOfTheirContent(double sparsity) {
        Rng rng = new Rng(5);
        Topology.Builder b = new Topology.Builder(384, 384, 1000);
        for (int i = 0; i < 384 * 384; i++) {
            if (rng.nextDouble() >= sparsity) {
                b.add(i / 384, i % 384);
            }
        }
        Topology live = b.build();
        Weight weight = Layout.CSR.pack(Arena.ofAuto(), live, random(live.count(), 1));
        for (Store store : Store.values()) {
            WeightWriter w = new WeightWriter(Arena.ofAuto(), store).add(NAME, weight);
            Path file = folder.resolve(store + ".safetensors");
            Safetensors.write(file, w.tensors(), w.metadata());
            double content = live.count() * (double) store.bytes() + 384 * 384 / 8.0;
            assertTrue(file.toFile().length() <= 1.15 * content, store + " at " + sparsity + ": " + file.toFile().length() + " for " + content);
        }
    }

    @Test
    void partNamesThatKeepWeightAreRead() {
        Topology live = topology(2, 10, new int[][] {{0, 3, 9}, {1}});
        WeightWriter w = new WeightWriter(Arena.ofAuto(), Store.F32).add(NAME, Layout.CSR.pack(Arena.ofAuto(), live, Floats.of(1, 2, 3, 4)));
        Weight back = read(w.tensors().stream().map(t -> t.renamed(t.name().replace(".dense.", ".dense.weight."))).toList(), Map.of(), 2, 10);
        assertEquals(4, back.nonZeros());
    }

    @Test
    void loadingNeverTakesSpaceForZeros() {
        int rows = 30_000;
        int cols = 65_000; // dense: 7.8 GB
        Ints start = Ints.allocate(rows / 4 + 1);
        start.set(rows / 4, 1);
        Weight w = new BlockCsr(rows, cols, 4, start, Shorts.of(cols - 1), Floats.of(1, 2, 3, 4));
        WeightWriter writer = new WeightWriter(Arena.ofAuto(), Store.F32).add(NAME, w);
        Weight back = read(writer.tensors(), writer.metadata(), rows, cols);
        assertEquals(4, back.nonZeros());
        assertTrue(back.bytes() < 40_000, () -> back.bytes() + " bytes");
    }

    @Test
    void lyingBitmasksAreOneLine() {
        List<StoredTensor> good = parts(SparseFormat.BITMASK, Store.F32);
        refused(good, "bitmask", t -> bytes(t, (byte) 0xff), "more positions than there are values");
        refused(good, "bitmask", t -> bytes(t, (byte) 0), "marks 0 positions");
        refused(good, "bitmask", t -> new StoredTensor(t.name(), DType.U8, new long[] {1, t.elements()}, t.data()), "expected U8 [4 x 2]");
        refused(good, "bitmask", t -> new StoredTensor(t.name(), DType.I8, t.shape(), t.data()), "expected U8");
        refused(good, "row_offsets", t -> longs(t, 0, 3, 5, 7), "the bitmask says");
        refused(good, "shape", t -> longs(t, 4, 11), "does not say [4 x 10]");
        refused(good, "shape", t -> longs(t, -4, 10), "does not say [4 x 10]");
        refused(good, "compressed", t -> floats(t, Float.NaN), "NaN");
        refused(good, "compressed", t -> floats(t, Float.NEGATIVE_INFINITY), "Infinity");
        refused(good, "shape", t -> null, "is missing");
        refused(good, "bitmask", t -> null, "is missing");
    }

    @Test
    void aBitBeyondTheLastColumnIsOneLine() {
        Topology live = topology(1, 10, new int[][] {{9}});
        List<StoredTensor> good = new WeightWriter(Arena.ofAuto(), Store.F32).add(NAME, Layout.CSR.pack(Arena.ofAuto(), live, Floats.of(1))).tensors();
        List<StoredTensor> bad = good.stream().map(t -> t.name().endsWith("bitmask") ? bytes(t, (byte) 0, (byte) 4) : t).toList();
        Fault.of(() -> read(bad, Map.of(), 1, 10), "bad.safetensors", "column 10", "0..9");
    }

    @Test
    void lyingCompressedRowsAreOneLine() {
        List<StoredTensor> good = parts(SparseFormat.CSR, Store.F32);
        refused(good, "csr_offsets", t -> ints(t, 0, 2, 1, 6, 8), "must ascend");
        refused(good, "csr_offsets", t -> ints(t, 0, 2, 4, 6, 9), "do not span");
        refused(good, "csr_offsets", t -> ints(t, 1, 2, 4, 6, 8), "do not span");
        refused(good, "csr_offsets", t -> ints(t, 0, Integer.MAX_VALUE, 4, 6, 8), "must ascend");
        refused(good, "csr_columns", t -> shorts(t, 3, 1, 0, 1, 0, 1, 0, 1), "out of order");
        refused(good, "csr_columns", t -> shorts(t, 1, 1, 0, 1, 0, 1, 0, 1), "out of order");
        refused(good, "csr_columns", t -> shorts(t, 0, 10, 0, 1, 0, 1, 0, 1), "outside 0..9");
        refused(good, "csr_columns", t -> new StoredTensor(t.name(), DType.U16, new long[] {7}, t.data().asSlice(0, 14)), "expected U16 [8]");
    }

    @Test
    void lyingBlocksAreOneLine() {
        List<StoredTensor> good = parts(SparseFormat.BLOCKS, Store.F32);
        refused(good, "block_offsets", t -> ints(t, 0, 3), "do not span");
        refused(good, "block_columns", t -> shorts(t, 1, 0), "out of order");
        refused(good, "block_columns", t -> shorts(t, 0, 65535), "outside 0..9");
        refused(good, "block_values", t -> new StoredTensor(t.name(), DType.F32, new long[] {8, 1}, t.data()), "block_offsets");
        refused(good, "block_values", t -> new StoredTensor(t.name(), DType.F32, new long[] {1, 8}, t.data()), "U16 [1]");
        refused(good, "block_values", t -> new StoredTensor(t.name(), DType.F32, new long[] {8}, t.data()), "blocks of a height");
    }

    @Test
    void bytesNeedFiniteScales() {
        List<StoredTensor> good = parts(SparseFormat.BITMASK, Store.INT8);
        refused(good, "weight_scale", t -> null, "weight_scale");
        refused(good, "weight_scale", t -> floats(t, Float.NaN), "NaN");
        refused(good, "weight_scale", t -> new StoredTensor(t.name(), DType.F32, new long[] {4}, t.data()), "expected [4 x 1]");
    }

    @Test
    void formatsFromTheFutureAreOneLine() {
        List<StoredTensor> good = parts(SparseFormat.CSR, Store.F32);
        Fault.of(() -> read(good, Map.of("filigree.csr", "2"), 4, 10), "newer Filigree");
        Fault.of(() -> read(good, Map.of("filigree.layout." + NAME, "9:4"), 4, 10), "N:M");
        Fault.of(() -> read(good, Map.of("filigree.layout." + NAME, "2:4"), 4, 10), "multiple of 4");
        Fault.of(() -> read(good, Map.of("filigree.layout." + NAME, "1x8"), 4, 10), "groups of 8");
        Fault.of(() -> read(good, Map.of("filigree.layout." + NAME, "1x5"), 4, 10), "N:M");
    }

    /** Parts of a [4 x 10] matrix with two values in each row, columns 0 and 1. */
    private static List<StoredTensor> parts(SparseFormat format, Store store) {
        Topology live = topology(4, 10, new int[][] {{0, 1}, {0, 1}, {0, 1}, {0, 1}});
        Layout layout = format == SparseFormat.BLOCKS ? Layout.blocks(4) : Layout.CSR;
        SparseFormat unstructured = format == SparseFormat.CSR ? SparseFormat.CSR : SparseFormat.BITMASK;
        return new WeightWriter(Arena.ofAuto(), store, unstructured).add(NAME, layout.pack(Arena.ofAuto(), live, random(8, 2))).tensors();
    }

    private void refused(List<StoredTensor> good, String part, UnaryOperator<StoredTensor> change, String expected) {
        List<StoredTensor> bad = new ArrayList<>();
        for (StoredTensor t : good) {
            StoredTensor changed = t.name().endsWith("." + part) ? change.apply(t) : t;
            if (changed != null) {
                bad.add(changed);
            }
        }
        assertTrue(!bad.equals(good), part);
        Fault.of(() -> read(bad, Map.of(), 4, 10), "bad.safetensors", expected);
    }

    private static StoredTensor bytes(StoredTensor t, byte... pattern) {
        MemorySegment data = Arena.ofAuto().allocate(t.data().byteSize());
        for (int i = 0; i < data.byteSize(); i++) {
            data.set(ValueLayout.JAVA_BYTE, i, pattern[i % pattern.length]);
        }
        return new StoredTensor(t.name(), t.type(), t.shape(), data);
    }

    private static StoredTensor floats(StoredTensor t, float v) {
        return StoredTensor.of(t.name(), Floats.allocate((int) t.elements()).fill(v), t.shape());
    }

    private static StoredTensor longs(StoredTensor t, long... values) {
        return new StoredTensor(t.name(), t.type(), t.shape(), Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, values));
    }

    private static StoredTensor ints(StoredTensor t, int... values) {
        return new StoredTensor(t.name(), t.type(), t.shape(), Arena.ofAuto().allocateFrom(ValueLayout.JAVA_INT, values));
    }

    private static StoredTensor shorts(StoredTensor t, int... values) {
        MemorySegment data = Arena.ofAuto().allocate(2L * values.length);
        for (int i = 0; i < values.length; i++) {
            data.setAtIndex(StoredTensor.SHORT, i, (short) values[i]);
        }
        return new StoredTensor(t.name(), t.type(), t.shape(), data);
    }

    private Weight roundTrip(Weight w, Store store, SparseFormat unstructured) {
        return roundTrip(NAME, w, store, unstructured);
    }

    private Weight roundTrip(String name, Weight w, Store store, SparseFormat unstructured) {
        WeightWriter writer = new WeightWriter(Arena.ofAuto(), store, unstructured).add(name, w);
        return read(name, writer.tensors(), writer.metadata(), w.rows(), w.cols());
    }

    private Weight read(List<StoredTensor> tensors, Map<String, String> metadata, int rows, int cols) {
        return read(NAME, tensors, metadata, rows, cols);
    }

    private Weight read(String name, List<StoredTensor> tensors, Map<String, String> metadata, int rows, int cols) {
        Path file = folder.resolve("bad.safetensors");
        Safetensors.write(file, tensors, metadata);
        try (Checkpoint c = Safetensors.read(file)) {
            return new WeightReader(c, Arena.ofAuto()).weight(name, rows, cols);
        }
    }

    /** Random live positions that the layout called {@code name} can hold. */
    private static Topology pattern(String name, int rows, int cols, Rng rng) {
        Topology.Builder b = new Topology.Builder(rows, cols, rows * cols);
        if (name.contains(":")) {
            int n = name.charAt(0) - '0';
            int m = name.charAt(2) - '0';
            for (int r = 0; r < rows; r++) {
                for (int g = 0; g < cols / m; g++) {
                    int[] places = rng.permutation(m);
                    for (int i = 0; i < n; i++) {
                        b.add(r, g * m + places[i]);
                    }
                }
            }
        } else {
            int height = name.endsWith("x1") ? Integer.parseInt(name.substring(0, name.length() - 2)) : 1;
            int width = name.startsWith("1x") ? Integer.parseInt(name.substring(2)) : 1;
            for (int top = 0; top < rows; top += height) {
                for (int left = 0; left < cols; left += width) {
                    boolean live = rng.nextInt(4) == 0;
                    for (int r = top; live && r < Math.min(rows, top + height); r++) {
                        for (int c = left; c < left + width; c++) {
                            b.add(r, c);
                        }
                    }
                }
            }
        }
        return b.build();
    }

    private static Topology topology(int rows, int cols, int[][] columns) {
        Topology.Builder b = new Topology.Builder(rows, cols, 16);
        for (int r = 0; r < rows; r++) {
            for (int c : columns[r]) {
                b.add(r, c);
            }
        }
        return b.build();
    }

    private static Floats random(int count, long seed) {
        Rng rng = new Rng(seed);
        Floats out = Floats.allocate(count);
        for (int i = 0; i < count; i++) {
            out.set(i, rng.nextFloat() - 0.5f);
        }
        return out;
    }
}
