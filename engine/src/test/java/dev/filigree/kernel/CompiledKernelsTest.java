package dev.filigree.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.Shorts;
import dev.filigree.tensor.BlockCsr;
import dev.filigree.tensor.CodedBlocks;
import dev.filigree.tensor.CodedGroups;
import dev.filigree.tensor.Columns;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Matmul;
import dev.filigree.tensor.RowGroups;
import dev.filigree.tensor.SlicedEll;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the compiler says of the main kernels. Once its graph of a method is large it stops inlining, and a loop that
 * calls a method to read one number is three times slower, in some processes and not in others.
 */
class CompiledKernelsTest {

    private static final Pattern TASK = Pattern.compile("<task compile_id='\\d+' .*method='dev\\.filigree\\.kernel\\.vector\\.(\\w+) (\\w+) .*");
    private static final Pattern METHOD = Pattern.compile("<method id='(\\d+)' .*name='([^']+)'.*");
    private static final Pattern CALL = Pattern.compile("<call method='(\\d+)'.*");
    private static final Set<String> PRODUCTS = Set.of("Tiles", "PackedTiles", "SparseRows", "BlockTiles", "PositionedRows", "BitmapRows", "Quads", "RowGradients", "VectorUpdates", "VectorNorms",
            "OneToken", "Softmax", "Entropy", "Activations", "StripRows", "Depthwise", "Unfold", "DenseVectors", "ColumnVectors", "PackVectors", "LaneSums", "BlockVectors", "CodedBlockVectors",
            "SlicedVectors", "RowVectors", "TokenPairs", "GroupRows", "GroupVectors", "NibbleGroups", "NarrowBlocks", "TapTiles", "TileGradients", "StripGradients", "Bands", "ChannelLoops",
            "Fours", "VectorDenseGradients", "VectorSurvivors", "SurvivingRows", "PastVectors", "HalfPastVectors", "DocumentVectors", "SummaryEntries", "VectorPostings");

    @TempDir
    Path folder;

    static IntStream widths() {
        return IntStream.of(128, 256, 512).filter(bits -> bits <= FloatVector.SPECIES_PREFERRED.vectorBitSize());
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("widths")
    void everyReadOfANumberIsInlinedInProductLoops(int bits) throws Exception {
        Path log = folder.resolve("compiler.xml");
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED", "-Dfiligree.kernels=" + bits, "-XX:+UnlockDiagnosticVMOptions", "-XX:+LogCompilation", "-XX:LogFile=" + log, "-cp",
                System.getProperty("java.class.path"), Child.class.getName()).redirectErrorStream(true).redirectOutput(folder.resolve("out").toFile())
                .start();
        assertEquals(0, child.waitFor(), () -> read(folder.resolve("out")));
        Set<String> compiled = new TreeSet<>();
        List<String> left = callsLeft(log, compiled);
        for (String product : Set.of("Tiles.tile", "SparseRows.rows", "BlockTiles.tile", "PositionedRows.", "StripRows.rows", "Depthwise.pixels", "Unfold.copy",
                "TapTiles.tile", "TileGradients.tile", "StripGradients.columns", "TokenPairs.")) {
            assertTrue(compiled.stream().anyMatch(c -> c.startsWith(product)), () -> product + " was not compiled, but " + compiled);
        }
        assertEquals(List.of(), left);
    }

    /** Reads of numbers that the optimising compiler left as calls because the graph had grown too large. */
    private static List<String> callsLeft(Path log, Set<String> compiled) throws IOException {
        List<String> left = new ArrayList<>();
        Map<String, String> names = new HashMap<>();
        String task = null;
        String call = "";
        try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
            for (String line : (Iterable<String>) lines::iterator) {
                if (line.startsWith("<task ")) {
                    Matcher m = TASK.matcher(line);
                    task = m.matches() && PRODUCTS.contains(m.group(1)) && !line.contains(" level='") ? m.group(1) + "." + m.group(2) : null;
                    if (task != null) {
                        compiled.add(task);
                        names.clear();
                    }
                } else if (task != null && line.startsWith("<method ")) {
                    Matcher m = METHOD.matcher(line);
                    if (m.matches()) {
                        names.put(m.group(1), m.group(2));
                    }
                } else if (task != null && line.startsWith("<call ")) {
                    Matcher m = CALL.matcher(line);
                    call = m.matches() ? names.getOrDefault(m.group(1), "") : "";
                } else if (task != null && line.contains("NodeCountInliningCutoff") && call.startsWith("get")) {
                    left.add(task + " calls " + call);
                }
            }
        }
        return left;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return file + ": " + e.getMessage();
        }
    }

    /** Runs the main kernels until they are compiled, the sparse product on rows of all lengths in two column chunks. */
    static final class Child {

        private static final int ROWS = 192;
        private static final int COLS = 192;
        private static final int WIDTH = 64;

        private Child() {
        }

        public static void main(String[] args) {
            Kernels kernels = Kernels.best();
            Rng rng = new Rng(1);
            Ints start = Ints.allocate(2 * ROWS + 1);
            for (int r = 0; r < 2 * ROWS; r++) {
                start.set(r + 1, start.get(r) + rng.nextInt(40));
            }
            Shorts column = Shorts.allocate(start.get(2 * ROWS));
            for (int i = 0; i < column.length(); i++) {
                column.set(i, rng.nextInt(COLS / 2));
            }
            Floats values = Floats.allocate(column.length()).fill(1f);
            Floats x = Floats.allocate(COLS * WIDTH).fill(1f);
            Floats y = Floats.allocate(ROWS * WIDTH);
            for (int i = 0; i < 20_000; i++) {
                kernels.products().csr(start, column, values, COLS / 2, null, ROWS, COLS, x, y, WIDTH, 0, ROWS);
            }
            Ints wide = Ints.allocate(column.length());
            for (int i = 0; i < wide.length(); i++) {
                wide.set(i, column.get(i) + (i < start.get(ROWS) ? 0 : COLS / 2));
            }
            for (int i = 0; i < 12_000; i++) {
                kernels.fewTokens().product(start, column, values, COLS / 2, null, ROWS, COLS, x, y, 2, 0, ROWS);
                kernels.fewTokens().back(start, column, values, COLS / 2, ROWS, COLS, y, x, x, values, 2, 0, 0, ROWS);
                kernels.sparseGradients().csr(start, column, COLS / 2, ROWS, COLS, y, x, 1, 2, values, 0, ROWS);
                List.of(values, x).forEach(f -> f.fill(1f));
            }
            convolutions(kernels, start, wide, values);
            dealt(kernels, start, wide, values);
            vectors(kernels, rng);
            postings(kernels, column);
            for (int i = 0; i < 3; i++) {
                SelfTest.of(kernels);
            }
        }

        /** Lists of documents below {@link #COLS}, and the scores that they add up to. */
        private static void postings(Kernels kernels, Shorts documents) {
            Shorts weights = Shorts.allocate(documents.length());
            Floats scores = Floats.allocate(COLS);
            for (int i = 0; i < 12_000; i++) {
                kernels.postings().accumulate(documents, weights, 0, documents.length(), 1, scores);
                kernels.postings().count(scores, 0, COLS, kernels.postings().next(scores, 0, COLS, 1));
            }
        }

        /** One token times every layout. */
        private static void vectors(Kernels kernels, Rng rng) {
            Topology.Builder b = new Topology.Builder(ROWS, COLS, ROWS * COLS / 2);
            for (int r = 0; r < ROWS; r += 16) {
                for (int c = 0; c < COLS; c++) {
                    for (int i = r; i < r + 16 && rng.nextInt(2) == 0; i++) {
                        b.add(i, c);
                    }
                }
            }
            Topology live = b.build();
            Floats values = Floats.allocate(live.count()).fill(1f);
            Arena arena = Arena.ofAuto();
            Topology full = Topology.full(ROWS, COLS);
            Floats ones = Floats.allocate(full.count()).fill(1f);
            List<Weight> weights = new ArrayList<>(List.of(Layout.TILED.pack(arena, live, values), Layout.CSR.pack(arena, live, values),
                    Layout.BITMAP.pack(arena, live, values), SlicedEll.pack(arena, live, values)));
            for (Coded.Type type : Coded.Type.values()) {
                weights.add(Columns.pack(arena, weights.getFirst(), type, COLS));
                weights.add(Columns.pack(arena, weights.getFirst(), type, COLS, Columns.SPARSE));
            }
            for (int height : new int[] {4, 8, 16}) {
                BlockCsr blocks = (BlockCsr) Layout.blocks(height).pack(arena, full, ones);
                weights.add(blocks);
                weights.add(CodedBlocks.pack(arena, blocks, Coded.Type.BF16, 0));
                weights.add(CodedBlocks.pack(arena, blocks, Coded.Type.INT8, 0));
            }
            for (int size : RowGroups.SIZES) {
                weights.add(Layout.groups(size).pack(arena, full, ones));
            }
            CodedGroups nibbles = CodedGroups.pack(arena, full, ones);
            weights.add(nibbles);
            Floats x = Floats.allocate(COLS).fill(1f);
            Floats y = Floats.allocate(ROWS);
            Floats panel = Floats.allocate(COLS * 16).fill(1f);
            Floats out = Floats.allocate(ROWS * 16);
            Compute compute = new Compute(kernels, Parallel.single());
            for (int i = 0; i < 12_000; i++) {
                for (Weight w : weights) {
                    Matmul.apply(compute, w, null, Activation.NONE, x, y, 1, 1);
                }
                if (i % 4 == 0) {
                    Matmul.apply(compute, nibbles, null, Activation.NONE, panel, out, 1, 16);
                }
            }
        }

        /** Images that are dealt to lanes: rows of eight and of seven pixels under a window of three. */
        private static void dealt(Kernels kernels, Ints start, Ints column, Floats values) {
            int rows = 16;
            for (int size : new int[] {8, 7}) {
                Planes in = Planes.dealt(Planes.UNIT, COLS / 3, size, size);
                Taps taps = Taps.of(new Window(1, 3, 1, 1, 0, 1), in, in.to(rows, size, size));
                Floats x = Floats.allocate(in.length()).fill(1f);
                Floats y = Floats.allocate(taps.out().length());
                Floats dense = Floats.allocate(rows * COLS).fill(1f);
                Floats scratch = Floats.allocate(Convolutions.scratch(taps, COLS));
                int count = taps.strips(Planes.STRIP, true)[1];
                Convolutions k = kernels.convolutions();
                for (int i = 0; i < 400; i++) {
                    k.csr(taps, start, column, values, COLS, null, false, x, y, 0, 0, count, 0, rows, scratch);
                    k.csrGradient(taps, start, column, COLS, y, x, values, 0, 1, 0, 1, 0, rows, scratch);
                    k.tiled(taps, dense, null, x, y, 0, 0, count, 0, rows / Kernels.TILE_ROWS, scratch);
                    k.tiledGradient(taps, y, x, dense, 0, 1, 0, rows / Kernels.TILE_ROWS, scratch);
                    values.fill(1f);
                    dense.fill(1f);
                }
            }
        }

        /** Strips of seven, six and four vectors: 192 inputs in two column chunks, and 64 inputs with a window of 3. */
        private static void convolutions(Kernels kernels, Ints start, Ints column, Floats values) {
            for (int size : new int[] {7, 14}) {
                for (Window window : List.of(Window.PIXEL, new Window(1, 3, 1, 1, 0, 1))) {
                    Planes in = Planes.of(1, COLS / window.taps(), size, size);
                    Taps taps = Taps.of(window, in, in.to(ROWS, size, size));
                    Floats x = Floats.allocate(in.length()).fill(1f);
                    Floats y = Floats.allocate(taps.out().length());
                    Floats scratch = Floats.allocate(Convolutions.scratch(taps, COLS));
                    int chunk = window.plain() ? COLS / 2 : COLS;
                    int[] cuts = taps.out().strips(Planes.STRIP, true);
                    for (int i = 0; i < 4_000; i++) {
                        for (int s = 0; s < cuts.length - 1; s++) {
                            kernels.convolutions().csr(taps, start, column, values, chunk, null, false, x, y, 0, cuts[s], cuts[s + 1] - cuts[s], 0, ROWS, scratch);
                        }
                    }
                }
            }
        }
    }
}
