package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Planes;
import dev.filigree.ops.Forward;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Param;
import dev.filigree.ops.Value;
import dev.filigree.ops.Workspace;
import dev.filigree.tensor.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One round of running a model and going back: which values are held and how long, which carry a gradient, and what was
 * recorded. {@link Tape} records; this is what it and its operations work with.
 */
abstract class Round implements AutoCloseable {


    private final Forward forward;
    private final Gradients parameters;
        private final Workspace workspace = new Workspace();
    private final Map<Param, Transposed> transposes = new HashMap<>();
    private final Map<Param, Turned> turned = new HashMap<>();
    private final Map<Param, Weight> shown = new HashMap<>(); // on the way back of this round, where it is not the transpose
    private final Set<Param> fresh = new HashSet<>(); // whose transposes have the values of this round
    private final List<Operation> operations = new ArrayList<>();
    private final Set<Value> carriers = new HashSet<>(); // a gradient flows through these
    private final Set<Value> held = new HashSet<>();
    private final Set<Value> readBack = new HashSet<>(); // held until the end of the round even when released
    private final Map<Value, Value> gradients = new HashMap<>();
    private final Map<Param, List<Factors>> factors = new HashMap<>(); // of the parameters asked for

    Round(Compute compute, Gradients parameters) {
        this.forward = new Forward(compute);
        this.parameters = parameters;
    }

    /** Gradients of the parameters; {@link #backward} adds to them. */
    public Gradients parameters() {
        return parameters;
    }

    /** Asks for the gradient at {@code input}, a value that no operation of this round made. */
    public void watch(Value input) {
        carriers.add(input);
    }

    /** Gradient at a watched input after {@link #backward}, or null when nothing flowed there. */
    public Value gradient(Value input) {
        return gradients.get(input);
    }

    /** Adds a gradient at {@code v}, in the panels of {@code v}. */
    public void seed(Value v, Floats gradient) {
        seed(v, g -> g.data().copyFrom(gradient));
    }

    /** Adds the gradient at {@code v} that {@code write} writes; it must set all lanes, what is past the last token is ignored. */
    public void seed(Value v, Consumer<Value> write) {
        pass(v, g -> {
            write.accept(g);
            g.clearPadding();
        });
    }

    /** Asks for the factors of the gradient of {@code p} in this round, one for each use of {@code p}. */
    public void keepFactors(Param p) {
        factors.put(p, new ArrayList<>());
    }

    /** The factors asked for, after {@link #backward}. */
    public List<Factors> factors(Param p) {
        return List.copyOf(factors.get(p));
    }

    /** Adds to the gradients of the parameters, and to those at watched inputs. */
    public void backward() {
        for (int i = operations.size() - 1; i >= 0; i--) {
            Value dy = gradients.remove(operations.get(i).output());
            if (dy != null) {
                operations.get(i).backward(this, dy);
            }
        }
    }

    /** Forgets the round; its values must not be read again. */
    public void reset() {
        held.forEach(v -> workspace.give(v.data()));
        gradients.values().forEach(this::free);
        List.of(carriers, held, readBack).forEach(Set::clear);
        gradients.clear();
        operations.clear();
        factors.clear();
        fresh.clear();
        shown.clear();
    }

    /** See {@link dev.filigree.ops.Ops#release}. */
    public void release(Value v) {
        if (!readBack.contains(v) && held.remove(v)) {
            workspace.give(v.data());
        }
    }

    /** Bytes of the turned copies of weights. */
    public long transposeBytes() {
        return transposes.values().stream().mapToLong(Transposed::bytes).sum() + turned.values().stream().mapToLong(Turned::bytes).sum();
    }

    /** Bytes of activations and their gradients held. */
    public long bytes() {
        return workspace.bytes();
    }

    @Override
    public void close() {
        workspace.close();
    }

    Forward forward() {
        return forward;
    }

    Compute compute() {
        return forward.compute();
    }

    /** Whether a gradient flows through {@code v}. */
    boolean carries(Value v) {
        return carriers.contains(v);
    }

    /** Adds to the gradient at {@code x} what {@code write} writes into a buffer of any content, when a gradient is wanted there. */
    void pass(Value x, Consumer<Value> write) {
        if (carries(x)) {
            Value g = takeLike(x);
            write.accept(g);
            hand(x, g);
        }
    }

    /** Adds {@code g}, owned by the tape from now on, to the gradient at {@code x}. */
    void hand(Value x, Value g) {
        Value before = carries(x) ? gradients.putIfAbsent(x, g) : g;
        if (before == g) {
            free(g);
        } else if (before != null) {
            forward.add(before, g, before);
            free(g);
        }
    }

    /** The gradient at {@code x} so far, zeros when there is none yet: to be added to in place. */
    Value sum(Value x) {
        return gradients.computeIfAbsent(x, v -> {
            Value g = takeLike(v);
            g.data().fill(0f);
            return g;
        });
    }

    Value takeLike(Value v) {
        return v.in(workspace.take(v.data().length()));
    }

    /** One row of {@code features} numbers for each of {@code parts} parts, row after row. */
    Value takeParts(int features, int parts) {
        return take(features, parts, 1);
    }

    void free(Value v) {
        workspace.give(v.data());
    }

    /** Frees the gradient {@code dy} at a product of {@code weight}, unless its factors were asked for: then it lives until the reset. */
    void freeOrKeep(Param weight, Value dy, Factors made) {
        List<Factors> kept = factors.get(weight);
        if (kept == null) {
            free(dy);
        } else {
            held.add(dy);
            kept.add(made);
        }
    }

    /** What products see of {@code p} on the way back, with its present values. */
    Weight transposed(Param p) {
        if (p.wayBack() != null) {
            return shown.computeIfAbsent(p, k -> k.wayBack().refreshed());
        }
        Weight w = p.forward();
        Transposed t = transposes.get(p);
        if (t == null || !t.isOf(w)) {
            t = Transposed.of(compute(), w);
            transposes.put(p, t);
            fresh.remove(p);
        }
        return fresh.add(p) ? t.refreshed(compute(), parameters.wants(p)) : t.transpose();
    }

    /** Keeps the memory of a value, or that which a view shares, to the end of the round. */
    void readBack(Value v) {
        readBack.add(v.owner());
    }

    /** The weight of the gradient with respect to the input of a convolution, with the present values of what products see of {@code p}. */
    Weight turned(Param p, int taps) {
        Weight w = p.forward();
        Turned t = turned.get(p);
        if (t == null || !t.isOf(w)) {
            t = Turned.of(w, taps);
            turned.put(p, t);
        }
        return t.refreshed(parameters.wants(p));
    }

    Value record(Operation o) {
        operations.add(o);
        carriers.add(o.output());
        return o.output();
    }

    Value holdLike(Value v) {
        Value y = takeLike(v);
        held.add(y);
        return y;
    }

    Value hold(Planes planes) {
        Value v = new Value(workspace.take(planes.length()), planes);
        held.add(v);
        return v;
    }

    Value hold(int features, int tokens, int width) {
        Value v = take(features, tokens, width);
        held.add(v);
        return v;
    }

    Value take(int features, int tokens, int width) {
        return new Value(workspace.take(Value.length(features, tokens, width)), features, tokens, width);
    }
}
