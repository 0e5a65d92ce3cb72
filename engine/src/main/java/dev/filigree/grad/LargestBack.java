package dev.filigree.grad;

import dev.filigree.ops.Forward;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;

/** Back through the largest token of each sequence: that token, the first of equal ones, gets the gradient of the feature. */
record LargestBack(Value x, Spans spans, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        round.pass(x, dx -> {
            dx.data().fill(0f);
            round.compute().parallel().run(spans.count(), s -> {
                for (int f = 0; f < x.features(); f++) {
                    float slope = dy.get(s, f);
                    if (slope != 0) {
                        dx.data().set(dx.at(Forward.largest(x, f, spans.start()[s], spans.start()[s + 1]), f), slope);
                    }
                }
            });
        });
        round.free(dy);
    }
}
