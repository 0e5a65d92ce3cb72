package dev.filigree.grad;

import dev.filigree.kernel.Attention;
import dev.filigree.ops.Heads;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;

/** Back through attention; its weights are computed again, head by head, and never stored for the whole batch. */
record AttendBack(Heads heads, Value q, Value k, Value v, Spans spans, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        Value dq = round.takeLike(q).clearPadding();
        Value dk = round.takeLike(k).clearPadding();
        Value dv = round.takeLike(v).clearPadding();
        Attention kernel = round.compute().kernels().attention();
        round.forward().eachHead(heads, spans, (head, from, to, room) -> kernel.attendBackward(q.data(), k.data(), v.data(), dy.data(), dq.data(), dk.data(),
                dv.data(), q.features(), q.width(), from, to, head, heads.size(), heads.scale(), heads.causal(), room));
        round.free(dy);
        round.hand(q, dq);
        round.hand(k, dk);
        round.hand(v, dv);
    }
}
