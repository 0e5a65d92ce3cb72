package dev.filigree.app.kernels;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Ceilings;
import dev.filigree.kernel.Compute;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the machine allows: multiply-adds from registers, and reading buffers of many sizes again and again.
 *
 * @param flops operations a second, by threads; a multiply-add is two
 * @param reads bytes a second by the size of the buffer, by threads
 */
record Roof(Map<Integer, Double> flops, Map<Integer, NavigableMap<Long, Double>> reads) {

    private static final int FMA_ROUNDS = 50_000;
    private static final int ROUNDS = 5;
    private static final double SECONDS = 0.02;
    static final long SMALLEST = 16 << 10;
    private static final long LARGEST = 128 << 20;
    /** Bytes that a task reads before the threads meet again: small buffers are read many times. */
    private static final long TASK_BYTES = 1 << 20;
    private static final int UNIT = 128;
    /** Of as many times one thread's multiply-adds as there are threads. */
    private static final double PLAUSIBLE = 0.75;

    /** Times that {@link #of} says that it got further. */
    static final int STEPS = ROUNDS;

    /** @param measured called {@link #STEPS} times */
    static Roof of(Lab lab, Runnable measured) {
        Map<Integer, Double> flops = new LinkedHashMap<>();
        Map<Integer, NavigableMap<Long, Double>> reads = new LinkedHashMap<>();
        Floats buffer = Floats.allocate((int) (LARGEST / Float.BYTES)).fill(1f);
        for (int round = 0; round < ROUNDS; round++) { // the best of rounds that lie apart: something else may have had a processor for a while
            for (int threads : lab.threadCounts()) {
                Compute compute = lab.compute(threads);
                Ceilings c = compute.kernels().ceilings();
                float[] sink = new float[threads];
                double perCall = 2.0 * c.multiplyAddsPerRound() * FMA_ROUNDS * threads;
                flops.merge(threads, perCall / seconds(() -> compute.parallel().run(threads, t -> sink[t] += c.multiplyAdds(FMA_ROUNDS, 0.999f))), Math::max);
                NavigableMap<Long, Double> sizes = reads.computeIfAbsent(threads, t -> new TreeMap<>());
                for (long size = SMALLEST; size <= LARGEST; size *= 2) {
                    sizes.merge(size, size * readsIn(size, threads) / seconds(reader(compute, buffer, size)), Math::max);
                }
            }
            measured.run();
        }
        return new Roof(flops, reads);
    }

    /** A word where several threads got little more than one from registers alone: then something else was running. */
    Optional<String> doubt() {
        int threads = flops.keySet().stream().max(Integer::compare).orElseThrow();
        double gain = flops.get(threads) / flops.get(1);
        return gain >= PLAUSIBLE * threads ? Optional.empty() : Optional.of(String.format(Locale.ROOT,
                "%d threads reached only %.2fx the multiply-adds of one: something else was running, and shares of the ceiling mean little", threads, gain));
    }

    /** Seconds that so much arithmetic and so many bytes take at least. */
    double seconds(double flops, double bytes, int threads) {
        return Math.max(arithmetic(flops, threads), bytes / rate(bytes, threads));
    }

    /** Whether arithmetic takes longer than moving the bytes, on one thread. */
    boolean computeBound(double flops, double bytes) {
        return arithmetic(flops, 1) >= bytes / rate(bytes, 1);
    }

    /** Bytes a second from a buffer of that size, between the measured ones on a logarithmic scale. */
    double rate(double bytes, int threads) {
        NavigableMap<Long, Double> sizes = reads.get(threads);
        Map.Entry<Long, Double> below = sizes.floorEntry((long) bytes);
        Map.Entry<Long, Double> above = sizes.ceilingEntry((long) bytes);
        if (below == null || above == null) {
            return (below == null ? above : below).getValue();
        }
        if (below.getKey().equals(above.getKey())) {
            return below.getValue();
        }
        double share = Math.log(bytes / below.getKey()) / Math.log(above.getKey() / (double) below.getKey());
        return below.getValue() + share * (above.getValue() - below.getValue());
    }

    /** A call that reads {@code bytes} of {@code buffer} once or, when they are few, some times; see {@link #readsIn}. */
    static Runnable reader(Compute compute, Floats buffer, long bytes) {
        int threads = compute.parallel().threads();
        Ceilings c = compute.kernels().ceilings();
        int part = (int) (bytes / Float.BYTES / threads / UNIT) * UNIT;
        long repeats = readsIn(bytes, threads);
        float[] sink = new float[threads];
        return () -> compute.parallel().run(threads, t -> {
            for (long i = 0; i < repeats; i++) {
                sink[t] += c.read(buffer, t * part, part);
            }
        });
    }

    /** How often one call of {@link #reader} reads its bytes. */
    static long readsIn(long bytes, int threads) {
        return Math.max(1, TASK_BYTES * threads / bytes);
    }

    private double arithmetic(double work, int threads) {
        return work / flops.get(threads);
    }

    private static double seconds(Runnable call) {
        Entrants.time(call, SECONDS / 2); // wakes the helpers and fills the caches
        return Entrants.time(call, SECONDS);
    }
}
