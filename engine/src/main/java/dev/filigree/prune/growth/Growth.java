package dev.filigree.prune.growth;

import dev.filigree.base.Rng;
import dev.filigree.grad.Factors;
import dev.filigree.kernel.Compute;
import dev.filigree.tensor.Topology;
import java.util.List;

/** Says which dead positions come to life. */
public interface Growth {

    /** Whether it must know the gradient at dead positions. */
    default boolean needsGradient() {
        return false;
    }

    /**
     * @param live     positions after some have died
     * @param count    how many are born
     * @param gradient the factors of the present gradient, one for each use of the weight; empty when not needed
     * @param rng      a stream for this weight and this time
     * @return positions {@code row * cols + col} that are not live, ascending, exactly {@code count} of them
     */
    long[] births(Compute compute, Topology live, int count, List<Factors> gradient, Rng rng);
}
