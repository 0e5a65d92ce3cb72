package dev.filigree.bench;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Kernels;
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

/** What happens to every token between two products: 384 features of 64 tokens. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class TokenLoopsBenchmark {

    private static final int FEATURES = 384;
    private static final int TOKENS = 64;
    private static final int HEAD = 32;
    private static final float RATE = 1e-9f;

    @Param
    public Implementation kernels;

    private final Floats x = Implementation.random(FEATURES * TOKENS);
    private final Floats y = Floats.allocate(FEATURES * TOKENS);
    private final Floats gain = Floats.allocate(FEATURES).fill(1f);
    private final Floats weights = Implementation.random(FEATURES * TOKENS);
    private final Floats running = Floats.allocate(FEATURES * TOKENS);
    private Kernels loops;
    private Floats scratch;

    @Setup
    public void prepare() {
        loops = kernels.compute().kernels();
        scratch = Floats.allocate(loops.attention().scratch(TOKENS, HEAD));
    }

    @Benchmark
    public Floats gelu() {
        loops.elementwise().activate(Activation.GELU, x, y, 0, x.length());
        return y;
    }

    @Benchmark
    public Floats layerNorm() {
        loops.norms().layerNorm(x, y, 0, FEATURES, TOKENS, gain, gain, 1e-5f);
        return y;
    }

    @Benchmark
    public Floats attention() {
        loops.attention().attend(x, x, x, y, FEATURES, TOKENS, 0, TOKENS, 1, HEAD, 0.2f, false, scratch);
        return y;
    }

    @Benchmark
    public Floats momentum() {
        loops.updates().momentum(weights, x, running, 0, weights.length(), 1f, RATE, 0.9f, 0f);
        return weights;
    }
}
