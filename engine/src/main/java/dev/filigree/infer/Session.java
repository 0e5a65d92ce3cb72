package dev.filigree.infer;

import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Model;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Value;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntUnaryOperator;

/**
 * Serves a model from any number of threads. Requests are cut into groups of sequences of similar length, laid end to
 * end without padding; groups run beside each other where there are several, and one group's operations are split
 * where there is only one.
 */
public final class Session implements AutoCloseable {

    private final Model model;
    private final Compute compute;
    private final Compute alone;
    private final IntUnaryOperator widths;
    private final ConcurrentLinkedDeque<Eager> splitting = new ConcurrentLinkedDeque<>();
    private final ConcurrentLinkedDeque<Eager> lone = new ConcurrentLinkedDeque<>();
    private final ReadWriteLock open = new ReentrantReadWriteLock();
    private boolean closed;

    /** The session owns neither {@code model} nor {@code compute}. */
    public Session(Model model, Compute compute) {
        this(model, compute, Kernels::widthFor);
    }

    /** @param widths tokens per panel for a pass of so many tokens, see {@link Plan#width} */
    public Session(Model model, Compute compute, IntUnaryOperator widths) {
        this.model = model;
        this.compute = compute;
        this.alone = compute.single();
        this.widths = widths;
    }

    /**
     * One vector a sequence, in order.
     *
     * @param sequences token ids, none empty
     */
    public float[][] encode(List<int[]> sequences) {
        open.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("this session is closed");
            }
            float[][] out = new float[sequences.size()][];
            List<List<Integer>> groups = Groups.of(sequences);
            if (groups.size() >= compute.parallel().threads()) {
                compute.parallel().run(groups.size(), g -> run(lone, alone, sequences, groups.get(g), out));
            } else {
                for (List<Integer> group : groups) {
                    run(splitting, compute, sequences, group, out);
                }
            }
            return out;
        } finally {
            open.readLock().unlock();
        }
    }

    /** Bytes of activation buffers held between calls. */
    public long bytes() {
        return splitting.stream().mapToLong(Eager::bytes).sum() + lone.stream().mapToLong(Eager::bytes).sum();
    }

    /** Waits for running calls, then frees the buffers. */
    @Override
    public void close() {
        open.writeLock().lock();
        try {
            closed = true;
            splitting.forEach(Eager::close);
            lone.forEach(Eager::close);
            splitting.clear();
            lone.clear();
        } finally {
            open.writeLock().unlock();
        }
    }

    private void run(ConcurrentLinkedDeque<Eager> idle, Compute on, List<int[]> sequences, List<Integer> group, float[][] out) {
        Eager ops = idle.pollLast();
        if (ops == null) {
            ops = new Eager(on, widths);
        }
        Value v = model.forward(ops, Tokens.of(group.stream().map(sequences::get).toList()));
        for (int i = 0; i < group.size(); i++) {
            out[group.get(i)] = v.token(i);
        }
        ops.release(v);
        idle.addLast(ops);
    }
}
