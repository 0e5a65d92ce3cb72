import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * MKL or OpenBLAS as a peer in a process of its own, so that neither side's threads or caches disturb the other's
 * figures. Started from its source files by the JDK's source launcher; it knows nothing of Filigree (KernelPeer is its
 * other half).
 *
 * <pre>java BlasPeer.java LIBRARY</pre>
 *
 * LIBRARY is the file of libmkl_rt or libopenblas; the number of threads comes in the environment variables that the
 * library reads. The operations that it prepares:
 *
 * <pre>
 * gemm LAYOUT ROWS COLS TOKENS      weights [rows x cols] times inputs; LAYOUT says how inputs and outputs lie:
 *                                   features [cols x tokens], tokens [tokens x cols], packed (features, weights packed
 *                                   once beforehand; MKL only)
 * bf16 ROWS COLS TOKENS             the same in 16-bit brain floats, sums in 32 bits (MKL only)
 * gemv ROWS COLS                    one input
 * spmm ROWS COLS TOKENS SPARSITY    unstructured weights in compressed rows (MKL only)
 * spmv ROWS COLS SPARSITY           one input
 * train LAYOUT ROWS COLS TOKENS     the three products of a dense training step: y, dx and dw
 * </pre>
 */
public final class BlasPeer implements PeerLoop.Library {

    private final PeerOperands operands = new PeerOperands();
    private final List<Long> matrices = new ArrayList<>();

    public static void main(String[] args) throws IOException {
        PeerLoop.run(() -> {
            BlasCalls.load(Path.of(args[0]));
            return new BlasPeer();
        });
    }

    @Override
    public PeerLoop.Operation prepare(String[] w) {
        return switch (w[0]) {
            case "gemm" -> gemm(w[1], number(w[2]), number(w[3]), number(w[4]));
            case "bf16" -> bf16(number(w[1]), number(w[2]), number(w[3]));
            case "gemv" -> gemv(number(w[1]), number(w[2]));
            case "spmm" -> sparse(number(w[1]), number(w[2]), number(w[3]), Double.parseDouble(w[4]));
            case "spmv" -> sparse(number(w[1]), number(w[2]), 1, Double.parseDouble(w[3]));
            case "train" -> train(w[1], number(w[2]), number(w[3]), number(w[4]));
            default -> throw new IllegalArgumentException("unknown operation " + w[0]);
        };
    }

    @Override
    public void drop() {
        matrices.forEach(BlasCalls::destroy);
        matrices.clear();
        operands.drop();
    }

    private PeerLoop.Operation gemm(String layout, int rows, int cols, int tokens) {
        long w = operands.weights(rows, cols).address();
        MemorySegment y = operands.floats((long) rows * tokens);
        if (layout.equals("tokens")) {
            long x = operands.inputs(cols, tokens, true).address();
            return new PeerLoop.Operation(() -> BlasCalls.gemm(false, true, tokens, rows, cols, x, cols, w, cols, y.address(), rows),
                    PeerOperands.sampled(y, rows, tokens, true));
        }
        long x = operands.inputs(cols, tokens, false).address();
        if (layout.equals("packed")) {
            MemorySegment p = operands.arena().allocate(BlasCalls.packedBytes(rows, tokens, cols), 64);
            BlasCalls.pack(rows, tokens, cols, w, p.address());
            return new PeerLoop.Operation(() -> BlasCalls.packedGemm(rows, tokens, cols, p.address(), x, y.address()),
                    PeerOperands.sampled(y, rows, tokens, false));
        }
        return new PeerLoop.Operation(() -> BlasCalls.gemm(false, false, rows, tokens, cols, w, cols, x, tokens, y.address(), tokens),
                PeerOperands.sampled(y, rows, tokens, false));
    }

    private PeerLoop.Operation bf16(int rows, int cols, int tokens) {
        long w = halves(operands.weights(rows, cols)).address();
        long x = halves(operands.inputs(cols, tokens, false)).address();
        MemorySegment y = operands.floats((long) rows * tokens);
        return new PeerLoop.Operation(() -> BlasCalls.bf16(rows, tokens, cols, w, x, y.address()), PeerOperands.sampled(y, rows, tokens, false));
    }

    private PeerLoop.Operation gemv(int rows, int cols) {
        long w = operands.weights(rows, cols).address();
        long x = operands.inputs(cols, 1, false).address();
        MemorySegment y = operands.floats(rows);
        return new PeerLoop.Operation(() -> BlasCalls.gemv(rows, cols, w, x, y.address()), PeerOperands.sampled(y, rows, 1, false));
    }

    private PeerLoop.Operation sparse(int rows, int cols, int tokens, double sparsity) {
        int[] start = new int[rows + 1];
        for (int r = 0; r < rows; r++) {
            start[r + 1] = start[r];
            for (int c = 0; c < cols; c++) {
                start[r + 1] += PeerOperands.live(r, c, cols, sparsity) ? 1 : 0;
            }
        }
        MemorySegment starts = operands.arena().allocate(4L * (rows + 1), 64);
        MemorySegment.copy(start, 0, starts, JAVA_INT, 0, rows + 1);
        MemorySegment columns = operands.arena().allocate(4L * Math.max(1, start[rows]), 64);
        MemorySegment values = operands.floats(start[rows]);
        for (int r = 0, slot = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                if (PeerOperands.live(r, c, cols, sparsity)) {
                    columns.setAtIndex(JAVA_INT, slot, c);
                    values.setAtIndex(JAVA_FLOAT, slot++, PeerOperands.weight(r, c, cols));
                }
            }
        }
        MemorySegment handle = operands.arena().allocate(8, 8);
        BlasCalls.compressedRows(handle, rows, cols, starts, columns, values, tokens);
        long matrix = handle.get(JAVA_LONG, 0);
        matrices.add(matrix);
        long x = operands.inputs(cols, tokens, false).address();
        MemorySegment y = operands.floats((long) rows * tokens);
        Runnable call = tokens == 1 ? () -> BlasCalls.sparseVector(matrix, x, y.address()) : () -> BlasCalls.sparseMatrix(matrix, x, tokens, y.address());
        return new PeerLoop.Operation(call, PeerOperands.sampled(y, rows, tokens, false));
    }

    private PeerLoop.Operation train(String layout, int rows, int cols, int tokens) {
        boolean byToken = layout.equals("tokens");
        long w = operands.weights(rows, cols).address();
        long x = operands.inputs(cols, tokens, byToken).address();
        long dy = operands.gradients(rows, tokens, byToken).address();
        MemorySegment y = operands.floats((long) rows * tokens);
        MemorySegment dx = operands.floats((long) cols * tokens);
        MemorySegment dw = operands.floats((long) rows * cols);
        Runnable call = byToken ? () -> {
            BlasCalls.gemm(false, true, tokens, rows, cols, x, cols, w, cols, y.address(), rows);
            BlasCalls.gemm(false, false, tokens, cols, rows, dy, rows, w, cols, dx.address(), cols);
            BlasCalls.gemm(true, false, rows, cols, tokens, dy, rows, x, cols, dw.address(), cols);
        } : () -> {
            BlasCalls.gemm(false, false, rows, tokens, cols, w, cols, x, tokens, y.address(), tokens);
            BlasCalls.gemm(true, false, cols, tokens, rows, w, cols, dy, tokens, dx.address(), tokens);
            BlasCalls.gemm(false, true, rows, cols, tokens, dy, tokens, x, tokens, dw.address(), cols);
        };
        return new PeerLoop.Operation(call, () -> PeerOperands.joined(PeerOperands.sampled(y, rows, tokens, byToken).get(),
                PeerOperands.sampled(dx, cols, tokens, byToken).get(),
                PeerOperands.sampled(dw, rows, cols, false).get()));
    }

    /** Rounded to the nearest 16-bit brain float. */
    private MemorySegment halves(MemorySegment floats) {
        long count = floats.byteSize() / 4;
        MemorySegment m = operands.arena().allocate(2 * count, 64);
        for (long i = 0; i < count; i++) {
            int bits = Float.floatToRawIntBits(floats.getAtIndex(JAVA_FLOAT, i));
            m.setAtIndex(JAVA_SHORT, i, (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16));
        }
        return m;
    }

    private static int number(String word) {
        return Integer.parseInt(word);
    }
}
