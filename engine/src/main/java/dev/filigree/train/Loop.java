package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.grad.Gradients;
import dev.filigree.grad.Tape;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Canonical;
import dev.filigree.tensor.Remap;
import dev.filigree.tensor.Rewiring;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Map;

/**
 * A bare training loop: batch, forward, backward, clip, update; everything else arrives through hooks. The same setup
 * and seed give the same bits at any number of threads. For one thread at a time.
 */
public final class Loop implements Stateful, AutoCloseable {

    private static final int FEWEST_REHEARSED = 6;

    private final Compute compute;
    private final Model model;
    private final Setup setup;
    private final Trained trained;
    private final Gradients gradients;
    private final Tape tape;
    private final Streams streams;
    private long step;
    private Loss loss;

    /** Is told after every step. */
    @FunctionalInterface
    public interface Listener {

        /**
         * @param step    steps done
         * @param steps   length of the run
         * @param batch   what this step learned from
         * @param seconds that it took, hooks included
         */
        void done(long step, long steps, Loss loss, Batch batch, double seconds);
    }

    /** Takes over the model: its prunable weights are held in the setup's layout from now on, and are changed in place. */
    public Loop(Compute compute, Model model, Setup setup) {
        this.compute = compute;
        this.model = model;
        this.setup = setup;
        this.trained = new Trained(compute.parallel(), model, setup.layout());
        this.gradients = new Gradients(trained.params());
        Streams random = new Streams(setup.rng());
        this.streams = random;
        this.tape = new Tape(compute, gradients, () -> random.of("dropout")); // the tape is not to hold the whole loop
    }

    public Compute compute() {
        return compute;
    }

    public Model model() {
        return model;
    }

    public Setup setup() {
        return setup;
    }

    public Optimizer optimizer() {
        return setup.optimizer();
    }

    /** Gradients of the step in progress, by parameter. */
    public Gradients gradients() {
        return gradients;
    }

    /** Where a step's forward pass is recorded. */
    public Tape tape() {
        return tape;
    }

    /** Steps done. */
    public long step() {
        return step;
    }

    /** The loss of the step in progress, or of the last one. */
    public Loss loss() {
        return loss;
    }

    /** Steps that one look at every example takes, rounded up. */
    public long stepsPerEpoch() {
        return Math.ceilDiv(setup.batches().count(), setup.batches().size());
    }

    /** Bytes held for the parameters now; some appear with the first step. */
    public Memory memory() {
        return new Memory(trained.params().stream().mapToLong(p -> p.forward().bytes() + (p.projected() ? p.backward().bytes() : 0)).sum(), gradients.bytes(),
                setup.optimizer().bytes() + setup.hooks().stream().mapToLong(Hook::bytes).sum(),
                tape.transposeBytes() + trained.params().stream().filter(Held::projected).mapToLong(p -> p.wayBack() == null ? 0 : p.wayBack().bytes()).sum(), tape.bytes());
    }

    /** Length of the run in steps. */
    public long steps() {
        return setup.steps();
    }

    /** The stream of this name; its position is part of the run's state. */
    public Rng rng(String name) {
        return streams.of(name);
    }

    /** Trains to the end of the run. */
    public void run(Listener listener) {
        while (step < steps()) {
            long start = System.nanoTime();
            Batch batch = next();
            advance(batch, true);
            listener.done(step, steps(), loss, batch, (System.nanoTime() - start) * 1e-9);
        }
    }

    /** One step of training. */
    public Loss advance() {
        return advance(next(), true);
    }

    private Batch next() {
        if (step == 0) {
            setup.hooks().forEach(h -> h.begin(this));
        }
        return setup.batches().next();
    }

    private Loss advance(Batch batch, boolean hooks) {
        if (hooks) {
            setup.hooks().forEach(h -> h.beforeStep(this, step));
        }
        setup.hooks().forEach(h -> h.prepare(this));
        gradients.clear(compute);
        loss = setup.step().run(this, batch);
        if (!Double.isFinite(loss.total())) {
            throw new Diverged(step, steps(), loss.total(), setup.rate());
        }
        if (hooks) {
            setup.hooks().forEach(h -> h.afterBackward(this, step));
        }
        setup.hooks().forEach(h -> h.differentiated(this, step));
        tape.reset();
        double norm = setup.clip() < Double.MAX_VALUE ? Ranges.norm(compute, gradients) : 0;
        float scale = norm > setup.clip() ? (float) (setup.clip() / norm) : 1f;
        setup.optimizer().update(compute, gradients, scale, (float) (setup.rate() * setup.rates().at(step, steps())));
        setup.hooks().forEach(h -> h.updated(this, step));
        if (hooks) {
            setup.hooks().forEach(h -> h.afterStep(this, step));
        }
        step++;
        return loss;
    }

    /**
     * Replaces the live positions and values of a weight; optimizer state and gradients move with the positions that
     * stay, newborns start at zero.
     *
     * @param values in the canonical order of {@code live}
     */
    public void rewire(Site site, Topology live, Floats values) {
        Weight before = model.param(site).backward();
        Weight after = trained.pack(site, live, values);
        try (Arena arena = Arena.ofShared()) {
            replace(site, after, Remap.between(arena, compute.parallel(), before, after));
        }
    }

    /**
     * The same, where it is known what moved where.
     *
     * @param before the present weight
     * @param change of its positions
     * @param values in the canonical order of the positions after the change
     */
    public void rewire(Site site, Canonical before, Rewiring change, Floats values) {
        Weight after = trained.pack(site, change.after(), values);
        try (Arena arena = Arena.ofShared()) {
            replace(site, after, Remap.along(arena, compute.parallel(), before, change, after));
        }
    }

    private void replace(Site site, Weight after, Remap remap) {
        Held p = model.param(site);
        p.set(after);
        setup.optimizer().remap(p, remap);
        gradients.replace(p, remap.apply(gradients.of(p)));
    }

    /**
     * Runs a step on the batches that come next and updates nothing: the sum of their gradients is in {@link #gradients}
     * afterwards; batches, random streams and running statistics are as they were. For {@link Hook#begin}, for a batch that
     * was drawn before is overwritten.
     *
     * @param count of batches
     * @return the mean loss
     */
    public double probe(Step what, int count) {
        StateWriter now = new StateWriter();
        trained.saveStatistics(now.in("statistics"));
        setup.batches().save(now.in("batches"));
        streams.save(now);
        StateReader saved = now.copied();
        double sum = 0;
        try {
            gradients.clear(compute);
            for (int i = 0; i < count; i++) {
                sum += what.run(this, setup.batches().next()).total();
                tape.reset();
            }
        } finally {
            trained.loadStatistics(saved.in("statistics"));
            setup.batches().load(saved.in("batches"));
            streams.load(saved);
        }
        if (!Double.isFinite(sum)) {
            throw new Diverged(step, steps(), sum / count, setup.rate());
        }
        return sum / count;
    }

    /**
     * What one step takes.
     *
     * @param seconds median
     * @param memory  while it runs
     */
    public record Rehearsal(double seconds, Memory memory) {
    }

    /**
     * Measures real steps that leave no trace: everything that they change is put back. The first half of the time only
     * warms up.
     *
     * @param seconds how long to try
     */
    public Rehearsal rehearse(double seconds) {
        StateWriter now = new StateWriter();
        save(now);
        StateReader saved = now.copied();
        double[] times = new double[FEWEST_REHEARSED];
        int count = 0;
        long begin = System.nanoTime();
        Memory memory;
        try {
            while (count < FEWEST_REHEARSED || (System.nanoTime() - begin) * 1e-9 < seconds) {
                long start = System.nanoTime();
                advance(next(), false);
                times = count == times.length ? Arrays.copyOf(times, 2 * count) : times;
                times[count++] = (System.nanoTime() - start) * 1e-9;
            }
            memory = memory();
        } finally {
            load(saved);
        }
        double[] warm = Arrays.copyOfRange(times, count / 2, count);
        Arrays.sort(warm);
        return new Rehearsal(warm[warm.length / 2], memory);
    }

    @Override
    public void save(StateWriter out) {
        out.put("step", step);
        trained.save(out.in("weights"));
        setup.optimizer().save(out.in("optimizer"));
        setup.batches().save(out.in("batches"));
        streams.save(out);
        for (int i = 0; i < setup.hooks().size(); i++) {
            setup.hooks().get(i).save(out.in("hook" + i));
        }
    }

    @Override
    public void load(StateReader in) {
        step = in.integer("step");
        trained.load(in.in("weights"));
        trained.params().forEach(p -> gradients.replace(p, zeros(p)));
        setup.optimizer().load(in.in("optimizer"));
        setup.batches().load(in.in("batches"));
        streams.load(in);
        for (int i = 0; i < setup.hooks().size(); i++) {
            setup.hooks().get(i).load(in.in("hook" + i));
        }
    }

    @Override
    public void close() {
        tape.close();
    }

    private static Floats zeros(Held p) {
        return Floats.allocate(Slots.of(p.backward()).length());
    }
}
