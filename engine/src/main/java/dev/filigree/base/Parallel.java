package dev.filigree.base;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Runs numbered tasks on the calling thread and a few helpers. Helpers spin for a moment after work, so that the next
 * operation starts without a wake-up, and then park: an idle service pays nothing. Which thread runs a task never
 * matters to its result: tasks are cut by the caller, never by the number of threads.
 *
 * <p>When two threads use one pool at once, the second runs its tasks alone instead of waiting; so does a task that
 * starts tasks, and so does everybody once the pool is closed.
 */
public final class Parallel implements AutoCloseable {

    /** Waking a parked helper takes some 30 us, and the operations of a forward pass follow each other more closely. */
    private static final long PARK_AFTER_NANOS = 200_000;

    /**
     * A caller that has waited so long for a helper lets others run: the helper may have lost its processor. Helpers do not
     * yield, for beside another busy program they would be gone for milliseconds.
     */
    private static final long YIELD_AFTER_NANOS = 200_000;

    /** Steps of a spinning loop, some ten nanoseconds each, between two looks at the clock. */
    private static final int STEPS = 64;

    private final List<Helper> helpers;
    private final ReentrantLock callers = new ReentrantLock();
    private volatile Job job;
    private volatile boolean closed;

    /** A pool of {@code threads} threads, the caller included. */
    public Parallel(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, found " + threads);
        }
        this.helpers = IntStream.range(1, threads).mapToObj(Helper::new).toList();
        helpers.forEach(h -> h.thread.start());
    }

    /** A pool without helpers. */
    public static Parallel single() {
        return new Parallel(1);
    }

    public int threads() {
        return helpers.size() + 1;
    }

    /**
     * Runs {@code body} for 0 .. tasks-1 and returns when all are done. When tasks throw, tasks that were not begun are
     * left out, and what the first of them in order threw is thrown again: the same on any number of threads.
     */
    public void run(int tasks, IntConsumer body) {
        if (tasks <= 1 || helpers.isEmpty() || closed || callers.isHeldByCurrentThread() || !callers.tryLock()) {
            for (int t = 0; t < tasks; t++) {
                body.accept(t);
            }
            return;
        }
        try {
            Job j = new Job(tasks, body);
            job = j;
            for (int i = 0; i < helpers.size() && i < tasks - 1; i++) {
                helpers.get(i).wake();
            }
            j.work();
            j.await();
        } finally {
            callers.unlock();
        }
    }

    /** Ends the helpers; one that is at work finishes its task first. */
    @Override
    public void close() {
        closed = true;
        helpers.forEach(Helper::wake);
    }

    /** The threads of the helpers, for tests. */
    List<Thread> helperThreads() {
        return helpers.stream().map(h -> h.thread).toList();
    }

    private final class Helper {

        final Thread thread;
        /** Written by this helper alone. It parks only if it sees no job after this is true; a caller looks at this after it has set the job. */
        private volatile boolean parked;

        Helper(int number) {
            this.thread = Thread.ofPlatform().daemon().name("filigree-" + number).unstarted(this::help);
        }

        void wake() {
            if (parked) {
                LockSupport.unpark(thread);
            }
        }

        private void help() {
            Job last = null; // not the present job: the first may be there before this thread is, and it is to have a part in it
            while (!closed) {
                Job j = await(last);
                if (j != last) {
                    last = j;
                    j.work();
                } else {
                    parked = true;
                    if (job == last && !closed) {
                        LockSupport.park(Parallel.this);
                    }
                    parked = false;
                    Thread.interrupted(); // an interrupt left standing would keep park from waiting ever again
                }
            }
        }

        /** Spins for a job other than {@code last}; returns {@code last} when none came. */
        private Job await(Job last) {
            long begin = System.nanoTime();
            do {
                for (int i = 0; i < STEPS; i++) {
                    Job j = job;
                    if (j != last) {
                        return j;
                    }
                    Thread.onSpinWait();
                }
            } while (System.nanoTime() - begin < PARK_AFTER_NANOS && !closed);
            return last;
        }
    }

    /** Numbered tasks of which each is claimed once. */
    private static final class Job {

        private final int tasks;
        private IntConsumer body;
        private final AtomicInteger next = new AtomicInteger(); // beside left in memory: apart, short jobs took twice as long to start
        private final AtomicInteger left;
        private int failed = Integer.MAX_VALUE;
        private Throwable failure; // written before the last count, read after it

        Job(int tasks, IntConsumer body) {
            this.tasks = tasks;
            this.body = body;
            this.left = new AtomicInteger(tasks);
        }

        /** Runs tasks until none is left to claim. */
        void work() {
            int done = 0;
            for (int t = next.getAndIncrement(); t < tasks; t = next.getAndIncrement()) {
                try {
                    body.accept(t);
                } catch (Throwable e) {
                    fail(t, e);
                    done += tasks - Math.min(tasks, next.getAndSet(tasks));
                }
                done++;
            }
            if (done > 0) {
                left.addAndGet(-done);
            }
        }

        /** Tasks are claimed in order, so the first that throws is always among those that ran. */
        private synchronized void fail(int task, Throwable e) {
            if (task < failed) {
                failed = task;
                failure = e;
            }
        }

        /** Waits for the tasks that helpers have claimed, and throws what the first in order threw. */
        void await() {
            int step = 0;
            for (long begin = 0; left.get() != 0; step++) {
                Thread.onSpinWait();
                if (step % STEPS == 0) {
                    long now = System.nanoTime();
                    begin = step == 0 ? now : begin;
                    if (now - begin > YIELD_AFTER_NANOS) {
                        Thread.yield();
                    }
                }
            }
            body = null; // what it refers to may be collected, though helpers still know this job
            if (failure != null) {
                throw Job.<RuntimeException>asIs(failure);
            }
        }

        /** Throws what a task threw, also a checked exception that the compiler was not told of. */
        @SuppressWarnings("unchecked")
        private static <E extends Throwable> RuntimeException asIs(Throwable e) throws E {
            throw (E) e;
        }
    }
}
