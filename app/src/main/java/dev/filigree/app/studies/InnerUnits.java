package dev.filigree.app.studies;

import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Param;
import dev.filigree.ops.Passing;
import dev.filigree.ops.Value;
import dev.filigree.train.loss.Objective;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The units inside of a transformer's feed-forward nets, which go into their second products: looked at, and some set to zero, while it is judged. */
final class InnerUnits {

    private InnerUnits() {
    }

    /** What may be done with units before they are counted; all of one block and batch at once. */
    @FunctionalInterface
    interface Rule {
        void apply(int block, Value units);

        /** Leaves them as they are. */
        Rule NONE = (block, units) -> { };
    }

    /**
     * What was seen.
     *
     * @param loss   mean over what was judged
     * @param right  share predicted right
     * @param active share of units other than zero, over all blocks and tokens
     */
    record Seen(double loss, double right, double active) {

        double zeros() {
            return 1 - active;
        }
    }

    /**
     * Judges a model.
     *
     * @param gate what is done with the gate's result, or with the first product's where there is no gate
     * @param rule what is done with the units
     */
    static Seen judge(Compute compute, Model model, Objective objective, List<Batch> batches, Rule gate, Rule rule) {
        Map<Param, Integer> first = sites(model, Role.FFN_GATE);
        Map<Param, Integer> gates = first.isEmpty() ? sites(model, Role.FFN_IN) : first;
        Map<Param, Integer> seconds = sites(model, Role.FFN_OUT);
        long[] count = new long[2];
        double loss = 0;
        double right = 0;
        long judged = 0;
        try (Eager eager = new Eager(compute)) {
            Passing ops = new Passing(eager) {
                @Override
                public Value linear(Param weight, Param bias, Activation f, Value x) {
                    if (seconds.containsKey(weight)) {
                        rule.apply(seconds.get(weight), x);
                        count(x, count);
                    }
                    Value y = super.linear(weight, bias, f, x);
                    if (gates.containsKey(weight)) {
                        gate.apply(gates.get(weight), y);
                    }
                    return y;
                }
            };
            for (Batch batch : batches) {
                Value y = model.forward(ops, batch);
                Objective.Score s = objective.score(compute, y, batch, null);
                eager.release(y);
                loss += s.loss() * s.count();
                right += s.right() * s.count();
                judged += s.count();
            }
        }
        return new Seen(loss / judged, right / judged, count[0] / (double) count[1]);
    }

    /** The same with units as they are. */
    static Seen judge(Compute compute, Model model, Objective objective, List<Batch> batches) {
        return judge(compute, model, objective, batches, Rule.NONE, Rule.NONE);
    }

    /** Sets what is at most so large to zero, as FATReLU does behind a ReLU. */
    static Rule above(double threshold) {
        return (block, units) -> {
            for (int i = 0; i < units.data().length(); i++) {
                if (Math.abs(units.data().get(i)) <= threshold) {
                    units.data().set(i, 0);
                }
            }
        };
    }

    /** The blocks of sites of a role, by their weights. */
    static Map<Param, Integer> sites(Model model, Role role) {
        Map<Param, Integer> found = new HashMap<>();
        for (Site s : model.sites()) {
            if (s.role() == role) {
                found.put(model.param(s), s.block());
            }
        }
        return found;
    }

    private static void count(Value x, long[] count) {
        for (int t = 0; t < x.tokens(); t++) {
            for (int f = 0; f < x.features(); f++) {
                count[0] += x.get(t, f) != 0 ? 1 : 0;
            }
        }
        count[1] += (long) x.tokens() * x.features();
    }
}
