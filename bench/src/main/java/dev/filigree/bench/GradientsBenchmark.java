package dev.filigree.bench;

import dev.filigree.base.Floats;
import dev.filigree.grad.Gradients;
import dev.filigree.grad.Tape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.SparseGradients;
import dev.filigree.ops.Held;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Layout;
import java.util.List;
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

/** Forward and backward through a sparse weight [384 x 384] for 64 tokens, and calibration's X X^T. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class GradientsBenchmark {

    private static final int SIDE = 384;
    private static final int TOKENS = 64;

    @Param
    public Implementation kernels;

    /** Rows and columns of a block. */
    public enum Shape {
        ENTRIES(1, 1, Layout.CSR), BLOCKS_4X1(4, 1, Layout.blocks(4)), GROUPS_1X8(1, 8, Layout.groups(8));

        private final int rows;
        private final int cols;
        private final Layout layout;

        Shape(int rows, int cols, Layout layout) {
            this.rows = rows;
            this.cols = cols;
            this.layout = layout;
        }
    }

    @Param
    public Shape shape;

    private final Value x = new Value(Implementation.random(SIDE * TOKENS), SIDE, TOKENS, TOKENS);
    private final Floats dy = Implementation.random(SIDE * TOKENS);
    private final Floats gram = Floats.allocate(SIDE * SIDE);
    private SparseGradients gradients;
    private Held weight;
    private Tape tape;

    @Setup
    public void prepare() {
        Compute compute = kernels.compute();
        gradients = compute.kernels().sparseGradients();
        weight = new Held("weight", Implementation.weight(SIDE, SIDE, shape.rows, shape.cols, 10, shape.layout));
        tape = new Tape(compute, new Gradients(List.of(weight)));
    }

    @Benchmark
    public Floats step() {
        tape.watch(x);
        tape.seed(tape.linear(weight, null, Activation.NONE, x), dy);
        tape.backward();
        tape.reset();
        return tape.parameters().of(weight);
    }

    @Benchmark
    public Floats gram() {
        gradients.gram(x.data(), SIDE, TOKENS, TOKENS, gram, 0, SIDE);
        return gram;
    }
}
