package dev.filigree.kernel;

import dev.filigree.base.Parallel;

/** Where work runs: an implementation of the kernels and the threads to run it on. */
public record Compute(Kernels kernels, Parallel parallel) {

    /** The best kernels on {@code threads} threads. */
    public static Compute of(int threads) {
        return new Compute(Kernels.best(), new Parallel(threads));
    }

    /** The same kernels on the calling thread alone. */
    public Compute single() {
        return new Compute(kernels, Parallel.single());
    }
}
