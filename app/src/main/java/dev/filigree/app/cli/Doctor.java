package dev.filigree.app.cli;

import dev.filigree.app.KernelCheck;
import dev.filigree.app.Probe;
import dev.filigree.base.Parallel;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.report.Column;
import dev.filigree.report.Json;
import dev.filigree.report.Machine;
import dev.filigree.report.Progress;
import dev.filigree.report.Table;
import dev.filigree.report.Units;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code filigree doctor}: what this machine is, what it allows, and whether the kernels run as they should. */
@Command(name = "doctor", description = "Check this machine: Java, vector width, speed of the kernels, memory. Takes about eight seconds.",
        footer = {"", "Examples:", "  filigree doctor", "  filigree doctor --threads 1 --json"})
final class Doctor implements Runnable {

    private static final long SMALL_MEMORY = 2_000_000_000L;

    @ParentCommand
    private Filigree filigree;

    @Override
    public void run() {
        int threads = filigree.threads();
        Machine machine = Machine.here();
        Kernels kernels = Kernels.best();
        Probe probe;
        KernelCheck check;
        try (Parallel parallel = new Parallel(threads); Progress.Stage stage = filigree.progress().stage("measure", Probe.FIGURES + 1)) {
            check = KernelCheck.of(kernels); // first: it waits for the compiler
            stage.add(1);
            probe = Probe.of(new Compute(kernels, parallel), () -> stage.add(1));
        }
        List<String> warnings = warnings(machine, check, probe);
        if (filigree.json()) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("machine", machine);
            all.put("heap_bytes", Runtime.getRuntime().maxMemory());
            all.put("kernels", kernels.name());
            all.put("threads", threads);
            all.put("probe", probe);
            all.put("self_test", check.readings());
            all.put("warnings", warnings);
            filigree.console().out().print(Json.pretty(all));
        } else {
            filigree.console().out().print(table(machine, kernels, threads, probe).text(filigree.console().columns()));
        }
        warnings.forEach(w -> filigree.console().err().println("WARNING: " + w));
        if (warnings.isEmpty()) {
            filigree.console().err().println("all well");
        }
    }

    private static Table table(Machine machine, Kernels kernels, int threads, Probe probe) {
        String chosen = System.getProperty("filigree.kernels", "auto");
        return new Table("", Column.text("what"), Column.text("found"))
                .row("Java", machine.jvm())
                .row("system", machine.os())
                .row("processor", machine.processor() + ", " + machine.processors() + " in use by this process")
                .row("memory", Units.bytes(machine.memoryBytes()) + ", heap up to " + Units.bytes(Runtime.getRuntime().maxMemory()))
                .row("kernels", kernels.name() + (chosen.equals("auto") ? ", the widest that this processor prefers" : ", asked for by name"))
                .row("multiply-adds, 1 thread", gigaflops(probe.oneThread()))
                .row("multiply-adds, " + threads + " threads", gigaflops(probe.allThreads()))
                .row("read 128 kB, 1 thread", bandwidth(probe.cacheRead()))
                .row("read 256 MB, " + threads + " threads", bandwidth(probe.memoryRead()))
                .row("dense product, 1 thread", String.format(Locale.ROOT, "%s, %.0f %% of the ceiling, %.1fx scalar code",
                        gigaflops(probe.product()), 100 * probe.productShare(), probe.product() / probe.scalarProduct()));
    }

    private static List<String> warnings(Machine machine, KernelCheck check, Probe probe) {
        List<String> warnings = new ArrayList<>(check.warnings());
        if (!probe.healthy()) {
            warnings.add(String.format(Locale.ROOT, "the dense product reaches %.0f %% of the ceiling: either the compiler gave up on it"
                    + " or other programs are using the processor; close them and look again", 100 * probe.productShare()));
        }
        if (machine.memoryBytes() < SMALL_MEMORY) {
            warnings.add("less than 2 GB of memory: recovery of a small encoder needs about 1.5 GB");
        }
        return warnings;
    }

    private static String gigaflops(double value) {
        return String.format(Locale.ROOT, "%.1f GFLOP/s", value);
    }

    private static String bandwidth(double value) {
        return String.format(Locale.ROOT, "%.1f GB/s", value);
    }
}
