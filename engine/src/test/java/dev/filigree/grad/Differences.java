package dev.filigree.grad;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Planes;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Param;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Slots;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Checks a gradient by central differences: the loss is a random linear form of the result, and everything it depends on
 * is moved along a random direction, one array at a time.
 */
final class Differences {

    private static final double STEP = 4e-3;
    private static final double TOLERANCE = 2e-3;
    private static final double NOISE = 1e-4; // some gradients are zero by nature: softmax does not see a bias of all keys
    private static final int DIRECTIONS = 3;

    /** A computation on inputs of its own. */
    interface Program {
        Value run(Ops ops);
    }

    private Differences() {
    }

    static void check(Compute compute, Program program, List<? extends Param> params, List<Value> inputs, long seed) {
        check(compute, program, params, inputs, seed, TOLERANCE);
    }

    /** @param tolerance share of a gradient's length by which it may differ: kinks that a step crosses need some */
    static void check(Compute compute, Program program, List<? extends Param> params, List<Value> inputs, long seed, double tolerance) {
        check(compute, () -> new Eager(compute), program, params, inputs, seed, tolerance);
    }

    /** The same for operations that do something else in training: the loss too is that of training. */
    static void checkTrained(Compute compute, Program program, List<? extends Param> params, List<Value> inputs, long seed) {
        check(compute, () -> new Tape(compute, new Gradients(List.of()), () -> new Rng(seed)), program, params, inputs, seed, TOLERANCE);
    }

    /** The same of a program with ReLUs: differences are taken of the program in which the units that are open stay open, and which has the same gradient where it stands. */
    static void checkBetweenKinks(Compute compute, Program program, List<? extends Param> params, List<Value> inputs, long seed) {
        List<Value> open = new ArrayList<>();
        try (FrozenUnits first = new FrozenUnits(new Eager(compute), open, true)) {
            program.run(first);
        }
        assertFalse(open.isEmpty(), "no ReLU was met");
        check(compute, () -> new FrozenUnits(new Eager(compute), open, false), program, params, inputs, seed, TOLERANCE);
    }

    private static void check(Compute compute, Supplier<? extends Ops> runs, Program program, List<? extends Param> params, List<Value> inputs,
            long seed, double tolerance) {
        Rng rng = new Rng(seed).split("differences");
        Gradients gradients = new Gradients(params);
        try (Tape tape = new Tape(compute, gradients, () -> new Rng(seed))) {
            inputs.forEach(tape::watch);
            Value y = program.run(tape);
            Value weights = random(y.in(Floats.allocate(y.data().length())), rng);
            tape.seed(y, weights.data());
            tape.backward();
            for (Param p : params) {
                along(runs, program, weights, p.name(), Slots.of(p.forward()), gradients.of(p), rng, tolerance);
            }
            for (int i = 0; i < inputs.size(); i++) {
                along(runs, program, weights, "input " + i, inputs.get(i).data(), tape.gradient(inputs.get(i)).data(), rng, tolerance);
            }
        }
    }

    private static void along(Supplier<? extends Ops> runs, Program program, Value weights, String name, Floats at, Floats gradient, Rng rng,
            double tolerance) {
        float[] before = at.toArray();
        double length = Math.sqrt(dot(gradient.toArray(), gradient.toArray()));
        assertTrue(length > 0, name + " has no gradient");
        for (int n = 0; n < DIRECTIONS; n++) {
            float[] direction = new float[before.length];
            double analytic = 0;
            for (int i = 0; i < direction.length; i++) {
                direction[i] = gradient.get(i) == 0 ? 0 : (float) rng.nextGaussian(); // padding stays as it is
                analytic += (double) direction[i] * gradient.get(i);
            }
            double numeric = (loss(runs, program, weights, move(at, before, direction, STEP))
                    - loss(runs, program, weights, move(at, before, direction, -STEP))) / (2 * STEP);
            move(at, before, direction, 0);
            assertTrue(Math.abs(numeric - analytic) <= tolerance * (length + Math.abs(analytic)) + NOISE,
                    name + ": by differences " + numeric + ", by the tape " + analytic + ", length " + length);
        }
    }

    private static Floats move(Floats at, float[] from, float[] direction, double step) {
        for (int i = 0; i < from.length; i++) {
            at.set(i, (float) (from[i] + step * direction[i]));
        }
        return at;
    }

    private static double loss(Supplier<? extends Ops> runs, Program program, Value weights, Floats moved) {
        Ops ops = runs.get();
        try {
            Value y = program.run(ops);
            double sum = 0;
            for (int t = 0; t < y.tokens(); t++) {
                for (int f = 0; f < y.features(); f++) {
                    sum += (double) y.get(t, f) * weights.get(t, f);
                }
            }
            return sum;
        } finally {
            close(ops);
        }
    }

    private static void close(Ops ops) {
        switch (ops) {
            case Eager e -> e.close();
            case Tape t -> t.close();
            case FrozenUnits f -> f.close();
            default -> throw new IllegalArgumentException("cannot close " + ops);
        }
    }

    static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    /** A value of standard normal numbers, zero past the last token. */
    static Value random(int features, int tokens, int width, Rng rng) {
        return random(new Value(Floats.allocate(Value.length(features, tokens, width)), features, tokens, width), rng);
    }

    /** Images of standard normal numbers, zero where there is no pixel. */
    static Value images(Planes planes, Rng rng) {
        return random(new Value(Floats.allocate(planes.length()), planes), rng);
    }

    private static Value random(Value v, Rng rng) {
        for (int t = 0; t < v.tokens(); t++) {
            for (int f = 0; f < v.features(); f++) {
                v.data().set(v.at(t, f), (float) rng.nextGaussian());
            }
        }
        return v.clearPadding();
    }
}
