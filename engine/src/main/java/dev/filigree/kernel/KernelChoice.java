package dev.filigree.kernel;

import dev.filigree.base.UserError;
import dev.filigree.kernel.scalar.ScalarKernels;

/**
 * Chooses the implementation once, when first asked, by the property {@value #PROPERTY}: {@code auto} (vectors as wide as
 * this processor prefers), {@code 512}, {@code 256}, {@code 128} or {@code scalar}. What was asked for by name is never
 * replaced by something else.
 */
final class KernelChoice {

    static final String PROPERTY = "filigree.kernels";

    private static final KernelChoice CHOICE = choose(System.getProperty(PROPERTY, "auto"));

    private final Kernels kernels;
    private final String refusal;

    private KernelChoice(Kernels kernels, String refusal) {
        this.kernels = kernels;
        this.refusal = refusal;
    }

    static Kernels best() {
        if (CHOICE.refusal != null) {
            throw new UserError(CHOICE.refusal);
        }
        return CHOICE.kernels;
    }

    private static KernelChoice choose(String asked) {
        if (asked.equals("scalar")) {
            return new KernelChoice(new ScalarKernels(), null);
        }
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return without(asked, "start java with --add-modules jdk.incubator.vector");
        }
        try {
            // by name: the class must not be linked when the incubator module is absent
            return new KernelChoice((Kernels) Class.forName("dev.filigree.kernel.vector.VectorKernels").getDeclaredConstructor().newInstance(), null);
        } catch (ReflectiveOperationException | LinkageError e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return cause instanceof UserError ? new KernelChoice(null, cause.getMessage()) : without(asked, "vector kernels did not start: " + cause);
        }
    }

    private static KernelChoice without(String asked, String why) {
        if (!asked.equals("auto")) {
            return new KernelChoice(null, "kernels: found " + asked + ", but only scalar code can run: " + why);
        }
        System.err.println("filigree: running scalar code, many times slower: " + why);
        return new KernelChoice(new ScalarKernels(), null);
    }
}
