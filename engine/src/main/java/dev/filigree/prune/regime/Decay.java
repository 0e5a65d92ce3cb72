package dev.filigree.prune.regime;

import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;

/**
 * What pulls weights that did not survive towards zero, so that survivors change less often.
 *
 * @param factor   how strongly
 * @param gradient whether it joins the gradient, {@code g += factor w}, before the optimizer sees it; else it acts beside the
 *                 optimizer, {@code w -= rate factor w}. With momentum 0.9 the former is ten times as strong, and an optimizer that
 *                 divides by the size of gradients undoes it.
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
