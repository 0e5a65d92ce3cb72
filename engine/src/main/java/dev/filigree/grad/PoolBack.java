package dev.filigree.grad;

import dev.filigree.base.Pooling;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;

/** Back through pooling: each token that was averaged gets its share of its sequence's gradient. */
record PoolBack(Pooling how, Value x, Spans spans, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        round.pass(x, dx -> {
            dx.data().fill(0f);
            round.compute().parallel().run(spans.count(), s -> {
                int from = spans.start()[s];
                int to = how == Pooling.CLS ? from + 1 : spans.start()[s + 1];
                for (int f = 0; f < x.features(); f++) {
                    float share = dy.get(s, f) / (to - from);
                    for (int t = from; t < to; t++) {
                        dx.data().set(dx.at(t, f), share);
                    }
                }
            });
        });
        round.free(dy);
    }
}
