package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.app.kernels.Contestant.Turn;
import dev.filigree.app.peer.KernelPeer;
import dev.filigree.app.peer.NativeLibrary;
import dev.filigree.app.peer.PeerFailure;
import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Value;
import dev.filigree.tensor.CodedGroups;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Matmul;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** Gathers the contestants of one case, a weight [rows x cols] times some tokens, on every number of threads. */
final class Entrants {

    /** Begins the name of a limit; the name of the contestant that it holds for follows. */
    static final String LIMIT = "reading the bytes of ";

    private static final double BF16_TOLERANCE = 2e-2;
    private static final double CODED_TOLERANCE = 2e-2;

    private final Lab lab;
    private final Arena arena;
    private final int rows;
    private final int cols;
    private final int tokens;
    private final List<Contestant> all = new ArrayList<>();
    private final Map<String, String> absent = new LinkedHashMap<>();

    Entrants(Lab lab, Arena arena, int rows, int cols, int tokens) {
        this.lab = lab;
        this.arena = arena;
        this.rows = rows;
        this.cols = cols;
        this.tokens = tokens;
    }

    List<Contestant> all() {
        return all;
    }

    /** Why contestants are missing, by name. */
    Map<String, String> absent() {
        return absent;
    }

    Lab lab() {
        return lab;
    }

    Arena arena() {
        return arena;
    }

    /** The weight that {@code mask} leaves, in a layout, times the inputs. */
    Entrants ours(String name, double sparsity, Mask mask, Layout layout) {
        return ours(name, sparsity, mask, mask.weight(arena, rows, cols, layout));
    }

    /** The same, and a read of the weight's bytes beside it. */
    Entrants oursAndLimit(String name, double sparsity, Mask mask, Layout layout) {
        Weight w = mask.weight(arena, rows, cols, layout);
        return ours(name, sparsity, mask, w).limit(name, sparsity, w.bytes());
    }

    /** The dense weight times inputs of which half, at random, are zero: columns whose input is zero need not be read. */
    Entrants oursOnHalfOfInputs(String name, Layout layout) {
        IntPredicate drawn = c -> Numbers.uniform(Numbers.MASK, c) >= 0.5;
        Weight w = Mask.unstructured(0).weight(arena, rows, cols, layout);
        return ours(name, 0, (r, c, cols) -> drawn.test(c), w, drawn);
    }

    private Entrants ours(String name, double sparsity, Mask mask, Weight w) {
        return ours(name, sparsity, mask, w, c -> true);
    }

    /** @param input whether the input of a column is not zero */
    private Entrants ours(String name, double sparsity, Mask mask, Weight w, IntPredicate input) {
        int width = Kernels.widthFor(tokens);
        Value x = new Value(Floats.allocate(arena, Value.length(cols, tokens, width)), cols, tokens, width);
        for (int t = 0; t < tokens; t++) {
            for (int c = 0; c < cols; c++) {
                x.data().set(x.at(t, c), input.test(c) ? Numbers.input(t, c, cols) : 0);
            }
        }
        Value y = new Value(Floats.allocate(arena, Value.length(rows, tokens, width)), rows, tokens, width);
        // few bits are far from the numbers that were rounded: what they say is what is to be computed
        double[] expected = w instanceof CodedGroups ? product(w, x) : mask.product(rows, cols, tokens);
        for (int threads : lab.threadCounts()) {
            Compute compute = lab.compute(threads);
            add(new Contestant(name, Role.OURS, threads, sparsity, 2.0 * w.nonZeros() * tokens, w.bytes() + inOut(), expected, tolerance(w),
                    turn(() -> Matmul.apply(compute, w, null, Activation.NONE, x.data(), y.data(), x.panels(), width), y)));
        }
        return this;
    }

    /** What the numbers that a weight holds give at the sampled places. */
    private static double[] product(Weight w, Value x) {
        double[] sums = new double[Numbers.SAMPLES];
        int[] row = new int[sums.length];
        for (int i = 0; i < row.length; i++) {
            row[i] = Numbers.place(i, 0, w.rows());
        }
        w.forEach((r, c, slot, v) -> {
            for (int i = 0; i < row.length; i++) {
                sums[i] += row[i] == r ? (double) v * x.get(Numbers.place(i, 1, x.tokens()), c) : 0;
            }
        });
        return sums;
    }

    /** Rounding of the weight's own numbers comes on top of that of sums. */
    private static double tolerance(Weight w) {
        return w.layout().endsWith("int8") || w.layout().endsWith("bf16") ? CODED_TOLERANCE : Contestant.FLOAT_TOLERANCE;
    }

    /** Every native fp32 product of the dense weight: each library, and each way for weights and tokens to lie in memory. */
    Entrants nativeDense() {
        String shape = rows + "\t" + cols + "\t" + tokens;
        for (NativeLibrary library : List.of(NativeLibrary.MKL, NativeLibrary.OPENBLAS)) {
            if (tokens == 1) {
                peer(library, library.label() + " sgemv", Role.NATIVE, 0, "gemv\t" + rows + "\t" + cols, Contestant.FLOAT_TOLERANCE);
                continue;
            }
            for (String layout : library == NativeLibrary.MKL ? List.of("features", "tokens", "packed") : List.of("features", "tokens")) {
                peer(library, library.label() + " sgemm, " + layout, Role.NATIVE, 0, "gemm\t" + layout + "\t" + shape, Contestant.FLOAT_TOLERANCE);
            }
        }
        return peer(NativeLibrary.ONNX_RUNTIME, "ONNX Runtime MatMul", Role.NATIVE, 0, "matmul\t" + shape, Contestant.FLOAT_TOLERANCE);
    }

    /** libtorch's fp32 product of the dense weight, through its own layer. */
    Entrants nativeTorch() {
        return peer(NativeLibrary.LIBTORCH, "libtorch linear", Role.NATIVE, 0, "linear\t" + rows + "\t" + cols + "\t" + tokens, Contestant.FLOAT_TOLERANCE);
    }

    /** The same in 16-bit brain floats, where the library has it. */
    Entrants nativeBf16() {
        return peer(NativeLibrary.MKL, "MKL bf16", Role.NATIVE_OTHER, 0, "bf16\t" + rows + "\t" + cols + "\t" + tokens, BF16_TOLERANCE);
    }

    /** The native product of the unstructured weight. */
    Entrants nativeSparse(double sparsity) {
        String operation = tokens == 1 ? "spmv\t" + rows + "\t" + cols + "\t" + sparsity : "spmm\t" + rows + "\t" + cols + "\t" + tokens + "\t" + sparsity;
        return peer(NativeLibrary.MKL, "MKL CSR", Role.NATIVE_SPARSE, sparsity, operation, Contestant.FLOAT_TOLERANCE);
    }

    private Entrants peer(NativeLibrary library, String name, Role role, double sparsity, String operation, double tolerance) {
        double density = 1 - sparsity;
        double weightBytes = role == Role.NATIVE_OTHER ? 2 : density < 1 ? 8 * density : 4;
        return peer(library, name, role, sparsity, operation, 2 * density * rows * cols * tokens, weightBytes * rows * cols + inOut(),
                Mask.unstructured(sparsity).product(rows, cols, tokens), tolerance);
    }

    /** A peer's operation on every number of threads; one that cannot be had is noted. */
    Entrants peer(NativeLibrary library, String name, Role role, double sparsity, String operation, double flops, double bytes, double[] expected,
            double tolerance) {
        for (int threads : lab.threadCounts()) {
            try {
                KernelPeer peer = lab.peer(library, threads);
                int id = peer.prepare(operation);
                add(new Contestant(name, role, threads, sparsity, flops, bytes, expected, tolerance, new Turn() {
                    @Override
                    public double round(double seconds) throws PeerFailure {
                        return peer.round(id, seconds);
                    }

                    @Override
                    public float[] samples() throws PeerFailure {
                        return peer.samples(id);
                    }
                }));
            } catch (PeerFailure e) {
                absent.put(name, e.getMessage());
            }
        }
        return this;
    }

    /** What the machine allows a kernel that must read as much as our contestant called {@code name} stores. */
    Entrants limit(String name, double sparsity, long bytes) {
        long read = Math.max(bytes, (long) Roof.SMALLEST * lab.threadCounts().getLast());
        Floats buffer = Floats.allocate(arena, Math.toIntExact(read / Float.BYTES));
        for (int threads : lab.threadCounts()) {
            Runnable call = Roof.reader(lab.compute(threads), buffer, read);
            add(new Contestant(LIMIT + name, Role.LIMIT, threads, sparsity, 0, read, new double[0], 0, new Turn() {
                @Override
                public double round(double seconds) {
                    return time(call, seconds) / Roof.readsIn(read, threads) * bytes / read;
                }

                @Override
                public float[] samples() {
                    return new float[0];
                }
            }));
        }
        return this;
    }

    Entrants add(Contestant c) {
        all.add(c);
        return this;
    }

    /** Calls of our own, whose output is {@code y}. */
    static Turn turn(Runnable call, Value y) {
        return new Turn() {
            @Override
            public double round(double seconds) {
                return time(call, seconds);
            }

            @Override
            public float[] samples() {
                return sampled(y);
            }
        };
    }

    /** The sampled elements of an output. */
    static float[] sampled(Value y) {
        float[] out = new float[Numbers.SAMPLES];
        for (int i = 0; i < out.length; i++) {
            out[i] = y.get(Numbers.place(i, 1, y.tokens()), Numbers.place(i, 0, y.features()));
        }
        return out;
    }

    /** Calls for at least {@code atLeast} seconds, as the peers do; returns the seconds of one call. */
    static double time(Runnable call, double atLeast) {
        long calls = 0;
        long start = System.nanoTime();
        double seconds;
        do {
            call.run();
            calls++;
            seconds = (System.nanoTime() - start) * 1e-9;
        } while (seconds < atLeast);
        return seconds / calls;
    }

    private double inOut() {
        return 4.0 * (rows + cols) * tokens;
    }
}
