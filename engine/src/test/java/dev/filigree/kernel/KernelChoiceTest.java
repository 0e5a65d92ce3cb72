package dev.filigree.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which kernels a process runs; each case in a process of its own, because the choice is made once. */
class KernelChoiceTest {

    private static final int MOST = Math.clamp(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512);

    @ParameterizedTest
    @ValueSource(strings = {"512", "256", "128"})
    void aForcedWidthRunsOrIsRefusedEveryTime(String asked) throws Exception {
        assertEquals(Integer.parseInt(asked) <= MOST ? ("vector " + asked + " bit\n").repeat(2)
                : ("kernels: found " + asked + ", expected auto, scalar or a vector width of 128, 256 or 512 bits, and at most " + MOST
                        + " with this processor and Java\n").repeat(2), child(asked, true));
    }

    @Test
    void scalarCodeRunsWhenAskedFor() throws Exception {
        assertEquals("scalar\n".repeat(2), child("scalar", true));
        assertEquals("scalar\n".repeat(2), child("scalar", false));
    }

    @Test
    void leftAloneTheWidestRuns() throws Exception {
        assertEquals(("vector " + MOST + " bit\n").repeat(2), child("auto", true));
        assertEquals(("vector " + MOST + " bit\n").repeat(2), child(null, true));
    }

    @Test
    void withoutTheVectorModuleScalarCodeRunsAndSaysSo() throws Exception {
        assertEquals("filigree: running scalar code, many times slower: start java with --add-modules jdk.incubator.vector\n" + "scalar\n".repeat(2), child(null, false));
        assertEquals("kernels: found 256, but only scalar code can run: start java with --add-modules jdk.incubator.vector\n".repeat(2), child("256", false));
    }

    @Test
    void anUnknownNameIsRefused() throws Exception {
        assertTrue(child("1024", true).startsWith("kernels: found 1024, expected auto, scalar or"));
        assertTrue(child("fast", true).startsWith("kernels: found fast, expected auto, scalar or"));
    }

    private static String child(String asked, boolean vectorModule) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        if (vectorModule) {
            command.add("--add-modules=jdk.incubator.vector");
        }
        if (asked != null) {
            command.add("-Dfiligree.kernels=" + asked);
        }
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Child.class.getName()));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        assertEquals(0, child.waitFor(), out);
        return out.replace("WARNING: Using incubator modules: jdk.incubator.vector\n", "");
    }

    /** Prints twice what {@link Kernels#best} gives or why it gives nothing. */
    static final class Child {

        private Child() {
        }

        public static void main(String[] args) {
            for (int i = 0; i < 2; i++) {
                try {
                    System.out.println(Kernels.best().name());
                } catch (UserError e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }
}
