package dev.filigree.app.decode;

import dev.filigree.io.DecoderConfig;
import dev.filigree.kernel.Activation;
import dev.filigree.model.Around;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Llama;
import dev.filigree.model.Network;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Param;
import dev.filigree.ops.Passing;
import dev.filigree.ops.Value;
import dev.filigree.report.Metrics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A decoder whose layers see inputs below a threshold as zero (the output sees them all), the simplest policy of activation sparsity: a threshold for each weight, found on
 * the first token so that half of its inputs lie below. Products of one input share what was made of it.
 */
final class HalfOfInputs extends Around implements CausalModel {

    private final Llama llama;
    private final Map<String, Float> thresholds = new HashMap<>();
    private long inputs;
    private long zeros;

    HalfOfInputs(Llama llama) {
        super(llama);
        this.llama = llama;
    }

    /** Share of inputs that were zero. */
    double sparsity() {
        return zeros / (double) inputs;
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        try (Cut cut = new Cut(ops)) {
            return llama.block(cut, i, x, in);
        }
    }

    @Override
    public DecoderConfig config() {
        return llama.config();
    }

    @Override
    public Held words() {
        return llama.words();
    }

    @Override
    public Held head() {
        return llama.head();
    }

    @Override
    public Network empty() {
        return llama.empty();
    }

    @Override
    public List<Held> params() {
        return llama.params();
    }

    private final class Cut extends Passing implements AutoCloseable {

        private final Ops ops;
        private Value of;
        private Value cut;

        Cut(Ops ops) {
            super(ops);
            this.ops = ops;
        }

        @Override
        public Value linear(Param weight, Param bias, Activation f, Value x) {
            return ops.linear(weight, bias, f, cut(weight, x));
        }

        @Override
        public Value linearAdd(Param weight, Param bias, Activation f, Value x, Value residual) {
            return ops.linearAdd(weight, bias, f, cut(weight, x), residual);
        }

        private Value cut(Param weight, Value x) {
            if (x == of) {
                return cut;
            }
            close();
            of = x;
            cut = ops.input(x);
            int n = x.features() * x.width();
            float t = thresholds.computeIfAbsent(weight.name(), _ -> (float) Metrics.median(IntStream.range(0, n).mapToDouble(i -> Math.abs(x.data().get(i))).toArray()));
            int below = 0;
            for (int i = 0; i < n; i++) {
                if (Math.abs(cut.data().get(i)) < t) {
                    cut.data().set(i, 0f);
                    below++;
                }
            }
            inputs += n;
            zeros += below;
            return cut;
        }

        @Override
        public void release(Value v) {
            if (v == of) {
                close();
            }
            ops.release(v);
        }

        @Override
        public void close() {
            if (cut != null) {
                ops.release(cut);
                of = null;
                cut = null;
            }
        }
    }
}
