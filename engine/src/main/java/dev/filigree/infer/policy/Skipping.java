package dev.filigree.infer.policy;

import dev.filigree.kernel.Activation;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Site;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Param;
import dev.filigree.ops.Passing;
import dev.filigree.ops.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a model under a policy: inputs that are not read are exact zeros, which products by columns skip. Counts what was really skipped, zeros that
 * were there anyway included. For one thread at a time.
 */
public final class Skipping extends Passing {

    private final Ops inner;
    private final Map<String, Gate> gates;
    private final Map<String, Count> counts = new LinkedHashMap<>();
    private boolean[] masked = {};
    private boolean any;

    /** What one site did: numbers of inputs. */
    private static final class Count {

        private final Site site;
        private final long bytes;
        private final long rest;
        private long inputs;
        private long skipped;

        Count(Site site, long bytes, long rest) {
            this.site = site;
            this.bytes = bytes;
            this.rest = rest;
        }
    }

    public Skipping(Ops inner, CausalModel model, Gates gates) {
        this(inner, model, Gates.sites(model), gates.gates());
    }

    Skipping(Ops inner, CausalModel model, List<Site> sites, Map<String, Gate> gates) {
        super(inner);
        this.inner = inner;
        this.gates = gates;
        for (Site s : sites) {
            Gate.Thin rest = gates.getOrDefault(s.name(), Gate.OPEN).rest();
            counts.put(s.name(), new Count(s, model.param(s).forward().bytes(), rest == null ? 0 : rest.bytes()));
        }
    }

    /** Says for each token of the next pass whether the policy acts on it. */
    public void tokens(boolean[] masked) {
        this.masked = masked.clone();
        any = false;
        for (boolean m : masked) {
            any |= m;
        }
    }

    /** What was spent since the beginning. */
    public Spent spent() {
        return new Spent(counts.values().stream().map(c -> new Spent.Part(c.site, c.inputs, c.skipped, c.bytes, c.rest)).toList());
    }

    @Override
    public Value linear(Param weight, Param bias, Activation f, Value x) {
        Count count = any ? counts.get(weight.name()) : null;
        if (count == null) {
            return inner.linear(weight, bias, f, x);
        }
        Gate gate = gates.getOrDefault(weight.name(), Gate.OPEN);
        Value read = read(count, gate, x);
        Value y = gate.rest() == null ? inner.linear(weight, bias, f, read) : withRest(weight, bias, f, x, read, gate.rest());
        if (read != x) {
            inner.release(read);
        }
        if (gate.outputs()) {
            close(gate, y);
        }
        return y;
    }

    @Override
    public Value linearAdd(Param weight, Param bias, Activation f, Value x, Value residual) {
        Count count = any ? counts.get(weight.name()) : null;
        Gate gate = gates.getOrDefault(weight.name(), Gate.OPEN);
        if (count != null && (gate.outputs() || gate.rest() != null)) {
            return super.linearAdd(weight, bias, f, x, residual); // in its two steps
        }
        Value read = count == null ? x : read(count, gate, x);
        Value y = inner.linearAdd(weight, bias, f, read, residual);
        if (read != x) {
            inner.release(read);
        }
        return y;
    }

    /** The inputs that are read: {@code x} itself, or a copy with zeros. */
    private Value read(Count count, Gate gate, Value x) {
        boolean closes = gate != Gate.OPEN && !gate.outputs();
        Value read = closes ? inner.input(x) : x;
        float[] v = new float[x.features()];
        for (int t = 0; t < x.tokens(); t++) {
            if (masked[t]) {
                get(x, t, v);
                if (closes) {
                    gate.close(v);
                    set(read, t, v);
                }
                int zeros = 0;
                for (float number : v) {
                    zeros += number == 0 ? 1 : 0;
                }
                count.inputs += v.length;
                count.skipped += zeros;
            }
        }
        return read;
    }

    /** {@code f(w read + bias + out (in (x - read)))}. */
    private Value withRest(Param weight, Param bias, Activation f, Value x, Value read, Gate.Thin rest) {
        Value y = inner.linear(weight, bias, Activation.NONE, read);
        Value left = inner.subtract(x, read);
        Value few = inner.linear(rest.in(), null, Activation.NONE, left);
        inner.release(left);
        Value sum = inner.linearAdd(rest.out(), null, Activation.NONE, few, y);
        inner.release(few);
        inner.release(y);
        if (f == Activation.NONE) {
            return sum;
        }
        Value active = inner.activate(f, sum);
        inner.release(sum);
        return active;
    }

    private void close(Gate gate, Value y) {
        float[] v = new float[y.features()];
        for (int t = 0; t < y.tokens(); t++) {
            if (masked[t]) {
                get(y, t, v);
                gate.close(v);
                set(y, t, v);
            }
        }
    }

    private static void get(Value x, int t, float[] out) {
        int first = x.at(t, 0);
        for (int i = 0; i < out.length; i++) {
            out[i] = x.data().get(first + i * x.width());
        }
    }

    private static void set(Value x, int t, float[] v) {
        int first = x.at(t, 0);
        for (int i = 0; i < v.length; i++) {
            x.data().set(first + i * x.width(), v[i]);
        }
    }
}
