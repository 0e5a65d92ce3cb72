package dev.filigree.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.infer.Batcher;
import dev.filigree.infer.Batcher.Limits;
import dev.filigree.infer.Batcher.Request;
import dev.filigree.infer.Generator;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Sampling;
import dev.filigree.ops.KeyValues;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several texts at once, with the model that comes along. */
class BatcherTest {

    private static final String STORY = "Once upon a time, there was a little dog named Tim. Tim liked to play with a red ball in the park with his friend Sue. ";

    private static LanguageModel model;

    @BeforeAll
    static void open() {
        model = KnownLanguageModel.open("stories260k", 2);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Request random(int i) {
        Rng rng = new Rng(i).split("request");
        Sampling sampling = i % 3 == 0 ? Sampling.GREEDY : new Sampling(1, 0, 0.95, 1 + i % 2 * 0.1);
        return new Request(STORY.repeat(2).substring(0, rng.nextInt(2 * STORY.length())), 1 + rng.nextInt(60), sampling, i % 5 == 0 ? List.of("day") : List.of(), i);
    }

    /** Fifty requests of random length, submitted by three threads while others run, little room: each text is the one it has when it runs alone. */
    @ParameterizedTest
    @EnumSource(KeyValues.Type.class)
    void aTextDoesNotDependOnWhoElseIsThere(KeyValues.Type cache) throws Exception {
        int count = cache == KeyValues.Type.FP32 ? 50 : 12;
        List<Generator.Outcome> alone = new ArrayList<>();
        Limits limits = new Limits(7, 600, 20);
        try (Batcher one = new Batcher(model.with(cache), limits)) {
            for (int i = 0; i < count; i++) {
                alone.add(one.submit(random(i), text -> { }).get());
            }
        }
        List<StringBuilder> streamed = IntStream.range(0, count).mapToObj(i -> new StringBuilder()).toList();
        List<CompletableFuture<Generator.Outcome>> all = new ArrayList<>(IntStream.range(0, count).mapToObj(i -> (CompletableFuture<Generator.Outcome>) null).toList());
        try (Batcher many = new Batcher(model.with(cache), limits)) {
            List<Thread> threads = IntStream.range(0, 3).mapToObj(t -> Thread.ofPlatform().start(() -> {
                for (int i = t; i < count; i += 3) {
                    all.set(i, many.submit(random(i), streamed.get(i)::append));
                    try {
                        Thread.sleep(new Rng(i).split("pause").nextInt(4));
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            })).toList();
            for (Thread t : threads) {
                t.join();
            }
        }
        for (int i = 0; i < count; i++) {
            Generator.Outcome o = all.get(i).get();
            assertEquals(alone.get(i).text(), o.text(), "request " + i);
            assertEquals(o.text(), streamed.get(i).toString(), "request " + i);
            assertEquals(alone.get(i).tokens(), o.tokens());
            assertTrue(o.tokens() <= random(i).most());
        }
        assertTrue(all.stream().map(f -> f.join().text()).distinct().count() > count / 2);
    }

    @Test
    void greedyTextIsThatOfOneSequence() throws Exception {
        Generator.Outcome one = new Generator(model, Sampling.GREEDY, 1).run("Once upon a time", 100, text -> { });
        try (Batcher b = new Batcher(model, new Limits(4, 2000, 8))) {
            List<CompletableFuture<Generator.Outcome>> all = IntStream.range(0, 4).mapToObj(i -> b.submit(new Request("Once upon a time", 100, Sampling.GREEDY, List.of(), i), t -> { })).toList();
            for (CompletableFuture<Generator.Outcome> f : all) {
                assertEquals(one.text(), f.get().text());
            }
        }
    }

    @Test
    void whatCanNeverFitIsRefusedAndTheFaultOfOneIsNoOtherOnes() throws Exception {
        try (Batcher b = new Batcher(model, new Limits(3, 100, 16))) {
            UserError e = assertThrows(UserError.class, () -> b.submit(new Request("Tim", 200, Sampling.GREEDY, List.of(), 1), t -> { }));
            assertTrue(e.getMessage().contains("cache"), e.getMessage());
            assertThrows(UserError.class, () -> b.submit(new Request(STORY.repeat(30), 1, Sampling.GREEDY, List.of(), 1), t -> { }));
            CompletableFuture<Generator.Outcome> good = b.submit(new Request("Tim", 30, Sampling.GREEDY, List.of(), 1), t -> { });
            CompletableFuture<Generator.Outcome> bad = b.submit(new Request("Tim", 30, Sampling.GREEDY, List.of(), 1), t -> {
                throw new IllegalStateException("no room to write");
            });
            assertEquals("no room to write", assertThrows(ExecutionException.class, bad::get).getCause().getMessage());
            assertEquals(30, good.get().tokens());
        }
    }

    @Test
    void oneThatIsCancelledLeavesAndTheRestGoesOn() throws Exception {
        Batcher b = new Batcher(model, new Limits(1, 600, 16));
        CountDownLatch began = new CountDownLatch(1);
        CompletableFuture<Generator.Outcome> first = b.submit(new Request("Tim", 400, new Sampling(1, 0, 1, 1), List.of(), 1), t -> began.countDown());
        CompletableFuture<Generator.Outcome> next = b.submit(new Request("Sue", 5, Sampling.GREEDY, List.of(), 1), t -> { });
        assertTrue(began.await(20, TimeUnit.SECONDS));
        first.cancel(false);
        assertEquals(5, next.get(20, TimeUnit.SECONDS).tokens());
        List<CompletableFuture<Generator.Outcome>> rest = IntStream.range(0, 9).mapToObj(i -> b.submit(new Request("Sue", 400, new Sampling(1, 0, 1, 1), List.of(), i), t -> { })).toList();
        b.cancel();
        b.close();
        assertTrue(rest.stream().allMatch(CompletableFuture::isDone));
        assertTrue(assertThrows(CancellationException.class, rest.getLast()::get) != null);
        assertThrows(IllegalStateException.class, () -> b.submit(new Request("Sue", 4, Sampling.GREEDY, List.of(), 1), t -> { }));
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        assertThrows(UserError.class, () -> new Limits(0, 100, 10));
        assertThrows(UserError.class, () -> new Limits(65, 100, 10));
        assertThrows(UserError.class, () -> new Limits(4, 1, 10));
        assertThrows(UserError.class, () -> new Limits(4, 100, 0));
    }
}
