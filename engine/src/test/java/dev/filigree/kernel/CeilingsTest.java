package dev.filigree.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import java.util.List;
import org.junit.jupiter.api.Test;

class CeilingsTest {

    @Test
    void theProbesComputeWhatTheySayInEveryImplementation() {
        Floats x = Floats.allocate(1024);
        Rng rng = new Rng(5);
        double sum = 0;
        for (int i = 0; i < x.length(); i++) {
            x.set(i, rng.nextFloat());
            sum += i >= 128 ? x.get(i) : 0;
        }
        for (Kernels k : List.of(Kernels.scalar(), Kernels.best())) {
            assertEquals(sum, k.ceilings().read(x, 128, 896), 1e-3, k.name());
            // every chain ends at 1: one in each chain of a lane
            double chains = k.ceilings().multiplyAddsPerRound() / (double) k.lanes();
            assertEquals(chains, k.ceilings().multiplyAdds(1000, 0.5f), 1e-4, k.name());
        }
    }
}
