package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Param;
import dev.filigree.ops.Passing;
import dev.filigree.ops.Value;
import java.util.List;

/** Runs a program whose ReLUs are products with which units were open when it ran first: a smooth program with the same value and gradient there. */
final class FrozenUnits extends Passing implements AutoCloseable {

    private final Eager inner;
    private final List<Value> open; // of each ReLU in order: 1 or 0
    private final boolean first;
    private int met;

    FrozenUnits(Eager inner, List<Value> open, boolean first) {
        super(inner);
        this.inner = inner;
        this.open = open;
        this.first = first;
    }

    @Override
    public Value linear(Param weight, Param bias, Activation f, Value x) {
        return f == Activation.RELU ? gated(super.linear(weight, bias, Activation.NONE, x)) : super.linear(weight, bias, f, x);
    }

    @Override
    public Value activate(Activation f, Value x) {
        return f == Activation.RELU ? gated(x) : super.activate(f, x);
    }

    private Value gated(Value x) {
        if (first) {
            Value units = x.in(Floats.allocate(x.data().length()));
            for (int i = 0; i < units.data().length(); i++) {
                units.data().set(i, x.data().get(i) > 0 ? 1 : 0);
            }
            open.add(units);
        }
        return super.multiply(x, open.get(met++));
    }

    @Override
    public void close() {
        inner.close();
    }
}
