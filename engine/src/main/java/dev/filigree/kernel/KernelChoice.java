package dev.filigree.kernel;

import dev.filigree.kernel.scalar.ScalarKernels;

/** Chooses the implementation once, when first asked. */
final class KernelChoice {

    static final Kernels BEST = choose();

    private KernelChoice() {
    }

    private static Kernels choose() {
        if ("scalar".equals(System.getProperty("filigree.kernels"))) {
            return new ScalarKernels();
        }
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            System.err.println("filigree: running scalar code, many times slower: start java with --add-modules jdk.incubator.vector");
            return new ScalarKernels();
        }
        try {
            // by name: the class must not be linked when the incubator module is absent
            return (Kernels) Class.forName("dev.filigree.kernel.vector.VectorKernels").getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            System.err.println("filigree: running scalar code, many times slower: vector kernels did not start: " + e);
            return new ScalarKernels();
        }
    }
}
