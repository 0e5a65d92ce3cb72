package dev.filigree.report;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a result comes from: enough to run it again and to know on what it was measured. Written with every result.
 *
 * @param command  the command line or the name of the study
 * @param version  version of Filigree
 * @param seed     seed of every random choice
 * @param threads  threads that computed
 * @param kernels  which kernel implementation ran, with the vector width
 * @param recipe   settings that decide the result, in order
 * @param data     name of each data set, with its size or checksum
 * @param machine  where it ran
 * @param started  when it began, UTC, to the second (ISO 8601)
 * @param seconds  how long it took, 0 while it runs
 */
public record RunRecord(String command, String version, long seed, int threads, String kernels, Map<String, String> recipe,
                        Map<String, String> data, Machine machine, String started, double seconds) {

    public RunRecord {
        recipe = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(recipe));
        data = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(data));
    }

    /** The record of a run that begins now, on this machine. */
    public static RunRecord start(String command, long seed, int threads, String kernels, Map<String, String> recipe, Map<String, String> data) {
        return new RunRecord(command, builtVersion(), seed, threads, kernels, recipe, data, Machine.here(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), 0);
    }

    /** The same run with its duration: from its start until now. */
    public RunRecord finished() {
        double took = Duration.between(Instant.parse(started), Instant.now()).toMillis() / 1000.0;
        return new RunRecord(command, version, seed, threads, kernels, recipe, data, machine, started, took);
    }

    /** The same run on these data sets. */
    public RunRecord on(Map<String, String> used) {
        return new RunRecord(command, version, seed, threads, kernels, recipe, used, machine, started, seconds);
    }

    /** Version of Filigree as packed, "development" when it runs from classes. */
    public static String builtVersion() {
        String version = RunRecord.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Two columns for a person. */
    public Table table() {
        Table t = new Table("", Column.text("what"), Column.text("value"))
                .row("command", command)
                .row("Filigree", version)
                .row("started", started)
                .row("took", seconds > 0 ? Units.seconds(seconds) : null)
                .row("seed", seed)
                .row("threads", threads + " of " + machine.processors())
                .row("kernels", kernels);
        recipe.forEach(t::row);
        data.forEach(t::row);
        return t.row("processor", machine.processor())
                .row("memory", Units.bytes(machine.memoryBytes()))
                .row("Java", machine.jvm())
                .row("system", machine.os());
    }
}
