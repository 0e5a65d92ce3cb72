package dev.filigree.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collection;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs, and has its twin; how fast is for people to look at. */
class TwinsTest {

    @Test
    void everyBenchmarkRunsInBothImplementations() throws Exception {
        Collection<RunResult> results = new Runner(new OptionsBuilder().include("dev.filigree.bench").forks(0).warmupIterations(0).measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(1)).verbosity(VerboseMode.SILENT).shouldFailOnError(true).build()).run();
        assertEquals(Implementation.values().length, results.stream().map(TwinsTest::implementation).distinct().count());
        assertEquals(1, results.stream().collect(Collectors.groupingBy(TwinsTest::implementation, Collectors.counting())).values().stream().distinct().count());
        assertTrue(results.stream().map(r -> r.getParams().getBenchmark()).distinct().count() >= 7, results.toString());
    }

    private static String implementation(RunResult r) {
        return r.getParams().getParam("kernels");
    }
}
