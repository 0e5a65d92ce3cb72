package dev.filigree.app;

import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.SelfTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether the kernels of this process run as they should. Takes two or three seconds the first time, while the compiler works,
 * and up to twenty where it gave up.
 *
 * @param readings of the self-test; empty for scalar code
 * @param warnings one line each; empty when all is well
 */
public record KernelCheck(List<SelfTest.Reading> readings, List<String> warnings) {

    public static KernelCheck of(Kernels kernels) {
        if (kernels.lanes() == 1) {
            return new KernelCheck(List.of(), List.of("SCALAR CODE IS RUNNING, many times slower: start java with --add-modules jdk.incubator.vector"
                    + " and without --kernels scalar (property filigree.kernels)"));
        }
        List<SelfTest.Reading> readings = SelfTest.of(kernels);
        List<String> warnings = new ArrayList<>();
        readings.stream().filter(r -> !r.compiled()).forEach(r -> warnings.add(String.format(Locale.ROOT,
                "the kernel '%s' reaches %.0f %% of the ceiling, expected at least %.0f %%: the compiler gave up on it, or the processor is busy",
                r.kernel(), 100 * r.share(), 100 * r.healthy())));
        return new KernelCheck(readings, warnings);
    }
}
