package dev.filigree.encode;

import dev.filigree.infer.Groups;
import dev.filigree.infer.Plan;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Bert;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Value;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.IntUnaryOperator;

/** The states of tokens after the last layer of a model, for many texts at once. The cut into groups is the same for any number of threads. */
final class States {

    private final Bert model;
    private final Compute compute;
    private final IntUnaryOperator widths;

    States(SentenceEncoder model) {
        this(model.model(), model.compute(), model.plan());
    }

    /** @param plan of {@code model}, where it has one */
    States(Bert model, Compute compute, Optional<Plan> plan) {
        this.model = model;
        this.compute = compute;
        this.widths = plan.<IntUnaryOperator>map((Plan p) -> p::width).orElse(Kernels::widthFor);
    }

    /** What becomes of a group of texts. */
    @FunctionalInterface
    interface Body {

        /**
         * @param ops    on which to go on; what it makes is to be released
         * @param which  numbers of the texts
         * @param states {@code [tokens x hidden]}, not to be released
         */
        void take(Eager ops, List<Integer> which, Value states, Spans spans);
    }

    /** Many groups run beside each other, few one after the other, each on all threads. */
    void each(List<int[]> sequences, Body body) {
        List<List<Integer>> groups = Groups.of(sequences);
        boolean beside = groups.size() >= compute.parallel().threads();
        Compute on = beside ? compute.single() : compute;
        ConcurrentLinkedDeque<Eager> idle = new ConcurrentLinkedDeque<>();
        try {
            if (beside) {
                compute.parallel().run(groups.size(), g -> run(idle, on, sequences, groups.get(g), body));
            } else {
                groups.forEach(g -> run(idle, on, sequences, g, body));
            }
        } finally {
            idle.forEach(Eager::close);
        }
    }

    private void run(ConcurrentLinkedDeque<Eager> idle, Compute on, List<int[]> sequences, List<Integer> group, Body body) {
        Eager polled = idle.pollLast();
        Eager ops = polled == null ? new Eager(on, widths) : polled;
        Tokens tokens = Tokens.of(group.stream().map(sequences::get).toList());
        Value x = model.enter(ops, tokens);
        for (int i = 0; i < model.blocks(); i++) {
            Value next = model.block(ops, i, x, tokens);
            ops.release(x);
            x = next;
        }
        body.take(ops, group, x, tokens.spans());
        ops.release(x);
        idle.addLast(ops);
    }
}
