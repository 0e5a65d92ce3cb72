package dev.filigree.grad;

import dev.filigree.ops.Value;
import java.util.List;

/** Back through parts laid end to end: each gets its tokens' gradient. */
record JoinBack(List<Value> parts, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        int at = 0;
        for (Value part : parts) {
            int from = at;
            round.pass(part, g -> round.forward().tokens(dy, from, g));
            at += part.tokens();
        }
        round.free(dy);
    }
}
