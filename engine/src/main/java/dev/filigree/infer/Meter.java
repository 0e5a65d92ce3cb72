package dev.filigree.infer;

import dev.filigree.tensor.Weight;
import java.util.List;

/** Times products. */
@FunctionalInterface
interface Meter {

    /**
     * A product to time.
     *
     * @param layout name of the layout of {@code copies}
     * @param copies of the weight, which take turns as the layers of a model do: one alone would stay in the nearest cache
     * @param width  tokens per panel
     */
    record Trial(String layout, List<Weight> copies, int tokens, int width) {
    }

    /** Median times of all trials, which are of one shape and one number of tokens and are taken in turn. */
    List<Reading> times(List<Trial> trials);
}
