package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Rng;
import dev.filigree.base.Shorts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells whether the compiler did its work. Vector code that it gave up on still computes the right numbers, ten to fifty
 * times slower, and nothing else would say so. Each main kernel runs on data that fits the nearer caches until it
 * reaches a fraction of the arithmetic ceiling that only compiled code can, or until its time is up. The ceiling is
 * measured again between its calls: what slows the processor, or takes it away, slows both.
 *
 * <p>Nothing runs it unasked. A service that wants to know calls {@link #of} once, at its start.
 */
public final class SelfTest {

    private static final int ROWS = 192;
    private static final int COLS = 192;
    private static final int WIDTH = 64;
    private static final int GROUP = 8;
    private static final int CEILING_ROUNDS = 20_000;
    private static final double MOST_SECONDS = 2;
    /** Calls of a kernel and of the ceiling that are compared, the best with the best, and the least time they take. */
    private static final int CALLS = 5;
    private static final double WINDOW_SECONDS = 1e-3;
    /** Operations a second and lane: compiled code does several times as many, code whose vectors are objects a fifth. */
    private static final double SLOWEST_COMPILED = 1e9;

    /**
     * @param kernel  what ran
     * @param share   of the ceiling that it reached before the test was content, the best window of calls
     * @param healthy the share at which the test is content, about half of what the kernel can do: a call left in a loop costs two thirds
     */
    public record Reading(String kernel, double share, double healthy) {

        public boolean compiled() {
            return share >= healthy;
        }
    }

    private final Kernels kernels;
    private final Rng rng = new Rng(1);
    private final List<Reading> readings = new ArrayList<>();
    /** Takes the result of the ceiling's loop, which the compiler would else remove. */
    private float sink;

    private SelfTest(Kernels kernels) {
        this.kernels = kernels;
        long begin = System.nanoTime();
        double reached;
        do { // until it is compiled
            reached = ceiling();
        } while (reached < SLOWEST_COMPILED * kernels.lanes() && seconds(begin) < MOST_SECONDS);
    }

    /** Operations per second of one call of the ceiling's loop. */
    private double ceiling() {
        Ceilings c = kernels.ceilings();
        long begin = System.nanoTime();
        sink += c.multiplyAdds(CEILING_ROUNDS, 0.999f);
        return 2.0 * c.multiplyAddsPerRound() * CEILING_ROUNDS / seconds(begin);
    }

    /** Runs on the calling thread; two or three seconds when all is well, most of a minute when nothing compiled. */
    public static List<Reading> of(Kernels kernels) {
        SelfTest t = new SelfTest(kernels);
        t.products();
        t.oneToken();
        t.convolutions();
        t.tokenLoops();
        t.channels();
        t.survivors();
        t.documents();
        return List.copyOf(t.readings);
    }

    private void products() {
        Products k = kernels.products();
        Floats x = random(COLS * WIDTH);
        Floats y = random(ROWS * WIDTH);
        Floats w = random(ROWS * COLS);
        double positions = 2.0 * ROWS * COLS * WIDTH;
        read("dense product", positions, 0.5, () -> k.tiled(w, null, ROWS, COLS, x, y, WIDTH, 0, ROWS / Kernels.TILE_ROWS));
        // every fourth column lives
        Ints start = Ints.allocate(ROWS + 1);
        Shorts column = Shorts.allocate(ROWS * COLS / 4);
        for (int i = 0; i < column.length(); i++) {
            column.set(i, i * 4 % COLS);
        }
        for (int r = 0; r <= ROWS; r++) {
            start.set(r, r * COLS / 4);
        }
        read("sparse product", positions / 4, 0.3, () -> k.csr(start, column, w, COLS, null, ROWS, COLS, x, y, WIDTH, 0, ROWS));
        read("4x1 block product", positions / 4, 0.4, () -> k.blocks(start, column, w, 4, null, ROWS, x, y, WIDTH, 0, ROWS / 4));
        int few = Kernels.WIDTHS[1];
        read("4x1 block product, few tokens", positions / 4 / WIDTH * few, 0.4, () -> k.blocks(start, column, w, 4, null, ROWS, x, y, few, 0, ROWS / 4));
        Ints groupStart = groupStart();
        Shorts group = groups();
        read("1x8 group product", positions / 4, 0.3, () -> k.groups(groupStart, group, w, GROUP, COLS, null, ROWS, COLS, x, y, WIDTH, 0, ROWS));
        MemorySegment places = Arena.ofAuto().allocate((long) ROWS * COLS / 2).fill((byte) 1);
        read("2:4 product", positions / 2, 0.25, () -> k.nOfM(places, w, 2, 4, null, COLS, x, y, WIDTH, 0, ROWS));
        Floats gradient = Floats.allocate(ROWS * COLS / 4);
        read("sparse gradient", positions / 4, 0.15,
                () -> kernels.sparseGradients().csr(start, column, COLS, ROWS, COLS, y, x, WIDTH, 1, gradient, 0, ROWS));
        Floats tiles = Floats.allocate(ROWS * COLS);
        read("dense gradient", 2.0 * ROWS * DenseGradients.GROUP * WIDTH, 0.3,
                () -> kernels.denseGradients().tiles(y, ROWS * WIDTH, ROWS, WIDTH, 1, x, COLS, 0, 0, ROWS / Kernels.TILE_ROWS, tiles, true));
        read("group gradient", positions / 4, 0.15,
                () -> kernels.sparseGradients().groups(groupStart, group, GROUP, COLS, ROWS, COLS, y, x, WIDTH, 1, gradient, 0, ROWS));
        read("block gradient", positions / 4, 0.25,
                () -> kernels.sparseGradients().blocks(start, column, 4, ROWS, COLS, y, x, WIDTH, 1, gradient, 0, ROWS / 4));
    }

    /** Every fourth group of each row lives. */
    private static Ints groupStart() {
        Ints start = Ints.allocate(ROWS + 1);
        for (int r = 0; r <= ROWS; r++) {
            start.set(r, r * COLS / 4 / GROUP);
        }
        return start;
    }

    private static Shorts groups() {
        Shorts column = Shorts.allocate(ROWS * COLS / 4 / GROUP);
        for (int i = 0; i < column.length(); i++) {
            column.set(i, i * 4 * GROUP % COLS);
        }
        return column;
    }

    private void convolutions() {
        int size = 14;
        Planes planes = Planes.of(1, COLS, size, size);
        Floats x = random(planes.length());
        Floats y = random(planes.length());
        Floats w = random(COLS * COLS / 4);
        Ints start = Ints.allocate(COLS + 1);
        Ints column = Ints.allocate(w.length());
        for (int i = 0; i < w.length(); i++) {
            column.set(i, i * 4 % COLS);
        }
        for (int r = 0; r <= COLS; r++) {
            start.set(r, r * COLS / 4);
        }
        Taps pixel = Taps.of(Window.PIXEL, planes, planes);
        Taps square = Taps.of(Window.square(3, 1), planes, planes);
        Floats scratch = Floats.allocate(Convolutions.scratch(square, COLS));
        Convolutions k = kernels.convolutions();
        read("sparse convolution", 2.0 * w.length() * Planes.STRIP, 0.25,
                () -> k.csr(pixel, start, column, w, COLS, null, false, x, y, 0, 0, Planes.STRIP, 0, COLS, scratch));
        Floats gradient = Floats.allocate(w.length());
        read("convolution gradient", 2.0 * w.length() * size * size, 0.12,
                () -> k.csrGradient(pixel, start, column, COLS, y, x, gradient, 0, 1, 0, 1, 0, COLS, scratch));
        dealt(k, start, column, w, gradient);
        read("depthwise", 2.0 * 9 * COLS * size * size, 0.08, () -> k.depthwise(square, w, null, x, y, 0, 0, COLS, scratch));
        read("depthwise gradient", 2.0 * 9 * COLS * size * size, 0.04, () -> k.depthwiseGradient(square, y, x, gradient, 0, COLS, scratch));
    }

    /** A window over images that are dealt to lanes; its COLS columns are four channels for each of so many taps. */
    private void dealt(Convolutions k, Ints start, Ints column, Floats w, Floats gradient) {
        Window window = new Window(1, COLS / 4, 1, 1, 0, COLS / 8);
        Planes in = Planes.dealt(Planes.UNIT, 4, 8, 8);
        Taps taps = Taps.of(window, in, in.to(COLS, 8, 8));
        int[] cuts = taps.strips(Planes.STRIP, true);
        Floats x = random(in.length());
        Floats y = random(taps.out().length());
        Floats dense = random(COLS * COLS);
        Floats scratch = Floats.allocate(Convolutions.scratch(taps, COLS));
        double positions = 2.0 * COLS * COLS * Planes.UNIT * 64;
        read("dense window", positions, 0.4, () -> k.tiled(taps, dense, null, x, y, 0, 0, cuts[1], 0, COLS / Kernels.TILE_ROWS, scratch));
        read("sparse window", positions / 4, 0.25, () -> k.csr(taps, start, column, w, COLS, null, false, x, y, 0, 0, cuts[1], 0, COLS, scratch));
        read("dense window gradient", positions, 0.3, () -> k.tiledGradient(taps, y, x, dense, 0, 1, 0, COLS / Kernels.TILE_ROWS, scratch));
        read("sparse window gradient", positions / 4, 0.12, () -> k.csrGradient(taps, start, column, COLS, y, x, gradient, 0, 1, 0, 1, 0, COLS, scratch));
    }

    private void oneToken() {
        MatrixVector k = kernels.matrixVector();
        Floats x = random(COLS);
        Floats y = random(ROWS);
        Floats w = random(ROWS * COLS);
        read("one token, dense", 2.0 * ROWS * COLS, 0.12, () -> k.tiled(w, null, ROWS, COLS, x, y, 0, ROWS / Kernels.TILE_ROWS));
        // every fourth column lives
        int slices = ROWS / MatrixVector.SLICE_ROWS;
        int segments = COLS / MatrixVector.SEGMENT;
        int each = MatrixVector.SEGMENT / 4;
        Shorts steps = Shorts.allocate(slices * segments);
        Ints firstStep = Ints.allocate(slices + 1);
        Ints firstCode = Ints.allocate(slices + 1);
        for (int s = 0; s < slices; s++) {
            firstStep.set(s + 1, (s + 1) * segments * each);
            firstCode.set(s + 1, (s + 1) * segments * each / 4);
            for (int g = 0; g < segments; g++) {
                steps.set(s * segments + g, each);
            }
        }
        MemorySegment code = Arena.ofAuto().allocate((long) firstCode.get(slices) * Coded.UNIT, Floats.ALIGNMENT);
        read("one token, sliced", 2.0 * ROWS * COLS / 4, 0.08, () -> k.sliced(steps, firstStep, firstCode, code, w, null, ROWS, COLS, x, y, 0, slices));
        Ints groupStart = groupStart();
        Shorts group = groups();
        read("one token, 1x8", 2.0 * ROWS * COLS / 4, 0.05, () -> k.groups(groupStart, group, w, GROUP, COLS, null, ROWS, COLS, x, y, 0, ROWS));
        int height = 16;
        int blocks = COLS / 4;
        Ints start = Ints.allocate(ROWS / height + 1);
        Ints scaleStart = Ints.allocate(ROWS / height + 1);
        for (int b = 0; b < ROWS / height; b++) {
            start.set(b + 1, (b + 1) * blocks);
            scaleStart.set(b + 1, b + 1);
        }
        Shorts column = Shorts.allocate(start.get(ROWS / height));
        Coded values = new Coded(Coded.Type.INT8, Arena.ofAuto().allocate((long) column.length() * height, Floats.ALIGNMENT), random(ROWS));
        read("one token, 16x1 int8", 2.0 * ROWS * COLS / 4, 0.06,
                () -> k.codedBlocks(start, column, values, scaleStart, blocks, height, null, ROWS, x, y, 0, ROWS / height));
        Ints every = Ints.allocate(ROWS + 1);
        Ints word = Ints.allocate(ROWS * COLS / CodedGroup.SIZE);
        for (int i = 0; i < word.length(); i++) {
            word.set(i, CodedGroup.word(0.5f, i % CodedGroup.SIZE, i * CodedGroup.SIZE % COLS));
        }
        for (int r = 0; r <= ROWS; r++) {
            every.set(r, r * COLS / CodedGroup.SIZE);
        }
        MemorySegment nibbles = Arena.ofAuto().allocate((long) ROWS * COLS / 2, Floats.ALIGNMENT);
        read("one token, 1x16 int4", 2.0 * ROWS * COLS, 0.06, () -> k.codedGroups(every, word, nibbles, null, x, y, 0, ROWS));
    }

    private void tokenLoops() {
        int head = 32;
        Floats x = random(COLS * WIDTH);
        Floats y = random(COLS * WIDTH);
        Floats ones = Floats.allocate(COLS).fill(1f);
        Floats many = Floats.allocate(x.length()).fill(1f);
        // arithmetic per element, counted in the vector code
        read("gelu", 35.0 * x.length(), 0.2, () -> kernels.elementwise().activate(Activation.GELU, x, y, 0, x.length()));
        read("silu", 23.0 * x.length(), 0.2, () -> kernels.elementwise().activate(Activation.SILU, x, y, 0, x.length()));
        read("gelu by tanh", 26.0 * x.length(), 0.2, () -> kernels.elementwise().activate(Activation.GELU_TANH, x, y, 0, x.length()));
        read("layer norm", 7.0 * x.length(), 0.08, () -> kernels.norms().layerNorm(x, y, 0, COLS, WIDTH, ones, ones, 1e-5f));
        read("rms norm", 4.0 * x.length(), 0.06, () -> kernels.norms().rmsNorm(x, y, 0, COLS, WIDTH, ones, 1e-5f));
        read("softmax", 22.0 * x.length(), 0.15, () -> kernels.norms().softmax(x, y, 0, COLS, WIDTH));
        Floats facts = Floats.allocate(3 * WIDTH);
        read("log of the sum of exponentials", 25.0 * x.length(), 0.15, () -> kernels.norms().logSumExp(x, 0, COLS, WIDTH, facts));
        read("cross-entropy gradient", 20.0 * x.length(), 0.15, () -> kernels.norms().softmaxGradient(x, y, 0, COLS, WIDTH, facts, many, 0f));
        read("rms norm of one token", 4.0 * x.length(), 0.08, () -> kernels.norms().rmsNorm(x, y, 0, x.length(), 1, many, 1e-5f));
        Floats scratch = Floats.allocate(kernels.attention().scratch(WIDTH, head));
        read("attention", 4.0 * WIDTH * WIDTH * head, 0.1,
                () -> kernels.attention().attend(x, x, x, y, COLS, WIDTH, 0, WIDTH, 1, head, 0.2f, false, scratch));
        int past = x.length() / head;
        Floats room = Floats.allocate(kernels.attention().pastScratch(past, head));
        read("attention over the past", (4.0 * head + 15) * past, 0.08, () -> kernels.attention().attendPast(y, y, head, 1, 0, 1, 0, head, 0.2f, x, x, past, past, room));
        Ints halves = Ints.allocate(x.length() / 2);
        read("attention over the past in 16 bits", (4.0 * head + 15) * past, 0.06,
                () -> kernels.attention().attendPast(y, y, head, 1, 0, 1, 0, head, 0.2f, halves, halves, past, past, room));
    }

    private void survivors() {
        Survivors k = kernels.survivors();
        Floats w = random(ROWS * COLS);
        int tiles = ROWS / Kernels.TILE_ROWS;
        MemorySegment live = Arena.ofAuto().allocate((long) tiles * COLS, Floats.ALIGNMENT);
        Ints start = Ints.allocate(ROWS + 1);
        for (int r = 0; r <= ROWS; r++) {
            start.set(r, r * COLS / 4);
        }
        Shorts column = Shorts.allocate(ROWS * COLS / 4);
        Floats values = Floats.allocate(column.length());
        Ints turned = Ints.allocate(COLS + 1);
        Shorts row = Shorts.allocate(column.length());
        Floats valueOf = Floats.allocate(column.length());
        // comparisons of each with the three others of its group; what moves counts as much for each that survives
        read("survivors 1:4", 3.0 * w.length(), 0.01, () -> k.largest(w, COLS, 1, 4, 0, tiles, live));
        read("packing survivors", 3.0 * column.length(), 0.004, () -> k.pack(w, ROWS, COLS, 1, 4, 0, tiles, live, COLS, start, column, values));
        read("turning survivors", 3.0 * column.length(), 0.002,
                () -> k.turn(ROWS, COLS, COLS, start, column, values, 0, ROWS, turned, 0, 0, row, valueOf));
    }

    private void documents() {
        int size = 150;
        Ints start = Ints.allocate(WIDTH + 1);
        Ints numbers = Ints.allocate(WIDTH);
        MemorySegment entries = Arena.ofAuto().allocate((long) WIDTH * size * 4 + SparseDots.PADDING, Floats.ALIGNMENT);
        for (int d = 0; d < WIDTH; d++) {
            start.set(d + 1, (d + 1) * size);
            numbers.set(d, d);
            for (int i = 0; i < size; i++) {
                entries.set(ValueLayout.JAVA_SHORT_UNALIGNED, (long) d * size * 4 + 2L * i, (short) rng.nextInt(COLS));
                entries.set(ValueLayout.JAVA_SHORT_UNALIGNED, (long) d * size * 4 + 2L * (size + i), Float.floatToFloat16(rng.nextFloat()));
            }
        }
        TermTable query = new TermTable(COLS);
        for (int t = 0; t < COLS; t += 32) {
            query.put(t, rng.nextFloat());
        }
        Floats out = random(WIDTH);
        read("products of sparse documents", 2.0 * WIDTH * size, 0.006, () -> kernels.sparseDots().halves(start, entries, Short.BYTES, numbers, WIDTH, query, out));
    }

    private void channels() {
        Planes in = Planes.dealt(Planes.UNIT, 1, 16, 16);
        Window halved = new Window(2, 2, 2, 1, 0, 0);
        Planes out = halved.forward(in, 1);
        Floats x = random(in.length());
        Floats y = random(in.length());
        Floats pooled = random(out.length());
        double[] sums = new double[2];
        Channels k = kernels.channels();
        // arithmetic per element, comparisons included
        read("batch norm", 4.0 * in.pixels(), 0.08, () -> k.scale(1.1f, 0.2f, x, null, true, y, 0, in.pixels()));
        read("batch norm moments", 4.0 * in.pixels(), 0.06, () -> k.moments(x, 0.1f, 0, in.pixels(), sums));
        read("batch norm gradient", 7.0 * in.pixels(), 0.06, () -> k.backwardSums(x, 0.1f, 1.1f, 0.2f, null, y, 0, in.pixels(), sums));
        read("max pool", 4.0 * out.pixels(), 0.012, () -> k.maxPool(halved, in, out, x, pooled, 0, 0));
        read("max pool gradient", 12.0 * out.pixels(), 0.02, () -> k.maxPoolBackward(halved, in, out, x, pooled, pooled, y, 0, 0));
    }

    private void read(String kernel, double flops, double healthy, Runnable body) {
        double best = 0;
        long begin = System.nanoTime();
        while (best < healthy && seconds(begin) < MOST_SECONDS) {
            best = Math.max(best, window(flops, body));
        }
        readings.add(new Reading(kernel, best, healthy));
    }

    /** The best of some calls over the best ceiling between them. */
    private double window(double flops, Runnable body) {
        double most = ceiling();
        double best = 0;
        long begin = System.nanoTime();
        for (int call = 0; call < CALLS || seconds(begin) < WINDOW_SECONDS; call++) {
            long t = System.nanoTime();
            body.run();
            best = Math.max(best, flops / seconds(t));
            most = Math.max(most, ceiling());
        }
        return best / most;
    }

    private static double seconds(long since) {
        return Math.max(1, System.nanoTime() - since) / 1e9;
    }

    private Floats random(int count) {
        Floats f = Floats.allocate(count);
        for (int i = 0; i < count; i++) {
            f.set(i, rng.nextFloat() - 0.5f);
        }
        return f;
    }
}
