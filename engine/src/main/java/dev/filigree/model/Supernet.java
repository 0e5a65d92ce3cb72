package dev.filigree.model;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Window;
import dev.filigree.ops.Batch;
import dev.filigree.ops.BatchNorm;
import dev.filigree.ops.Held;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A chain of edges, each the sum of some operations, {@code relu(sum_k norm_k(op_k(x)))} (Liu et al. 2018, arXiv:1806.09055):
 * with several operations an edge to search among, with one an ordinary network. What an operation counts for is the gain of
 * its normalisation. A first convolution and a pooling make an image four times smaller, so that a weight of any edge costs as
 * many multiplications.
 */
public final class Supernet extends ImageNetwork {

    public static final Entry<Architecture> ENTRY = Catalog.entry("supernet", "Liu et al. 2018, arXiv:1806.09055", "edges that are sums of operations",
            List.of(Option.of("edges", "3x3-5x5-pool-skip.3x3-5x5-pool-skip.3x3-5x5-pool-skip", "operations of each edge: 3x3, 5x5, pool, skip"), Option.of("width", 16, "channels")),
            s -> (in, outputs) -> new Supernet(in, outputs, s.integer("width"), edges(s.text("edges"))));

    private static final Window FIRST = Window.square(3, 2);
    private static final Window HALVED = new Window(2, 2, 2, 1, 0, 0);
    private static final Window NEAR = Window.square(3, 1);

    private final Normed stem;
    private final List<List<Step>> edges = new ArrayList<>();
    private final Linear output;

    /** What an edge may do; none changes the shape of an image. */
    public enum Operation {
        /** A convolution of this size. */
        CONV3("3x3", 3), CONV5("5x5", 5),
        /** The mean of 3x3 pixels. */
        POOL("pool", 0),
        /** The image as it is. */
        SKIP("skip", 0);

        private final String text;
        private final int size; // of a convolution's window

        Operation(String text, int size) {
            this.text = text;
            this.size = size;
        }

        /** Weights that it has between so many channels. */
        public long positions(int channels) {
            return (long) channels * channels * size * size;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** An operation with its convolution, or null, and its normalisation. */
    private record Step(Operation operation, Normed conv, BatchNorm norm) {
    }

    /** @param edges operations of each, at least one */
    public Supernet(Shape input, int classes, int width, List<List<Operation>> edges) {
        super(input, classes);
        if (width < 1 || edges.isEmpty() || edges.stream().anyMatch(e -> e.isEmpty() || e.stream().distinct().count() < e.size())) {
            throw new UserError("supernet: found width " + width + " and edges " + edges + ", expected channels and, for each edge, operations that are not the same");
        }
        if (Math.min(input.height(), input.width()) < 4) {
            throw new UserError("supernet: found images of " + input + ", expected at least 4 x 4 pixels, for it makes them four times smaller");
        }
        this.stem = conv("stem", 0, Role.CONVOLUTION, width, input.channels(), FIRST);
        for (int i = 0; i < edges.size(); i++) {
            List<Step> steps = new ArrayList<>();
            for (Operation o : edges.get(i)) {
                String name = "edge." + i + "." + o;
                Normed conv = o.size == 0 ? null : conv(name, i, Role.CONVOLUTION, width, width, Window.square(o.size, 1));
                steps.add(new Step(o, conv, conv == null ? norm(name + ".norm", width) : conv.norm()));
            }
            this.edges.add(steps);
        }
        this.output = linear(new Site("output.weight", edges.size(), Role.OUTPUT, classes, width), new Init.Kaiming(1));
    }

    /** Operations of each edge as they are typed: {@code 3x3-skip.5x5}. */
    public static List<List<Operation>> edges(String text) {
        return Arrays.stream(text.split("\\.", -1)).map(e -> Arrays.stream(e.split("-", -1)).map(Supernet::operation).toList()).toList();
    }

    private static Operation operation(String text) {
        return Arrays.stream(Operation.values()).filter(o -> o.text.equals(text.toLowerCase(Locale.ROOT))).findFirst()
                .orElseThrow(() -> new UserError("supernet: found operation '" + text + "', expected one of " + Arrays.toString(Operation.values())));
    }

    /** The operations of each edge. */
    public List<List<Operation>> operations() {
        return edges.stream().map(e -> e.stream().map(Step::operation).toList()).toList();
    }

    /** Leaves an operation out from now on; it must not be the last of its edge. Its parameters stay and see no gradient any more. */
    public void remove(int edge, Operation operation) {
        List<Step> steps = edges.get(edge);
        if (steps.size() < 2 || !steps.removeIf(s -> s.operation == operation)) {
            throw new IllegalArgumentException("cannot leave " + operation + " out of edge " + edge + " of " + operations());
        }
    }

    /** The weight of an operation, or null for one that has none. */
    public Site site(int edge, Operation operation) {
        return sites().stream().filter(s -> s.name().equals("edge." + edge + "." + operation + ".weight")).findFirst().orElse(null);
    }

    /** What each operation of an edge counts for, channel by channel: {@code [channels x 1]}. */
    public List<Held> gains(int edge) {
        return edges.get(edge).stream().map(s -> param(((Held) s.norm.gain()).name())).toList();
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        Value x = super.enter(ops, in);
        Value y = run(ops, stem, true, x, null);
        ops.release(x);
        Value halved = ops.maxPool(HALVED, y);
        ops.release(y);
        return halved;
    }

    @Override
    public int blocks() {
        return edges.size();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        Value sum = null;
        for (Step s : edges.get(i)) {
            boolean last = s == edges.get(i).getLast();
            Value next = step(ops, s, last, x, sum);
            if (sum != null) {
                ops.release(sum);
            }
            sum = next;
        }
        return sum;
    }

    private static Value step(Ops ops, Step s, boolean relu, Value x, Value sum) {
        if (s.conv != null) {
            return run(ops, s.conv, relu, x, sum);
        }
        if (s.operation == Operation.SKIP) {
            return ops.batchNorm(s.norm, relu, x, sum);
        }
        Value mean = ops.meanPool(NEAR, x);
        Value y = ops.batchNorm(s.norm, relu, mean, sum);
        ops.release(mean);
        return y;
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        return classify(ops, output, 0, x);
    }
}
