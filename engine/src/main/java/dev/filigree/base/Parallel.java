package dev.filigree.base;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;

/**
 * Runs numbered tasks on the calling thread and a few helpers. Helpers spin for a moment after work, so that the next
 * operation starts without a wake-up, and then park: an idle service pays nothing. Which thread runs a task never
 * matters to its result: tasks are cut by the caller, never by the number of threads.
 *
 * <p>When two threads use one pool at once, the second runs its tasks alone instead of waiting.
 */
public final class Parallel implements AutoCloseable {

    private static final int SPINS = 20_000;

    private final int threads;
    private final Thread[] helpers;
    private final ReentrantLock callers = new ReentrantLock();
    private volatile Job job;
    private volatile boolean closed;

    private static final class Job {
        final int tasks;
        final IntConsumer body;
        final java.util.concurrent.atomic.AtomicInteger next = new java.util.concurrent.atomic.AtomicInteger();
        final java.util.concurrent.atomic.AtomicInteger left;
        volatile Throwable failure;

        Job(int tasks, IntConsumer body) {
            this.tasks = tasks;
            this.body = body;
            this.left = new java.util.concurrent.atomic.AtomicInteger(tasks);
        }

        void work() {
            for (int t = next.getAndIncrement(); t < tasks; t = next.getAndIncrement()) {
                try {
                    body.accept(t);
                } catch (Throwable e) {
                    failure = e;
                } finally {
                    left.decrementAndGet();
                }
            }
        }
    }

    /** A pool of {@code threads} threads, the caller included. */
    public Parallel(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, found " + threads);
        }
        this.threads = threads;
        this.helpers = new Thread[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = Thread.ofPlatform().daemon().name("filigree-" + (i + 1)).unstarted(this::help);
            helpers[i].start();
        }
    }

    /** A pool without helpers. */
    public static Parallel single() {
        return new Parallel(1);
    }

    public int threads() {
        return threads;
    }

    /** Runs {@code body} for 0 .. tasks-1 and returns when all are done; rethrows what a task threw. */
    public void run(int tasks, IntConsumer body) {
        if (tasks <= 1 || threads == 1 || !callers.tryLock()) {
            for (int t = 0; t < tasks; t++) {
                body.accept(t);
            }
            return;
        }
        try {
            if (callers.getHoldCount() > 1) { // a task that starts tasks: the helpers are busy with the outer ones
                for (int t = 0; t < tasks; t++) {
                    body.accept(t);
                }
                return;
            }
            Job j = new Job(tasks, body);
            job = j;
            for (Thread h : helpers) {
                LockSupport.unpark(h);
            }
            j.work();
            while (j.left.get() != 0) {
                Thread.onSpinWait();
            }
            if (j.failure instanceof RuntimeException e) {
                throw e;
            } else if (j.failure instanceof Error e) {
                throw e;
            }
        } finally {
            callers.unlock();
        }
    }

    private void help() {
        Job seen = null;
        while (!closed) {
            Job j = job;
            for (int spin = 0; j == seen && spin < SPINS; spin++) {
                Thread.onSpinWait();
                j = job;
            }
            if (j == seen) {
                LockSupport.park(this); // a stored unpark returns at once, so a job set meanwhile is not missed
                continue;
            }
            seen = j;
            if (j != null) {
                j.work();
            }
        }
    }

    /** Ends the helpers. */
    @Override
    public void close() {
        closed = true;
        for (Thread h : helpers) {
            LockSupport.unpark(h);
        }
    }
}
