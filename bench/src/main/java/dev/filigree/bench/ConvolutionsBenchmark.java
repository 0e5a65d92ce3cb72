package dev.filigree.bench;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Taps;
import dev.filigree.kernel.Window;
import dev.filigree.tensor.Conv;
import dev.filigree.tensor.ConvWeight;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;
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

/** Sparse 1x1 and 3x3 convolutions at 90 % and a dense depthwise one, 64 channels of 28 x 28 pixels. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class ConvolutionsBenchmark {

    private static final int CHANNELS = 64;
    private static final int SIDE = 28;
    private static final int EVERY = 10;

    @Param
    public Implementation kernels;

    @Param({"1", "3"})
    public int window;

    private Compute compute;
    private Taps taps;
    private ConvWeight weight;
    private Floats each;
    private Floats x;
    private Floats y;

    @Setup
    public void prepare() {
        compute = kernels.compute();
        Planes planes = Planes.of(1, CHANNELS, SIDE, SIDE);
        taps = Taps.of(window == 1 ? Window.PIXEL : Window.square(window, 1), planes, planes);
        int columns = CHANNELS * window * window;
        Topology.Builder live = new Topology.Builder(CHANNELS, columns, CHANNELS * columns / EVERY);
        for (int r = 0; r < CHANNELS; r++) {
            for (int c = r % EVERY; c < columns; c += EVERY) {
                live.add(r, c);
            }
        }
        Topology t = live.build();
        weight = ConvWeight.pack(Arena.ofAuto(), "benchmark", t, Implementation.random(t.count()), CHANNELS, window, window);
        each = Implementation.random(columns);
        x = Implementation.random(planes.length());
        y = Floats.allocate(planes.length());
    }

    @Benchmark
    public Floats sparse() {
        Conv.apply(compute, weight, taps, null, Activation.NONE, x, y);
        return y;
    }

    @Benchmark
    public Floats depthwise() {
        Conv.depthwise(compute, each, taps, null, Activation.NONE, x, y);
        return y;
    }
}
