package dev.filigree.prune.regime;

import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;

/**
 * What pulls weights that did not survive towards zero, so that survivors change less often.
 *
 * @param factor   how strongly
 * @param gradient whether it joins the gradient, {@code g += factor w}, before the optimizer sees it; else it acts beside the
 *                 optimizer, {@code w -= rate factor w}. With momentum 0.9 the former is ten times as strong, and an optimizer that
 *                 divides by the size of gradients undoes it. Measured on Fashion-MNIST with three seeds, 2e-4 and two layers of 128,
 *                 accuracy in the gradient and beside: 2:4 88.50 and 88.57 %, 1:4 88.15 and 87.99 %, 1:8 87.26 and 86.72 %, no difference
 *                 beyond the spread of seeds; of survivors 0.087 and 0.125 % changed in a step at 1:8, without decay 0.135 %.
 */
record Decay(double factor, boolean gradient) {

    static final Decay NONE = new Decay(0, false);

    Decay {
        if (!(factor >= 0 && factor < Double.MAX_VALUE)) {
            throw new UserError("setting 'decay': found " + factor + ", expected at least 0");
        }
    }

    static Option factor(double preset) {
        return Option.of("decay", preset, "of what did not survive");
    }

    static Option place() {
        return Option.of("into", "gradient", "where the decay acts: gradient, or weights (beside the optimizer, relative to the learning rate)");
    }

    static Decay of(double factor, String into) {
        if (!into.equals("gradient") && !into.equals("weights")) {
            throw new UserError("setting 'into': found '" + into + "', expected gradient or weights");
        }
        return new Decay(factor, into.equals("gradient"));
    }
}
