package dev.filigree.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a result depends on beside the program: where it ran.
 *
 * @param jvm         vendor and version of the Java machine
 * @param os          name, version and architecture of the operating system
 * @param processor   the processor's own name, or the architecture when it does not tell
 * @param processors  logical processors that this process may use
 * @param memoryBytes memory of the machine, or of the container this process is in
 */
public record Machine(String jvm, String os, String processor, int processors, long memoryBytes) {

    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    /** This machine. */
    public static Machine here() {
        String os = System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch");
        String jvm = System.getProperty("java.vm.name") + " " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")";
        return new Machine(jvm, os, processorName(), Runtime.getRuntime().availableProcessors(), memory());
    }

    private static long memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean bean
                ? bean.getTotalMemorySize() : Runtime.getRuntime().maxMemory();
    }

    private static String processorName() {
        try {
            if (Files.isReadable(CPUINFO)) {
                try (Stream<String> lines = Files.lines(CPUINFO, StandardCharsets.ISO_8859_1)) {
                    return lines.filter(l -> l.startsWith("model name")).findFirst()
                            .map(l -> l.substring(l.indexOf(':') + 1).strip()).orElseGet(Machine::architecture);
                }
            }
            if (System.getProperty("os.name").startsWith("Mac")) {
                Process p = new ProcessBuilder("sysctl", "-n", "machdep.cpu.brand_string").redirectErrorStream(true).start();
                String name = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                return p.waitFor(5, TimeUnit.SECONDS) && p.exitValue() == 0 && !name.isEmpty() ? name : architecture();
            }
        } catch (IOException e) {
            return architecture();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return architecture();
    }

    private static String architecture() {
        return System.getProperty("os.arch");
    }
}
