package dev.filigree.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void everyTaskRunsOnce(int threads) {
        try (Parallel p = new Parallel(threads)) {
            for (int round = 0; round < 300; round++) {
                AtomicIntegerArray runs = new AtomicIntegerArray(round);
                p.run(round, runs::incrementAndGet);
                for (int i = 0; i < round; i++) {
                    assertEquals(1, runs.get(i));
                }
            }
        }
    }

    @Test
    void aTaskMayStartTasks() {
        try (Parallel p = new Parallel(2)) {
            AtomicIntegerArray runs = new AtomicIntegerArray(100);
            p.run(10, i -> p.run(10, j -> runs.incrementAndGet(10 * i + j)));
            assertEquals(100, IntStream.range(0, 100).map(runs::get).sum());
        }
    }

    @Test
    void severalCallersShareAPool() {
        try (Parallel p = new Parallel(2)) {
            AtomicIntegerArray runs = new AtomicIntegerArray(50);
            IntStream.range(0, 200).parallel().forEach(c -> p.run(50, runs::incrementAndGet));
            assertEquals(200 * 50, IntStream.range(0, 50).map(runs::get).sum());
        }
    }

    @Test
    void whatATaskThrowsReachesTheCaller() {
        try (Parallel p = new Parallel(2)) {
            assertThrows(IllegalStateException.class, () -> p.run(8, i -> {
                if (i == 5) {
                    throw new IllegalStateException("task 5");
                }
            }));
            AtomicIntegerArray runs = new AtomicIntegerArray(8);
            p.run(8, runs::incrementAndGet);
            assertEquals(8, IntStream.range(0, 8).map(runs::get).sum());
        }
    }

    @Test
    void idleHelpersPark() throws InterruptedException {
        try (Parallel p = new Parallel(2)) {
            p.run(4, i -> { });
            Thread helper = Thread.getAllStackTraces().keySet().stream()
                    .filter(t -> t.getName().startsWith("filigree-") && t.getState() != Thread.State.TERMINATED).findFirst().orElseThrow();
            for (int wait = 0; wait < 1000 && helper.getState() != Thread.State.WAITING; wait++) {
                Thread.sleep(5);
            }
            assertTrue(helper.getState() == Thread.State.WAITING, "the helper is " + helper.getState());
        }
    }
}
