package dev.filigree.grad;

import dev.filigree.kernel.Attention;
import dev.filigree.ops.Heads;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;

/** Back through attention; its weights are computed again, head by head, and never stored for the whole batch. */
record AttendBack(Heads heads, Value q, Value k, Value v, Spans spans, Value output) implements Operation {

    @Override
    public void backward(Tape tape, Value dy) {
        Value dq = tape.takeLike(q).clearPadding();
        Value dk = tape.takeLike(k).clearPadding();
        Value dv = tape.takeLike(v).clearPadding();
        Attention kernel = tape.compute().kernels().attention();
        tape.forward().eachHead(heads, spans, (head, from, to, room) -> kernel.attendBackward(q.data(), k.data(), v.data(), dy.data(), dq.data(), dk.data(),
                dv.data(), q.features(), q.width(), from, to, head, heads.size(), heads.scale(), heads.causal(), room));
        tape.free(dy);
        tape.hand(q, dq);
        tape.hand(k, dk);
        tape.hand(v, dv);
    }
}
