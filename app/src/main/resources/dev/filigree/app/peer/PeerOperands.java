import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;

/**
 * The operands of a peer's operations, each element computed from its place alone, so that Filigree makes the same ones
 * in its own process: its class Numbers repeats this formula. Operands that two operations share are made once.
 */
final class PeerOperands {

    static final int SAMPLES = 16;

    private static final int WEIGHT = 1;
    private static final int INPUT = 2;
    private static final int MASK = 3;
    private static final int GRADIENT = 4;
    private static final int PLACE = 5;

    private final Map<String, MemorySegment> made = new HashMap<>();
    private Arena arena = Arena.ofShared();

    Arena arena() {
        return arena;
    }

    /** Frees everything. */
    void drop() {
        made.clear();
        arena.close();
        arena = Arena.ofShared();
    }

    /** Weights [rows x cols]. */
    MemorySegment weights(int rows, int cols) {
        return made.computeIfAbsent("weights " + rows + " " + cols, k -> filled((long) rows * cols, i -> centred(WEIGHT, i)));
    }

    static float weight(int row, int col, int cols) {
        return (float) centred(WEIGHT, (long) row * cols + col);
    }

    /** Inputs [features x tokens], or [tokens x features]. */
    MemorySegment inputs(int features, int tokens, boolean byToken) {
        return table(INPUT, features, tokens, byToken);
    }

    /** Gradients at outputs, laid out like inputs. */
    MemorySegment gradients(int features, int tokens, boolean byToken) {
        return table(GRADIENT, features, tokens, byToken);
    }

    /** Whether a position of an unstructured weight lives. */
    static boolean live(int row, int col, int cols, double sparsity) {
        return uniform(MASK, (long) row * cols + col) >= sparsity;
    }

    MemorySegment floats(long count) {
        return arena.allocate(4 * Math.max(1, count), 64);
    }

    /** Reads the sampled elements of a matrix [rows x columns], or of its transpose in memory. */
    static Supplier<float[]> sampled(MemorySegment m, int rows, int columns, boolean transposed) {
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

    /** The samples of several outputs, one after the other. */
    static float[] joined(float[]... parts) {
        float[] all = new float[parts.length * SAMPLES];
        for (int i = 0; i < parts.length; i++) {
            System.arraycopy(parts[i], 0, all, i * SAMPLES, SAMPLES);
        }
        return all;
    }

    private MemorySegment table(int stream, int features, int tokens, boolean byToken) {
        return made.computeIfAbsent("table " + stream + " " + features + " " + tokens + byToken, k -> filled((long) features * tokens,
                i -> centred(stream, byToken ? i : (long) i % tokens * features + i / tokens)));
    }

    private MemorySegment filled(long count, IntToDoubleFunction value) {
        MemorySegment m = floats(count);
        for (int i = 0; i < count; i++) {
            m.setAtIndex(JAVA_FLOAT, i, (float) value.applyAsDouble(i));
        }
        return m;
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
}
