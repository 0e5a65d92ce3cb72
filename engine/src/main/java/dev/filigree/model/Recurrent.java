package dev.filigree.model;

import dev.filigree.kernel.Activation;
import dev.filigree.ops.Carry;
import dev.filigree.ops.Forward;
import dev.filigree.ops.Held;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * One recurrent layer over windows of tokens laid out step after step: the product with the inputs of all steps at once, then
 * the recurrent product step by step. Gradients end where a window begins. Batches that fill panels (16, 32 or any number
 * of 64s) need no copies.
 */
final class Recurrent {

    private final String name;
    private final Cell cell;
    private final int hidden;
    private final Network.Linear input;
    private final Held recurrent;
    private final Held bias; // of the recurrent product, where a gate comes between the two

    /** Declares the layer's parameters, as block {@code block}. */
    Recurrent(Network network, int block, Cell cell, int inputs, int hidden) {
        this.name = "layer." + block;
        this.cell = cell;
        this.hidden = hidden;
        int rows = cell.parts() * hidden;
        this.input = network.linear(new Site(name + ".input.weight", block, Role.INPUT, rows, inputs), new Init.Glorot(1));
        Site site = new Site(name + ".recurrent.weight", block, Role.RECURRENT, rows, hidden);
        Init init = new Init.Kaiming(1);
        if (cell == Cell.GRU) {
            Network.Linear both = network.linear(site, init);
            this.recurrent = both.weight();
            this.bias = both.bias();
        } else {
            this.recurrent = network.weight(site, init);
            this.bias = null;
        }
        for (int i = hidden; cell == Cell.LSTM && i < 2 * hidden; i++) {
            Forward.vector(input.bias()).set(i, 1f); // what is not forgotten can be learned from
        }
    }

    /**
     * The hidden states of all steps, {@code [steps * rows x hidden]}.
     *
     * @param x     {@code [steps * rows x inputs]}, not released
     * @param carry where the state comes from and goes to; null to begin at zero
     */
    Value run(Ops ops, Value x, int rows, int steps, Carry carry) {
        Value sums = ops.linear(input.weight(), input.bias(), Activation.NONE, x);
        Carry from = carry == null ? new Carry() : carry;
        State s = new State(state(ops, from, "hidden", rows, x.width()), cell == Cell.LSTM ? state(ops, from, "cell", rows, x.width()) : null);
        List<Value> outputs = new ArrayList<>(steps);
        for (int t = 0; t < steps; t++) {
            Value sum = ops.tokens(sums, t * rows, rows);
            State next = step(ops, sum, s);
            ops.release(sum);
            if (t == 0) {
                ops.release(s.hidden); // later ones are outputs
            }
            if (s.cell != null) {
                ops.release(s.cell);
            }
            outputs.add(next.hidden);
            s = next;
        }
        ops.release(sums);
        from.put(name + ".hidden", s.hidden);
        if (s.cell != null) {
            from.put(name + ".cell", s.cell);
            ops.release(s.cell);
        }
        Value all = ops.join(outputs);
        outputs.forEach(ops::release);
        return all;
    }

    private record State(Value hidden, Value cell) {
    }

    private Value state(Ops ops, Carry carry, String which, int rows, int width) {
        return ops.input(carry.get(name + "." + which, hidden, rows, width));
    }

    private State step(Ops ops, Value sum, State s) {
        return switch (cell) {
            case TANH, RELU -> plain(ops, sum, s);
            case GRU -> gru(ops, sum, s);
            case LSTM -> lstm(ops, sum, s);
        };
    }

    private State plain(Ops ops, Value sum, State s) {
        Value all = ops.linearAdd(recurrent, null, Activation.NONE, s.hidden, sum);
        return new State(replaced(ops, all, ops.activate(cell.plain(), all)), null);
    }

    /** {@code r, z = sigmoid}, {@code n = tanh(x_n + r u_n)}, {@code h = n + z (h - n)}; rows in this order. */
    private State gru(Ops ops, Value sum, State s) {
        Value product = ops.linear(recurrent, bias, Activation.NONE, s.hidden);
        Value left = ops.features(sum, 0, 2 * hidden);
        Value right = ops.features(product, 0, 2 * hidden);
        Value both = added(ops, left, right);
        Value gates = replaced(ops, both, ops.activate(Activation.SIGMOID, both));
        Value reset = ops.features(gates, 0, hidden);
        Value update = ops.features(gates, hidden, hidden);
        Value past = ops.features(product, 2 * hidden, hidden);
        Value reach = ops.multiply(reset, past);
        Value next = added(ops, ops.features(sum, 2 * hidden, hidden), reach);
        Value candidate = replaced(ops, next, ops.activate(Activation.TANH, next));
        Value difference = ops.subtract(s.hidden, candidate);
        Value kept = replaced(ops, difference, ops.multiply(update, difference));
        Value h = added(ops, candidate, kept);
        List.of(reset, update, past, gates, product).forEach(ops::release);
        return new State(h, null);
    }

    /** {@code i, f, o = sigmoid}, {@code g = tanh}, {@code c = f c + i g}, {@code h = o tanh c}; rows in this order. */
    private State lstm(Ops ops, Value sum, State s) {
        Value all = ops.linearAdd(recurrent, null, Activation.NONE, s.hidden, sum);
        Value three = ops.features(all, 0, 3 * hidden);
        Value last = ops.features(all, 3 * hidden, hidden);
        Value gates = ops.activate(Activation.SIGMOID, three);
        Value g = ops.activate(Activation.TANH, last);
        Value i = ops.features(gates, 0, hidden);
        Value f = ops.features(gates, hidden, hidden);
        Value o = ops.features(gates, 2 * hidden, hidden);
        Value c = added(ops, ops.multiply(f, s.cell), ops.multiply(i, g));
        Value bounded = ops.activate(Activation.TANH, c);
        Value h = ops.multiply(o, bounded);
        List.of(three, last, all, i, f, o, g, gates, bounded).forEach(ops::release);
        return new State(h, c);
    }

    private static Value added(Ops ops, Value a, Value b) {
        Value y = ops.add(a, b);
        ops.release(a);
        ops.release(b);
        return y;
    }

    private static Value replaced(Ops ops, Value old, Value now) {
        ops.release(old);
        return now;
    }
}
