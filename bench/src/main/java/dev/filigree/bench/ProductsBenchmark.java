package dev.filigree.bench;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
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

/** A weight [384 x 384] in each layout times 64 tokens. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class ProductsBenchmark {

    private static final int SIDE = 384;
    private static final int TOKENS = 64;

    /** How the weight is held. */
    public enum Held {
        DENSE(1, 1, Layout.TILED), CSR(1, 10, Layout.CSR), BLOCKS_4X1(4, 10, Layout.blocks(4)),
        GROUPS_1_OF_4(1, 4, Layout.nOfM(1, 4)), BITMAP(1, 4, Layout.BITMAP);

        private final int height;
        private final int every;
        private final Layout layout;

        Held(int height, int every, Layout layout) {
            this.height = height;
            this.every = every;
            this.layout = layout;
        }
    }

    @Param
    public Implementation kernels;

    @Param
    public Held held;

    private final Floats x = Implementation.random(SIDE * TOKENS);
    private final Floats y = Floats.allocate(SIDE * TOKENS);
    private Compute compute;
    private Weight weight;

    @Setup
    public void prepare() {
        compute = kernels.compute();
        weight = Implementation.weight(SIDE, SIDE, held.height, held.every, held.layout);
    }

    @Benchmark
    public Floats product() {
        Matmul.apply(compute, weight, null, Activation.NONE, x, y, 1, TOKENS);
        return y;
    }
}
