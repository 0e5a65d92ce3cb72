package dev.filigree.infer.policy;

import dev.filigree.model.Site;
import dev.filigree.tensor.Weight;
import java.util.Map;

/**
 * Which inputs of products are read while a language model runs, token by token. It finds a {@link Level} for each place on some text, once; levels are
 * numbers that can be stored. From a level and the weight comes the {@link Gate} that acts.
 */
public interface Policy {

    /** Whether levels are found on text. */
    default boolean needsText() {
        return true;
    }

    /** Whether it acts on the model in the bases of {@link OrthogonalColumns}, which says the same. */
    default boolean turned() {
        return false;
    }

    /** Levels by the names of sites; sites that are missing are read whole. */
    Map<String, Level> levels(Calibration text);

    /** What is done at a site at this level. */
    Gate gate(Site site, Weight weight, Level level);
}
