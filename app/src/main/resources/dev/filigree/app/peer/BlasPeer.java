import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;

/**
 * MKL or OpenBLAS as a peer in a process of its own, so that neither side's threads or caches disturb the other's
 * figures. Started from this source file by the JDK's source launcher; it knows nothing of Filigree (BlasProcess is its
 * other half, and Numbers holds the same formula for the operands).
 *
 * <pre>java BlasPeer.java LIBRARY</pre>
 *
 * LIBRARY is the file of libmkl_rt or libopenblas; the number of threads comes in the environment variables that the
 * library reads. Then one command on each line of standard input, words separated by tabs, answered by one line of
 * JSON, {"error": "..."} when it failed:
 *
 * <pre>
 * prepare KIND ...     makes operands and computes once -> {"id": n}
 *     gemm LAYOUT ROWS COLS TOKENS      weights [rows x cols] times inputs; LAYOUT says how inputs and outputs lie:
 *                                       features [cols x tokens], tokens [tokens x cols], packed (features, weights
 *                                       packed once beforehand; MKL only)
 *     bf16 ROWS COLS TOKENS             the same in 16-bit brain floats, sums in 32 bits (MKL only)
 *     gemv ROWS COLS                    one input
 *     spmm ROWS COLS TOKENS SPARSITY    unstructured weights in compressed rows (MKL only)
 *     spmv ROWS COLS SPARSITY           one input
 *     train LAYOUT ROWS COLS TOKENS     the three products of a dense training step: y, dx and dw
 * samples ID           a few of its outputs -> {"samples": [..]}
 * round ID SECONDS     calls until SECONDS have passed -> {"calls": n, "seconds": s}
 * drop                 frees all operands -> {}
 * </pre>
 */
public final class BlasPeer {

    private static final int SAMPLES = 16;
    private static final int WEIGHT = 1;
    private static final int INPUT = 2;
    private static final int MASK = 3;
    private static final int GRADIENT = 4;
    private static final int PLACE = 5;

    /** What was prepared: a call, and its sampled outputs. */
    private record Operation(Runnable call, Supplier<float[]> samples) {
    }

    private final List<Operation> operations = new ArrayList<>();
    private final Map<String, MemorySegment> made = new HashMap<>();
    private final List<MemorySegment> handles = new ArrayList<>();
    private Arena arena = Arena.ofShared();

    public static void main(String[] args) throws IOException {
        BlasPeer peer = new BlasPeer();
        try {
            Calls.load(Path.of(args[0]));
        } catch (RuntimeException | LinkageError e) {
            System.out.println(error(e));
            return;
        }
        System.out.println("{\"ready\": true}");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            System.out.println(peer.answer(line.split("\t")));
        }
    }

    private String answer(String[] words) {
        try {
            return switch (words[0]) {
                case "prepare" -> prepare(words);
                case "samples" -> samples(operations.get(Integer.parseInt(words[1])));
                case "round" -> round(operations.get(Integer.parseInt(words[1])), Double.parseDouble(words[2]));
                case "drop" -> drop();
                default -> throw new IllegalArgumentException("unknown command " + words[0]);
            };
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            return error(e);
        }
    }

    private String prepare(String[] w) {
        Operation o = switch (w[1]) {
            case "gemm" -> gemm(w[2], number(w[3]), number(w[4]), number(w[5]));
            case "bf16" -> bf16(number(w[2]), number(w[3]), number(w[4]));
            case "gemv" -> gemv(number(w[2]), number(w[3]));
            case "spmm" -> sparse(number(w[2]), number(w[3]), number(w[4]), Double.parseDouble(w[5]));
            case "spmv" -> sparse(number(w[2]), number(w[3]), 1, Double.parseDouble(w[4]));
            case "train" -> train(w[2], number(w[3]), number(w[4]), number(w[5]));
            default -> throw new IllegalArgumentException("unknown operation " + w[1]);
        };
        o.call.run();
        operations.add(o);
        return "{\"id\": " + (operations.size() - 1) + "}";
    }

    private static String samples(Operation o) {
        StringBuilder out = new StringBuilder("{\"samples\": [");
        float[] values = o.samples.get();
        for (int i = 0; i < values.length; i++) {
            out.append(i == 0 ? "" : ", ").append(Float.isFinite(values[i]) ? Float.toString(values[i]) : "null");
        }
        return out.append("]}").toString();
    }

    private static String round(Operation o, double atLeast) {
        long calls = 0;
        long start = System.nanoTime();
        double seconds;
        do {
            o.call.run();
            calls++;
            seconds = (System.nanoTime() - start) * 1e-9;
        } while (seconds < atLeast);
        return "{\"calls\": " + calls + ", \"seconds\": " + seconds + "}";
    }

    private String drop() {
        handles.forEach(h -> Calls.destroy(h.get(JAVA_LONG, 0)));
        handles.clear();
        operations.clear();
        made.clear();
        arena.close();
        arena = Arena.ofShared();
        return "{}";
    }

    private Operation gemm(String layout, int rows, int cols, int tokens) {
        long w = weights(rows, cols).address();
        MemorySegment y = floats((long) rows * tokens);
        if (layout.equals("tokens")) {
            long x = inputs(cols, tokens, true).address();
            return new Operation(() -> Calls.gemm(false, true, tokens, rows, cols, x, cols, w, cols, y.address(), rows), sampled(y, rows, tokens, true));
        }
        long x = inputs(cols, tokens, false).address();
        if (layout.equals("packed")) {
            MemorySegment p = arena.allocate(Calls.packedBytes(rows, tokens, cols), 64);
            Calls.pack(rows, tokens, cols, w, p.address());
            return new Operation(() -> Calls.packedGemm(rows, tokens, cols, p.address(), x, y.address()), sampled(y, rows, tokens, false));
        }
        return new Operation(() -> Calls.gemm(false, false, rows, tokens, cols, w, cols, x, tokens, y.address(), tokens), sampled(y, rows, tokens, false));
    }

    private Operation bf16(int rows, int cols, int tokens) {
        long w = halves(weights(rows, cols)).address();
        long x = halves(inputs(cols, tokens, false)).address();
        MemorySegment y = floats((long) rows * tokens);
        return new Operation(() -> Calls.bf16(rows, tokens, cols, w, x, y.address()), sampled(y, rows, tokens, false));
    }

    private Operation gemv(int rows, int cols) {
        long w = weights(rows, cols).address();
        long x = inputs(cols, 1, false).address();
        MemorySegment y = floats(rows);
        return new Operation(() -> Calls.gemv(rows, cols, w, x, y.address()), sampled(y, rows, 1, false));
    }

    private Operation sparse(int rows, int cols, int tokens, double sparsity) {
        int[] start = new int[rows + 1];
        for (int r = 0; r < rows; r++) {
            start[r + 1] = start[r];
            for (int c = 0; c < cols; c++) {
                start[r + 1] += live(r, c, cols, sparsity) ? 1 : 0;
            }
        }
        MemorySegment starts = arena.allocate(4L * (rows + 1), 64);
        MemorySegment.copy(start, 0, starts, JAVA_INT, 0, rows + 1);
        MemorySegment columns = arena.allocate(4L * Math.max(1, start[rows]), 64);
        MemorySegment values = floats(start[rows]);
        for (int r = 0, slot = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                if (live(r, c, cols, sparsity)) {
                    columns.setAtIndex(JAVA_INT, slot, c);
                    values.setAtIndex(JAVA_FLOAT, slot++, (float) centred(WEIGHT, (long) r * cols + c));
                }
            }
        }
        MemorySegment handle = arena.allocate(8, 8);
        Calls.compressedRows(handle, rows, cols, starts, columns, values, tokens);
        handles.add(handle);
        long matrix = handle.get(JAVA_LONG, 0);
        long x = inputs(cols, tokens, false).address();
        MemorySegment y = floats((long) rows * tokens);
        Runnable call = tokens == 1 ? () -> Calls.sparseVector(matrix, x, y.address()) : () -> Calls.sparseMatrix(matrix, x, tokens, y.address());
        return new Operation(call, sampled(y, rows, tokens, false));
    }

    private Operation train(String layout, int rows, int cols, int tokens) {
        boolean byToken = layout.equals("tokens");
        long w = weights(rows, cols).address();
        long x = inputs(cols, tokens, byToken).address();
        long dy = made.computeIfAbsent("gradient " + rows + " " + tokens + byToken, k -> table(GRADIENT, rows, tokens, byToken)).address();
        MemorySegment y = floats((long) rows * tokens);
        MemorySegment dx = floats((long) cols * tokens);
        MemorySegment dw = floats((long) rows * cols);
        Runnable call = byToken ? () -> {
            Calls.gemm(false, true, tokens, rows, cols, x, cols, w, cols, y.address(), rows);
            Calls.gemm(false, false, tokens, cols, rows, dy, rows, w, cols, dx.address(), cols);
            Calls.gemm(true, false, rows, cols, tokens, dy, rows, x, cols, dw.address(), cols);
        } : () -> {
            Calls.gemm(false, false, rows, tokens, cols, w, cols, x, tokens, y.address(), tokens);
            Calls.gemm(true, false, cols, tokens, rows, w, cols, dy, tokens, dx.address(), tokens);
            Calls.gemm(false, true, rows, cols, tokens, dy, tokens, x, tokens, dw.address(), cols);
        };
        return new Operation(call, () -> joined(sampled(y, rows, tokens, byToken).get(), sampled(dx, cols, tokens, byToken).get(),
                sampled(dw, rows, cols, false).get()));
    }

    private static float[] joined(float[]... parts) {
        float[] all = new float[parts.length * SAMPLES];
        for (int i = 0; i < parts.length; i++) {
            System.arraycopy(parts[i], 0, all, i * SAMPLES, SAMPLES);
        }
        return all;
    }

    /** Reads the sampled elements of a matrix [rows x columns], or of its transpose in memory. */
    private static Supplier<float[]> sampled(MemorySegment m, int rows, int columns, boolean transposed) {
        return () -> {
            float[] out = new float[SAMPLES];
            for (int i = 0; i < SAMPLES; i++) {
                long r = place(i, 0, rows);
                long c = place(i, 1, columns);
                out[i] = m.getAtIndex(JAVA_FLOAT, transposed ? c * rows + r : r * columns + c);
            }
            return out;
        };
    }

    private MemorySegment weights(int rows, int cols) {
        return made.computeIfAbsent("weights " + rows + " " + cols, k -> filled((long) rows * cols, i -> centred(WEIGHT, i)));
    }

    /** Inputs [features x tokens], or [tokens x features]. */
    private MemorySegment inputs(int features, int tokens, boolean byToken) {
        return made.computeIfAbsent("inputs " + features + " " + tokens + byToken, k -> table(INPUT, features, tokens, byToken));
    }

    private MemorySegment table(int stream, int features, int tokens, boolean byToken) {
        return filled((long) features * tokens, i -> centred(stream, byToken ? i : (long) i % tokens * features + i / tokens));
    }

    private MemorySegment filled(long count, IntToDoubleFunction value) {
        MemorySegment m = floats(count);
        for (int i = 0; i < count; i++) {
            m.setAtIndex(JAVA_FLOAT, i, (float) value.applyAsDouble(i));
        }
        return m;
    }

    /** Rounded to the nearest 16-bit brain float. */
    private MemorySegment halves(MemorySegment floats) {
        long count = floats.byteSize() / 4;
        MemorySegment m = arena.allocate(2 * count, 64);
        for (long i = 0; i < count; i++) {
            int bits = Float.floatToRawIntBits(floats.getAtIndex(JAVA_FLOAT, i));
            m.setAtIndex(JAVA_SHORT, i, (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16));
        }
        return m;
    }

    private MemorySegment floats(long count) {
        return arena.allocate(4 * Math.max(1, count), 64);
    }

    private static boolean live(int row, int col, int cols, double sparsity) {
        return uniform(MASK, (long) row * cols + col) >= sparsity;
    }

    /** Row (part 0) or column (part 1) of a sampled element: the first two are the corners. */
    private static int place(int sample, int part, int size) {
        return sample == 0 ? 0 : sample == 1 ? size - 1 : (int) (uniform(PLACE, 2L * sample + part) * size);
    }

    private static double centred(int stream, long index) {
        return uniform(stream, index) - 0.5;
    }

    /** Number {@code index} of a stream, in [0, 1) with 24 bits. */
    private static double uniform(int stream, long index) {
        long z = (index + 1) * 0x9E3779B97F4A7C15L + stream * 0xD1B54A32D192ED03L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return ((z ^ z >>> 31) >>> 40) * 0x1p-24;
    }

    private static int number(String word) {
        return Integer.parseInt(word);
    }

    private static String error(Throwable e) {
        String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        String text = (e.getClass().getSimpleName() + ": " + line).replaceAll("[\\p{Cntrl}]", " ").replace("\\", "\\\\").replace("\"", "\\\"");
        return "{\"error\": \"" + text + "\"}";
    }

    /** The library's functions; all matrices are row-major. The handles are constants once {@link #load} was called. */
    private static final class Calls {

        private static final int ROW_MAJOR = 101;
        private static final int AS_IT_IS = 111;
        private static final int TRANSPOSED = 112;
        private static final int SPARSE_AS_IT_IS = 10;
        private static final int PACKED = 151;
        private static final int FIRST_OPERAND = 161;
        private static final int EXPECTED_CALLS = 100_000;
        /** type, mode, diagonal; passed by value. */
        private static final StructLayout KIND = MemoryLayout.structLayout(JAVA_INT, JAVA_INT, JAVA_INT);
        private static final MemorySegment GENERAL = general();

        private static Path file;

        /** Bound when first used, after {@link #load}; what a library lacks is null and named when it is asked for. */
        private static final class Bound {
            private static final SymbolLookup LIBRARY = SymbolLookup.libraryLookup(file, Arena.global());
            private static final FunctionDescriptor OF_GEMM = FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                    JAVA_FLOAT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_FLOAT, JAVA_LONG, JAVA_INT);
            private static final MethodHandle GEMM = handle("cblas_sgemm", OF_GEMM);
            private static final MethodHandle BF16 = handle("cblas_gemm_bf16bf16f32", OF_GEMM);
            private static final MethodHandle GEMV = handle("cblas_sgemv", FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_FLOAT,
                    JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_FLOAT, JAVA_LONG, JAVA_INT));
            private static final MethodHandle PACK_SIZE = handle("cblas_sgemm_pack_get_size",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
            private static final MethodHandle PACK = handle("cblas_sgemm_pack", FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                    JAVA_INT, JAVA_FLOAT, JAVA_LONG, JAVA_INT, JAVA_LONG));
            private static final MethodHandle COMPUTE = handle("cblas_sgemm_compute", FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                    JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_FLOAT, JAVA_LONG, JAVA_INT));
            private static final MethodHandle CREATE = handle("mkl_sparse_s_create_csr", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT,
                    JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
            private static final MethodHandle HINT_MATRIX = handle("mkl_sparse_set_mm_hint", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, KIND,
                    JAVA_INT, JAVA_INT, JAVA_INT));
            private static final MethodHandle HINT_VECTOR = handle("mkl_sparse_set_mv_hint", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, KIND, JAVA_INT));
            private static final MethodHandle OPTIMIZE = handle("mkl_sparse_optimize", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
            private static final MethodHandle DESTROY = handle("mkl_sparse_destroy", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
            private static final MethodHandle SPARSE_MATRIX = handle("mkl_sparse_s_mm", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_FLOAT, JAVA_LONG, KIND,
                    JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_FLOAT, JAVA_LONG, JAVA_INT));
            private static final MethodHandle SPARSE_VECTOR = handle("mkl_sparse_s_mv", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_FLOAT, JAVA_LONG, KIND,
                    JAVA_LONG, JAVA_FLOAT, JAVA_LONG));

            private static MethodHandle handle(String name, FunctionDescriptor d) {
                return LIBRARY.find(name).map(f -> Linker.nativeLinker().downcallHandle(f, d)).orElse(null);
            }
        }

        static void load(Path library) {
            file = library;
            present(Bound.GEMM, "cblas_sgemm");
        }

        static void gemm(boolean transposeA, boolean transposeB, int m, int n, int k, long a, int lda, long b, int ldb, long c, int ldc) {
            try {
                Bound.GEMM.invokeExact(ROW_MAJOR, transposeA ? TRANSPOSED : AS_IT_IS, transposeB ? TRANSPOSED : AS_IT_IS, m, n, k, 1f, a, lda, b, ldb, 0f, c, ldc);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        static void bf16(int m, int n, int k, long a, long b, long c) {
            present(Bound.BF16, "cblas_gemm_bf16bf16f32");
            try {
                Bound.BF16.invokeExact(ROW_MAJOR, AS_IT_IS, AS_IT_IS, m, n, k, 1f, a, k, b, n, 0f, c, n);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        static void gemv(int m, int n, long a, long x, long y) {
            try {
                Bound.GEMV.invokeExact(ROW_MAJOR, AS_IT_IS, m, n, 1f, a, n, x, 1, 0f, y, 1);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        static long packedBytes(int m, int n, int k) {
            present(Bound.PACK_SIZE, "cblas_sgemm_pack_get_size");
            try {
                return (long) Bound.PACK_SIZE.invokeExact(FIRST_OPERAND, m, n, k);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        static void pack(int m, int n, int k, long a, long packed) {
            try {
                Bound.PACK.invokeExact(ROW_MAJOR, FIRST_OPERAND, AS_IT_IS, m, n, k, 1f, a, k, packed);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        static void packedGemm(int m, int n, int k, long packed, long b, long c) {
            try {
                Bound.COMPUTE.invokeExact(ROW_MAJOR, PACKED, AS_IT_IS, m, n, k, packed, k, b, n, 0f, c, n);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        static void compressedRows(MemorySegment handle, int rows, int cols, MemorySegment start, MemorySegment column, MemorySegment values, int tokens) {
            present(Bound.CREATE, "mkl_sparse_s_create_csr");
            try {
                done((int) Bound.CREATE.invokeExact(handle.address(), 0, rows, cols, start.address(), start.address() + 4, column.address(), values.address()));
                long matrix = handle.get(JAVA_LONG, 0);
                if (tokens == 1) {
                    done((int) Bound.HINT_VECTOR.invokeExact(matrix, SPARSE_AS_IT_IS, GENERAL, EXPECTED_CALLS));
                } else {
                    done((int) Bound.HINT_MATRIX.invokeExact(matrix, SPARSE_AS_IT_IS, GENERAL, ROW_MAJOR, tokens, EXPECTED_CALLS));
                }
                done((int) Bound.OPTIMIZE.invokeExact(matrix));
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        static void sparseMatrix(long matrix, long x, int tokens, long y) {
            try {
                done((int) Bound.SPARSE_MATRIX.invokeExact(SPARSE_AS_IT_IS, 1f, matrix, GENERAL, ROW_MAJOR, x, tokens, tokens, 0f, y, tokens));
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        static void sparseVector(long matrix, long x, long y) {
            try {
                done((int) Bound.SPARSE_VECTOR.invokeExact(SPARSE_AS_IT_IS, 1f, matrix, GENERAL, x, 0f, y));
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        static void destroy(long matrix) {
            try {
                done((int) Bound.DESTROY.invokeExact(matrix));
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        private static void done(int status) {
            if (status != 0) {
                throw new IllegalStateException("the library answered with status " + status);
            }
        }

        private static void present(MethodHandle handle, String function) {
            if (handle == null) {
                throw new UnsupportedOperationException("the library has no " + function);
            }
        }

        private static MemorySegment general() {
            MemorySegment kind = Arena.global().allocate(KIND);
            kind.setAtIndex(JAVA_INT, 0, 20);
            kind.setAtIndex(JAVA_INT, 1, 40);
            kind.setAtIndex(JAVA_INT, 2, 50);
            return kind;
        }
    }
}
