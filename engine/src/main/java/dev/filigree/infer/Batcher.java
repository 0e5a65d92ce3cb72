package dev.filigree.infer;

import dev.filigree.base.UserError;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Eager;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Several texts at once with continuous batching (Yu et al. 2022, Orca, OSDI): every step computes one token of each sequence that runs, and a
 * part of the prompts of those that begin, in one pass over the weights. A sequence that ends leaves at once and the next that waits takes its
 * place; those that wait are admitted in their order.
 *
 * <p>A text does not depend on who else is there: all passes have panels of one width, and in those a token's bits depend on its own sequence
 * alone. Another {@link Limits#sequences}, so that the width is another, may round differently, and so may a {@link Generator}.
 *
 * <p>For any number of threads. Characters and outcomes are given out by the thread that computes: what they start should be short.
 */
public final class Batcher implements AutoCloseable {

    /**
     * What may be under way.
     *
     * @param sequences at once, at most 64
     * @param tokens    that all sequences together may remember, prompts and what is still to come: this bounds memory
     * @param chunk     tokens of prompts in a step: this bounds how long a prompt holds up the others
     */
    public record Limits(int sequences, int tokens, int chunk) {

        public Limits {
            int widest = Kernels.WIDTHS[Kernels.WIDTHS.length - 1];
            if (sequences < 1 || sequences > widest) {
                throw new UserError("--batch: found " + sequences + ", expected 1 to " + widest + " sequences at once");
            }
            if (tokens < 2 || chunk < 1) {
                throw new UserError("--cache-tokens and --chunk: found room for " + tokens + " tokens and prompts in chunks of " + chunk + ", expected at least 2 and 1");
            }
        }

        /** Tokens per panel of every pass. */
        int width() {
            return Kernels.widthFor(Math.max(2, sequences));
        }
    }

    /**
     * A text to go on with.
     *
     * @param most tokens to add
     * @param stop texts at which it ends; they are not given out
     */
    public record Request(String prompt, int most, Sampling sampling, List<String> stop, long seed) {

        public Request {
            stop = List.copyOf(stop);
        }
    }

    private final LanguageModel model;
    private final Limits limits;
    private final Deque<Running> waiting = new ArrayDeque<>(); // guarded by this
    private boolean closing; // guarded by this
    private boolean cancelled; // guarded by this
    private final List<Running> running = new ArrayList<>(); // of the thread, as all below
    private Eager ops;
    private final Thread thread;

    /** The batcher does not own {@code model}, which runs under no policy and is to be open until this is closed. */
    public Batcher(LanguageModel model, Limits limits) {
        if (model.gates().isPresent()) {
            throw new UserError("--policy: found one for several texts at once, expected none: what one text leaves out another needs; leave --prompts or --policy out");
        }
        this.model = model;
        this.limits = limits;
        this.ops = fresh();
        this.thread = Thread.ofPlatform().daemon().name("filigree-batcher").start(this::serve);
    }

    /**
     * Puts a request in line.
     *
     * @param out is given the characters as they come
     * @return what it took, its seconds counted from admission on; to cancel it ends the text at the next step
     * @throws UserError             when it could never be admitted
     * @throws IllegalStateException when this is closed
     */
    public CompletableFuture<Generator.Outcome> submit(Request request, Consumer<String> out) {
        Running r = new Running(new Continuation(model, request.prompt, request.most, request.sampling, request.stop, request.seed, out));
        if (r.text.room() > limits.tokens) {
            throw new UserError("prompt: found " + r.text.room() + " tokens with those to add, expected at most the " + limits.tokens + " that the cache has room for");
        }
        synchronized (this) {
            if (closing) {
                throw new IllegalStateException("this batcher is closed");
            }
            waiting.addLast(r);
            notifyAll();
        }
        return r.future;
    }

    /** Ends everything that waits or runs, without an outcome, and takes nothing more. */
    public synchronized void cancel() {
        closing = true;
        cancelled = true;
        notifyAll();
    }

    /** Takes nothing more and waits until all that was submitted is done; an interrupt cancels the rest. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        boolean interrupted = false;
        while (thread.isAlive() && Thread.currentThread() != thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
                cancel();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A request that was admitted, or waits for it. */
    private static final class Running {

        final Continuation text;
        final CompletableFuture<Generator.Outcome> future = new CompletableFuture<>();
        SequenceMemory memory;
        long admitted;
        long first;

        Running(Continuation text) {
            this.text = text;
        }

        /** Tokens that are known and were not computed yet. */
        int pending() {
            return text.length() - memory.length();
        }

        Pass.Part part(int count) {
            return new Pass.Part(text.ids(memory.length(), memory.length() + count), memory);
        }

        void end() {
            long now = System.nanoTime();
            String whole = text.end();
            future.complete(new Generator.Outcome(text.prompt(), (first - admitted) * 1e-9, text.chosen(), (now - first) * 1e-9, memory.bytes(), whole, Optional.empty()));
        }
    }

    private Eager fresh() {
        return new Eager(model.compute(), tokens -> limits.width());
    }

    private void serve() {
        Throwable failure = new CancellationException("the batcher was cancelled");
        try {
            while (admit()) {
                step();
            }
        } catch (Throwable e) {
            failure = e;
        } finally {
            List<Running> left = new ArrayList<>(running);
            synchronized (this) {
                closing = true;
                left.addAll(waiting);
                waiting.clear();
            }
            for (Running r : left) {
                r.future.completeExceptionally(failure);
            }
            leave();
            ops.close();
        }
    }

    /** Waits for something to do, and admits what there is room for; false at the end. */
    private boolean admit() throws InterruptedException {
        leave();
        synchronized (this) {
            while (running.isEmpty() && waiting.isEmpty() && !closing) {
                wait();
            }
            int tokens = running.stream().mapToInt(r -> r.text.room()).sum();
            while (!cancelled && !waiting.isEmpty() && running.size() < limits.sequences && tokens + waiting.peekFirst().text.room() <= limits.tokens) {
                Running r = waiting.removeFirst();
                if (!r.future.isDone()) { // else it was cancelled while it waited
                    running.add(r);
                    tokens += r.text.room();
                }
            }
            if (cancelled || running.isEmpty() && closing) {
                return false;
            }
        }
        for (Running r : running) {
            if (r.memory == null) {
                begin(r);
            }
        }
        return true;
    }

    private void begin(Running r) {
        r.admitted = System.nanoTime();
        try {
            r.memory = new SequenceMemory(model.model(), model.cache(), r.text.room());
        } catch (RuntimeException | OutOfMemoryError e) {
            r.future.completeExceptionally(e);
        }
    }

    /** Lets those go that ended, failed or were cancelled. */
    private void leave() {
        for (Iterator<Running> i = running.iterator(); i.hasNext();) {
            Running r = i.next();
            if (r.future.isDone()) {
                i.remove();
                if (r.memory != null) {
                    r.memory.close();
                }
            }
        }
    }

    /** One token of each sequence, and a chunk of prompts. */
    private void step() {
        leave();
        List<Running> now = new ArrayList<>();
        List<Pass.Part> parts = new ArrayList<>();
        int left = limits.chunk;
        for (Running r : running) {
            int count = r.pending() == 1 ? 1 : Math.min(r.pending(), left);
            if (count > 0) {
                left -= r.pending() == 1 ? 0 : count;
                now.add(r);
                parts.add(r.part(count));
            }
        }
        if (now.isEmpty()) {
            return;
        }
        int[] before = now.stream().mapToInt(r -> r.memory.length()).toArray();
        try {
            advance(now, parts);
        } catch (RuntimeException e) { // of one sequence, most likely: the others must not suffer
            for (int i = 0; i < now.size(); i++) {
                alone(now.get(i), parts.get(i), before[i]);
            }
        }
    }

    private void alone(Running r, Pass.Part part, int before) {
        ops.close();
        ops = fresh();
        r.memory.cut(before);
        try {
            advance(List.of(r), List.of(part));
        } catch (RuntimeException e) {
            r.future.completeExceptionally(e);
        }
    }

    private void advance(List<Running> now, List<Pass.Part> parts) {
        List<Running> asked = new ArrayList<>();
        int[] scored = new int[now.size()];
        int at = 0;
        for (int i = 0; i < now.size(); i++) {
            at += parts.get(i).ids().length;
            if (now.get(i).pending() == parts.get(i).ids().length) {
                scored[asked.size()] = at - 1;
                asked.add(now.get(i));
            }
        }
        float[][] scores = new Pass(parts).run(model.model(), ops, Arrays.copyOf(scored, asked.size()));
        int[] chosen = new int[asked.size()];
        model.compute().parallel().run(chosen.length, i -> chosen[i] = asked.get(i).text.choose(scores[i]));
        long time = System.nanoTime();
        for (int i = 0; i < chosen.length; i++) {
            Running r = asked.get(i);
            r.first = r.first == 0 ? time : r.first;
            try {
                if (!r.text.add(chosen[i])) {
                    r.end();
                }
            } catch (RuntimeException e) { // of the caller that is given characters
                r.future.completeExceptionally(e);
            }
        }
    }
}
