package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Elementwise;
import dev.filigree.ops.Value;

/**
 * Back through a part of a value, {@code token} tokens and {@code feature} features from its beginning: the part's gradient
 * is added in its place, so that many parts of one value cost no more than the value.
 */
record SliceBack(Value x, int token, int feature, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        if (round.carries(x)) {
            add(round, dy, round.sum(x).data());
        }
        round.free(dy);
    }

    private void add(Round round, Value dy, Floats sum) {
        Elementwise k = round.compute().kernels().elementwise();
        int width = dy.width();
        if (token % width == 0) { // lanes past the last token are zero in dy
            int block = dy.features() * width;
            round.compute().parallel().run(dy.panels(), p -> {
                int at = ((token / width + p) * x.features() + feature) * width;
                Floats to = sum.slice(at, block);
                k.add(to, dy.data().slice(p * block, block), to, 0, block);
            });
            return;
        }
        for (int t = 0; t < dy.tokens();) { // runs that lie in one panel of both
            int run = Math.min(dy.tokens() - t, width - Math.max(t % width, (token + t) % width));
            for (int f = 0; f < dy.features(); f++) {
                Floats to = sum.slice(x.at(token + t, feature + f), run);
                k.add(to, dy.data().slice(dy.at(t, f), run), to, 0, run);
            }
            t += run;
        }
    }
}
