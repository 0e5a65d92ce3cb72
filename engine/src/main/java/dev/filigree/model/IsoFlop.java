package dev.filigree.model;

import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The fully connected network of some widths with each hidden layer replaced by a larger one that, at a share of zeros
 * {@code s}, takes as many multiply-adds (Thangarasa et al. 2023, arXiv:2303.11525). The output layer keeps all its weights,
 * so that the network is to be trained at exactly {@code s}. {@code [samples x inputs]} to {@code [samples x outputs]}.
 */
public final class IsoFlop extends Network {

    /** How a layer of n inputs and m outputs is replaced. */
    public enum Kind {
        /** All hidden widths times one factor; {@code 1/sqrt(1-s)} but for the first and last layers, of which one side stays. */
        WIDE,
        /** The sum of {@code round(1/(1-s))} sparse layers, each with its own nonlinearity. */
        PARALLEL,
        /** Two sparse layers with {@code k} units and a nonlinearity between them, {@code k (n + m) (1-s) = n m}. */
        FACTORIZED,
        /** A sparse layer and a dense pair of rank {@code r = s n m / (n + m)}, added before the nonlinearity; the pair begins near zero. */
        DOPED
    }

    private final List<Layer> hidden = new ArrayList<>();
    private final Held output;
    private final Held outputBias;
    private final Activation f;

    private interface Layer {
        Value run(Ops ops, Value x);
    }

    /**
     * @param widths   of the dense network: inputs, hidden units of each layer, outputs
     * @param sparsity share of zeros that the hidden layers will have, in [0, 1)
     */
    public IsoFlop(List<Integer> widths, double sparsity, Kind kind, Activation f) {
        if (widths.size() < 3 || widths.stream().anyMatch(w -> w < 1) || !(sparsity >= 0 && sparsity < 1)) {
            throw new UserError("sparse-ift: found widths " + widths + " and sparsity " + sparsity + ", expected inputs, hidden units and outputs, each at least 1, and a sparsity in [0, 1)");
        }
        this.f = f;
        List<Integer> w = kind == Kind.WIDE ? widened(widths, 1 - sparsity) : widths;
        for (int i = 0; i < w.size() - 2; i++) {
            hidden.add(layer(i, w.get(i), w.get(i + 1), 1 - sparsity, kind));
        }
        int classes = w.getLast();
        this.output = unpruned("output.weight", classes, w.get(w.size() - 2), new Init.Kaiming(1));
        this.outputBias = vector("output.bias", classes, 0);
    }

    private Layer layer(int i, int n, int m, double density, Kind kind) {
        String name = "layer." + i;
        return switch (kind) {
            case WIDE -> one(sparse(i, name, m, n, Math.sqrt(2)));
            case PARALLEL -> {
                int branches = (int) Math.round(1 / density);
                yield sum(IntStream.range(0, branches).mapToObj(b -> sparse(i, name + "." + b, m, n, gain(branches))).toList());
            }
            case FACTORIZED -> {
                int inner = (int) Math.max(1, Math.floor((double) n * m / ((n + m) * density)));
                Layer first = one(sparse(i, name + ".in", inner, n, Math.sqrt(2)));
                Layer second = one(sparse(i, name + ".out", m, inner, Math.sqrt(2)));
                yield (ops, x) -> {
                    Value y = first.run(ops, x);
                    Value z = second.run(ops, y);
                    ops.release(y);
                    return z;
                };
            }
            case DOPED -> {
                int rank = (int) Math.max(1, Math.floor((1 - density) * n * m / (n + m)));
                // begins as nearly the sparse layer alone: with larger values on both sides of the pair, training at usual rates diverged
                yield doped(sparse(i, name, m, n, Math.sqrt(2)), unpruned(name + ".low.in", rank, n, new Init.Kaiming(1)), unpruned(name + ".low.out", m, rank, new Init.Normal(1e-3)));
            }
        };
    }

    private Linear sparse(int block, String name, int rows, int cols, double gain) {
        return linear(new Site(name + ".weight", block, Role.HIDDEN, rows, cols), new Init.Kaiming(gain));
    }

    /** The gain at which the sum of b ReLUs has the mean square of the input: {@code 1/sqrt(b^2/2pi + b (1/2 - 1/2pi))}, sqrt(2) for one. */
    private static double gain(int b) {
        double squaredMean = 1 / (2 * Math.PI);
        return 1 / Math.sqrt(b * (double) b * squaredMean + b * (0.5 - squaredMean));
    }

    private Layer one(Linear l) {
        return (ops, x) -> ops.linear(l.weight(), l.bias(), f, x);
    }

    private Layer sum(List<Linear> branches) {
        return (ops, x) -> {
            Value y = ops.linear(branches.getFirst().weight(), branches.getFirst().bias(), f, x);
            for (Linear b : branches.subList(1, branches.size())) {
                Value more = ops.linearAdd(b.weight(), b.bias(), f, x, y);
                ops.release(y);
                y = more;
            }
            return y;
        };
    }

    private Layer doped(Linear l, Held in, Held out) {
        return (ops, x) -> {
            Value low = ops.linear(in, null, Activation.NONE, x);
            Value dense = ops.linear(out, null, Activation.NONE, low);
            Value y = ops.linearAdd(l.weight(), l.bias(), Activation.NONE, x, dense);
            Value z = ops.activate(f, y);
            ops.release(low);
            ops.release(dense);
            ops.release(y);
            return z;
        };
    }

    /** The widths with the hidden ones times the largest factor at which no more multiply-adds are needed: counted, as inputs and outputs stay. */
    static List<Integer> widened(List<Integer> widths, double density) {
        double least = 1;
        double most = 1 / density + 1;
        for (int i = 0; i < 60; i++) {
            double factor = (least + most) / 2;
            if (cost(times(widths, factor), density) <= cost(widths, 1)) {
                least = factor;
            } else {
                most = factor;
            }
        }
        return times(widths, least);
    }

    private static List<Integer> times(List<Integer> widths, double factor) {
        int last = widths.size() - 1;
        return IntStream.rangeClosed(0, last).mapToObj(i -> i == 0 || i == last ? widths.get(i) : (int) Math.floor(widths.get(i) * factor + 1e-9)).toList();
    }

    /** Multiply-adds of a sample with so dense hidden layers and a whole output layer. */
    private static double cost(List<Integer> w, double density) {
        double hidden = 0;
        for (int i = 0; i < w.size() - 2; i++) {
            hidden += (double) w.get(i) * w.get(i + 1);
        }
        return density * hidden + (double) w.get(w.size() - 2) * w.getLast();
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        return ops.input(in.as(Samples.class).x());
    }

    @Override
    public int blocks() {
        return hidden.size();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        return hidden.get(i).run(ops, x);
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        return ops.linear(output, outputBias, Activation.NONE, x);
    }
}
