package dev.filigree.bench;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Coded;
import dev.filigree.kernel.Compute;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Matmul;
import dev.filigree.tensor.Weight;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A weight [384 x 384] in each layout times one token or 64. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class ProductsBenchmark {

    private static final int SIDE = 384;

    /** How the weight is held. */
    public enum Held {
        DENSE(1, 1, Layout.TILED), CSR(1, 10, Layout.CSR), BLOCKS_4X1(4, 10, Layout.blocks(4)), GROUPS_1X8(1, 8, 10, Layout.groups(8)),
        GROUPS_1_OF_4(1, 4, Layout.nOfM(1, 4)), BITMAP(1, 4, Layout.BITMAP),
        SLICED(1, 10, Layout.SLICED), COLUMNS_INT8(1, 1, Layout.columns(Coded.Type.INT8)), BLOCKS_16X1_INT8(16, 10, Layout.codedBlocks(16, Coded.Type.INT8));

        private final int height;
        private final int width;
        private final int every;
        private final Layout layout;

        Held(int height, int every, Layout layout) {
            this(height, 1, every, layout);
        }

        Held(int height, int width, int every, Layout layout) {
            this.height = height;
            this.width = width;
            this.every = every;
            this.layout = layout;
        }
    }

    @Param
    public Implementation kernels;

    @Param
    public Held held;

    /** In one panel: 1, 16, 32 or 64. */
    @Param({"1", "64"})
    public int tokens;

    private Floats x;
    private Floats y;
    private Compute compute;
    private Weight weight;

    @Setup
    public void prepare() {
        compute = kernels.compute();
        x = Implementation.random(SIDE * tokens);
        y = Floats.allocate(SIDE * tokens);
        weight = Implementation.weight(SIDE, SIDE, held.height, held.width, held.every, held.layout);
    }

    @Benchmark
    public Floats product() {
        Matmul.apply(compute, weight, null, Activation.NONE, x, y, 1, tokens);
        return y;
    }
}
