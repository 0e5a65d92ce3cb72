package dev.filigree.base;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
    void helpersHaveAPartInTheVeryFirstJob() {
        for (int round = 0; round < 20; round++) {
            try (Parallel p = new Parallel(2)) {
                CountDownLatch both = new CountDownLatch(2);
                p.run(2, i -> {
                    both.countDown();
                    assertTrue(assertDoesNotThrow(() -> both.await(10, TimeUnit.SECONDS)), "one thread ran both tasks");
                });
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

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void theFirstFailureInOrderReachesTheCallerOnAnyNumberOfThreads(int threads) {
        try (Parallel p = new Parallel(threads)) {
            for (int round = 0; round < 200; round++) {
                AtomicIntegerArray runs = new AtomicIntegerArray(64);
                IllegalStateException e = assertThrows(IllegalStateException.class, () -> p.run(64, i -> {
                    runs.incrementAndGet(i);
                    if (i % 20 == 5) {
                        throw new IllegalStateException("task " + i);
                    }
                }));
                assertEquals("task 5", e.getMessage());
                for (int i = 0; i < 64; i++) {
                    assertTrue(i <= 5 ? runs.get(i) == 1 : runs.get(i) <= 1, "task " + i + " ran " + runs.get(i) + " times");
                }
            }
            AtomicIntegerArray runs = new AtomicIntegerArray(8);
            p.run(8, runs::incrementAndGet);
            assertEquals(8, IntStream.range(0, 8).map(runs::get).sum(), "the pool works after a failure");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void errorsAndCheckedExceptionsAreNotLost(int threads) {
        try (Parallel p = new Parallel(threads)) {
            for (Throwable thrown : List.of(new StackOverflowError("deep"), new IOException("disk"))) {
                assertSame(thrown, assertThrows(Throwable.class, () -> p.run(8, i -> ParallelTest.<RuntimeException>raise(thrown))));
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void raise(Throwable e) throws E {
        throw (E) e;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7})
    void aSumOfPartsHasTheSameBitsOnAnyNumberOfThreads(int threads) {
        try (Parallel p = new Parallel(threads)) {
            for (int round = 0; round < 50; round++) {
                assertArrayEquals(parts(Parallel.single()), parts(p));
            }
        }
    }

    private static float[] parts(Parallel p) {
        float[] out = new float[33];
        p.run(out.length, t -> {
            for (int i = 1; i < 2000; i++) {
                out[t] += 1f / (i * (t + 1));
            }
        });
        return out;
    }

    @Test
    void interruptsDisturbNobody() throws InterruptedException {
        try (Parallel p = new Parallel(2)) {
            Thread helper = p.helperThreads().getFirst();
            helper.interrupt();
            awaitParked(helper); // a helper that stays interrupted would never wait
            Thread.currentThread().interrupt();
            AtomicIntegerArray runs = new AtomicIntegerArray(8);
            p.run(8, runs::incrementAndGet);
            assertEquals(8, IntStream.range(0, 8).map(runs::get).sum());
            assertTrue(Thread.interrupted(), "the caller's interrupt is left to the caller");
        }
    }

    @Test
    void closingWhileTasksRunLosesNone() throws InterruptedException {
        for (int round = 0; round < 50; round++) {
            Parallel p = new Parallel(3);
            AtomicIntegerArray runs = new AtomicIntegerArray(40);
            int last = round % 40;
            p.run(40, i -> {
                if (i == last) {
                    p.close();
                }
                runs.incrementAndGet(i);
            });
            p.run(40, runs::incrementAndGet);
            assertEquals(80, IntStream.range(0, 40).map(runs::get).sum());
            for (Thread helper : p.helperThreads()) {
                helper.join(10_000);
                assertEquals(Thread.State.TERMINATED, helper.getState());
            }
        }
    }

    @Test
    void aParkedHelperIsWokenForWork() throws InterruptedException {
        try (Parallel p = new Parallel(2)) {
            Thread helper = p.helperThreads().getFirst();
            awaitParked(helper);
            CountDownLatch both = new CountDownLatch(2);
            p.run(2, i -> { // ends only if two threads are at it
                both.countDown();
                assertDoesNotThrow(() -> assertTrue(both.await(10, TimeUnit.SECONDS), "the helper did not come"));
            });
        }
    }

    @Test
    void idleHelpersUseNoProcessorTime() throws InterruptedException {
        ThreadMXBean times = ManagementFactory.getThreadMXBean();
        try (Parallel p = new Parallel(3)) {
            p.run(30, i -> { });
            for (Thread helper : p.helperThreads()) {
                awaitParked(helper);
            }
            long[] before = p.helperThreads().stream().mapToLong(h -> times.getThreadCpuTime(h.threadId())).toArray();
            Thread.sleep(300);
            long[] after = p.helperThreads().stream().mapToLong(h -> times.getThreadCpuTime(h.threadId())).toArray();
            for (int i = 0; i < before.length; i++) {
                assertTrue(after[i] - before[i] < 1_000_000, "an idle helper took " + (after[i] - before[i]) + " ns in 0.3 s");
            }
        }
    }

    @Test
    void whatATaskRefersToIsLetGo() throws InterruptedException {
        try (Parallel p = new Parallel(2)) {
            WeakReference<Object> held = runWithSomething(p);
            for (int wait = 0; wait < 1000 && held.get() != null; wait++) {
                System.gc();
                Thread.sleep(5);
            }
            assertNull(held.get());
        }
    }

    private static WeakReference<Object> runWithSomething(Parallel p) {
        Object something = new Object();
        p.run(8, i -> something.hashCode());
        return new WeakReference<>(something);
    }

    /** A wake-up that came too late for its job lets a helper look around once more: it is parked when two looks in a row say so. */
    private static void awaitParked(Thread helper) throws InterruptedException {
        int looks = 0;
        for (int wait = 0; wait < 2000 && looks < 2; wait++) {
            looks = helper.getState() == Thread.State.WAITING ? looks + 1 : 0;
            Thread.sleep(5);
        }
        assertEquals(2, looks, "the helper is still " + helper.getState());
    }
}
