package dev.filigree.app;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Measures what this machine allows and whether the compiler did its work. A kernel that the compiler gave up on runs
 * at a tenth of its speed and nothing else would say so.
 *
 * @param oneThread         multiply-adds from registers on one thread, in GFLOP/s
 * @param allThreads        the same on all threads
 * @param cacheRead         reading 128 kB again and again on one thread, in GB/s
 * @param memoryRead        reading 256 MB on all threads, in GB/s
 * @param product           the dense product at 384 x 384 x 64 on one thread, in GFLOP/s
 * @param scalarProduct     the same in scalar code
 */
public record Probe(double oneThread, double allThreads, double cacheRead, double memoryRead, double product, double scalarProduct) {

    /** Below this share of the ceiling a dense product did not compile well. */
    private static final double HEALTHY_SHARE = 0.3;
    private static final double SECONDS = 0.15;
    private static final int ROUNDS = 5;
    private static final int FMA_ROUNDS = 100_000;
    private static final int CACHE_FLOATS = 32 * 1024;
    private static final int CACHE_REPEATS = 16;
    private static final int MEMORY_FLOATS = 64 * 1024 * 1024;
    private static final int MEMORY_CHUNKS = 64;
    private static final int SIDE = 384;
    private static final int TOKENS = 64;

    /** Figures that {@link #of} measures. */
    public static final int FIGURES = 6;

    /**
     * Takes about five seconds.
     *
     * @param measured called after each of the {@link #FIGURES} figures
     */
    public static Probe of(Compute compute, Runnable measured) {
        Kernels kernels = compute.kernels();
        float[] sink = new float[compute.parallel().threads() + MEMORY_CHUNKS];
        double fmaFlops = 2.0 * kernels.ceilings().multiplyAddsPerRound() * FMA_ROUNDS;
        IntConsumer fma = t -> sink[t] = kernels.ceilings().multiplyAdds(FMA_ROUNDS, 0.999f);
        int threads = compute.parallel().threads();
        double one = fmaFlops / seconds(() -> fma.accept(0)) / 1e9;
        measured.run();
        double all = threads == 1 ? one : threads * fmaFlops / seconds(() -> compute.parallel().run(threads, fma)) / 1e9;
        measured.run();

        Floats memory = Floats.allocate(MEMORY_FLOATS).fill(1f);
        double cache = CACHE_REPEATS * 4.0 * CACHE_FLOATS / seconds(() -> {
            for (int i = 0; i < CACHE_REPEATS; i++) {
                sink[0] += kernels.ceilings().read(memory, 0, CACHE_FLOATS);
            }
        }) / 1e9;
        measured.run();
        int chunk = MEMORY_FLOATS / MEMORY_CHUNKS;
        double read = memory.bytes() / seconds(() -> compute.parallel().run(MEMORY_CHUNKS,
                c -> sink[c] = kernels.ceilings().read(memory, c * chunk, chunk))) / 1e9;
        measured.run();

        double product = product(kernels);
        measured.run();
        double scalar = product(Kernels.scalar());
        measured.run();
        return new Probe(one, all, cache, read, product, scalar);
    }

    /** Share of the one-thread ceiling that the dense product reaches. */
    public double productShare() {
        return product / oneThread;
    }

    /** Whether the dense product runs as compiled vector code should. */
    public boolean healthy() {
        return productShare() >= HEALTHY_SHARE;
    }

    private static double product(Kernels kernels) {
        Rng rng = new Rng(1);
        int tiles = Math.ceilDiv(SIDE, Kernels.TILE_ROWS);
        Floats w = random(rng, tiles * Kernels.TILE_ROWS * SIDE);
        Floats x = random(rng, SIDE * TOKENS);
        Floats y = Floats.allocate(tiles * Kernels.TILE_ROWS * TOKENS);
        return 2.0 * SIDE * SIDE * TOKENS / seconds(() -> kernels.products().tiled(w, null, SIDE, SIDE, x, y, TOKENS, 0, tiles)) / 1e9;
    }

    private static Floats random(Rng rng, int count) {
        Floats f = Floats.allocate(count);
        for (int i = 0; i < count; i++) {
            f.set(i, rng.nextFloat() - 0.5f);
        }
        return f;
    }

    /** Seconds of one call: the best of some rounds, after one that lets the compiler work. */
    private static double seconds(Runnable work) {
        double[] best = new double[ROUNDS];
        for (int round = -1; round < ROUNDS; round++) {
            int calls = 0;
            long start = System.nanoTime();
            double took;
            do {
                work.run();
                calls++;
                took = (System.nanoTime() - start) / 1e9;
            } while (took < SECONDS);
            if (round >= 0) {
                best[round] = took / calls;
            }
        }
        return Arrays.stream(best).min().orElseThrow();
    }
}
