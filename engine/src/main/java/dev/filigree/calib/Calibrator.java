package dev.filigree.calib;

import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Held;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Param;
import dev.filigree.ops.Value;
import dev.filigree.ops.Workspace;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Walks a model block by block over calibration text. The hidden states between two blocks are kept; a block is observed
 * as often as wanted with whatever weights it holds at that moment, and then left behind, so that each block sees the
 * pruned outputs of the ones before it.
 *
 * <p>With a drift record, the hidden states of the model as it was at the start run alongside.
 */
public final class Calibrator implements AutoCloseable {

    private final Compute compute;
    private final Model model;
    private final List<Batch> batches;
    private final Eager eager;
    private final Eager looks; // passes that end once all that was asked for has been seen
    private final List<Value> hidden = new ArrayList<>();
    private final List<Value> original = new ArrayList<>(); // hidden states of the model as it was; empty without drift
    private final Map<String, Held> before = new HashMap<>(); // the present block's parameters as they were
    private final List<Map<String, Value>> originalInputs = new ArrayList<>(); // of the present block, once they were asked for
    private final List<Value> originalOutputs = new ArrayList<>(); // likewise
    private final Map<String, String> residualOf = new HashMap<>(); // a weight, and the weight whose input is added to its outputs
    private final Workspace copies = new Workspace();
    private final Room room;
    private int block;

    /**
     * Runs the entry of the model.
     *
     * @param batches token ids; at least one
     * @param drift   whether {@link Need#DRIFT} will be asked for
     */
    public Calibrator(Compute compute, Model model, List<Batch> batches, boolean drift) {
        this(compute, model, batches, drift, Long.MAX_VALUE);
    }

    /** @param memory bytes of activations to hold between passes; what is beyond it lies in a file while this is open */
    public Calibrator(Compute compute, Model model, List<Batch> batches, boolean drift, long memory) {
        if (batches.isEmpty()) {
            throw new IllegalArgumentException("calibration needs at least one batch");
        }
        this.compute = compute;
        this.model = model;
        this.batches = List.copyOf(batches);
        this.eager = new Eager(compute);
        this.looks = new Eager(compute);
        this.room = new Room(memory);
        for (Batch b : batches) {
            hidden.add(kept(model.enter(eager, b)));
            if (drift) {
                original.add(kept(model.enter(eager, b)));
            }
        }
        remember();
    }

    /** The block that {@link #observe} looks at; past the last one it is the exit. */
    public int block() {
        return block;
    }

    /** Bytes of activations that did not fit into memory. */
    public long spilled() {
        return room.spilled();
    }

    /** Replaces what goes into the present block by what {@code change} makes of it, which releases nothing that it was given. */
    public void change(BiFunction<Ops, Value, Value> change) {
        for (int i = 0; i < batches.size(); i++) {
            replace(hidden, i, kept(change.apply(eager, hidden.get(i))));
        }
    }

    /** Statistics of the inputs of some sites of the present block, with the weights that the block holds now. */
    public Evidence observe(Collection<Site> sites, Set<Need> needs) {
        Observation seen = new Observation(sites, needs, copies);
        boolean drift = needs.contains(Need.DRIFT);
        if (drift && original.isEmpty()) {
            throw new IllegalArgumentException("this calibrator keeps no record of drift");
        }
        if (drift && originalInputs.isEmpty()) {
            runOriginal();
        }
        for (int i = 0; i < batches.size(); i++) {
            Map<String, Value> then = drift ? originalInputs.get(i) : Map.of();
            Map<String, Value> now = new HashMap<>();
            Set<String> missing = new HashSet<>(seen.watched());
            look(i, (weight, x) -> {
                now.put(weight.name(), x);
                seen.add(compute, weight.name(), x, then.get(weight.name()));
                String residual = residualOf.get(weight.name());
                if (drift && residual != null && seen.watches(weight.name())) {
                    Value moved = moved(then.get(residual), now.get(residual));
                    seen.addResidual(compute, weight.name(), moved, x);
                    room.give(moved.data());
                }
                missing.remove(weight.name());
                if (missing.isEmpty()) {
                    throw Enough.SEEN;
                }
            });
        }
        return seen;
    }

    /** Runs the present block, or the exit, over one batch, until the listener has seen {@link Enough}. */
    private void look(int batch, Watch.Listener listener) {
        try {
            Watch watch = new Watch(looks, listener);
            if (block < model.blocks()) {
                model.block(watch, block, hidden.get(batch), batches.get(batch));
            } else {
                model.leave(watch, hidden.get(batch), batches.get(batch));
            }
        } catch (Enough e) {
            // what comes after is of no interest
        } finally {
            looks.releaseAll();
        }
    }

    /** Ends a pass early. */
    private static final class Enough extends RuntimeException {

        static final Enough SEEN = new Enough();

        private Enough() {
            super("seen enough", null, false, false);
        }
    }

    /** The given sites of the present block, in the order in which it uses them, those with one input together. */
    public List<List<Site>> stages(Collection<Site> sites) {
        Map<String, Site> byName = new HashMap<>();
        sites.forEach(s -> byName.put(s.name(), s));
        Map<Value, List<Site>> byInput = new LinkedHashMap<>(); // values compare by identity
        look(0, (weight, x) -> {
            if (byName.containsKey(weight.name())) {
                byInput.computeIfAbsent(x, v -> new ArrayList<>()).add(byName.get(weight.name()));
            }
        });
        return List.copyOf(byInput.values());
    }

    /** Runs the present block over all calibration text, with the weights that it holds now, and steps to the next. */
    public void advance() {
        for (int i = 0; i < batches.size(); i++) {
            replace(hidden, i, kept(model.block(eager, block, hidden.get(i), batches.get(i))));
        }
        if (!original.isEmpty()) {
            if (originalInputs.isEmpty()) {
                runOriginal();
            }
            for (int i = 0; i < batches.size(); i++) {
                replace(original, i, originalOutputs.get(i));
                originalInputs.get(i).values().stream().distinct().forEach(v -> room.give(v.data()));
            }
            originalInputs.clear();
            originalOutputs.clear();
        }
        block++;
        remember();
    }

    /** Runs the present block as it was over all text and keeps the input of every weight; weights with one input share a copy. */
    private void runOriginal() {
        for (int i = 0; i < batches.size(); i++) {
            Map<String, Value> inputs = new HashMap<>();
            Map<Value, Value> copied = new IdentityHashMap<>();
            Watch.Listener recorder = new Residuals() {
                @Override
                public void input(Param weight, Value x) {
                    super.input(weight, x);
                    inputs.put(weight.name(), copied.computeIfAbsent(x, Calibrator.this::copy));
                }
            };
            originalOutputs.add(kept(model.block(new Watch(eager, recorder, before), block, original.get(i), batches.get(i))));
            originalInputs.add(inputs);
        }
    }

    /** Finds out to which weights' outputs the input of another weight is added; that input is not released before. */
    private class Residuals implements Watch.Listener {

        private final Map<Value, String> inputOf = new IdentityHashMap<>();
        private final Map<Value, String> outputOf = new IdentityHashMap<>();

        @Override
        public void input(Param weight, Value x) {
            inputOf.putIfAbsent(x, weight.name());
        }

        @Override
        public void output(Param weight, Value y) {
            outputOf.put(y, weight.name());
        }

        @Override
        public void added(Value a, Value b) {
            if (outputOf.containsKey(a) && inputOf.containsKey(b)) {
                residualOf.put(outputOf.get(a), inputOf.get(b));
            } else if (outputOf.containsKey(b) && inputOf.containsKey(a)) {
                residualOf.put(outputOf.get(b), inputOf.get(a));
            }
        }
    }

    /** A copy of {@code then - now}. */
    private Value moved(Value then, Value now) {
        Value moved = copy(then);
        int panel = now.features() * now.width();
        compute.parallel().run(now.panels(),
                p -> compute.kernels().elementwise().axpy(-1, now.data(), moved.data(), p * panel, (p + 1) * panel));
        return moved;
    }

    private Value copy(Value v) {
        return v.in(room.take(v.data().length()).copyFrom(v.data()));
    }

    /** What the model put out, where it is held until the next pass. */
    private Value kept(Value v) {
        if (!room.bounded()) {
            return v;
        }
        Value copy = copy(v);
        eager.release(v);
        return copy;
    }

    private void remember() {
        before.clear();
        if (!original.isEmpty() && block < model.blocks()) {
            for (Held p : model.params()) {
                before.put(p.name(), new Held(p.name(), p.forward()));
            }
        }
    }

    private void replace(List<Value> states, int i, Value next) {
        if (room.bounded()) {
            room.give(states.get(i).data());
        } else {
            eager.release(states.get(i));
        }
        states.set(i, next);
    }

    @Override
    public void close() {
        eager.close();
        looks.close();
        copies.close();
        room.close();
    }
}
