package dev.filigree.app.studies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Activation;
import dev.filigree.model.Mlp;
import dev.filigree.model.Site;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Topology;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One threshold over all layers, and what is left of a network. */
class CutsTest {

    private static Mlp network() {
        Mlp n = new Mlp(List.of(2, 2, 2), Activation.RELU);
        n.param("layer.0.weight").set(Dense.of(2, 2, Floats.of(1f, -5f, 2f, 0.5f)));
        n.param("layer.1.weight").set(Dense.of(2, 2, Floats.of(-4f, 3f, 0.1f, 6f)));
        return n;
    }

    @Test
    void theLargestOfAllLayersLive() {
        Mlp n = network();
        Map<Site, Topology> live = Cuts.largest(n, 0.5);
        assertEquals(1, live.get(n.sites().get(0)).count(), "-5 of 1, -5, 2, 0.5");
        assertEquals(3, live.get(n.sites().get(1)).count(), "-4, 3 and 6");
        Cuts.keep(n, live);
        assertEquals(4, n.live());
        n.param("layer.0.weight").forward().forEach((r, c, slot, v) -> assertEquals(-5f, r == 0 && c == 1 ? v : 0));
        Map<Site, Topology> fewer = Cuts.largest(n, 0.75);
        assertEquals(1, fewer.get(n.sites().get(0)).count(), "a share of all positions, not of those that live");
        assertEquals(1, fewer.get(n.sites().get(1)).count());
    }

    @Test
    void oneLayerCanBeCutAlone() {
        Mlp n = network();
        Map<Site, Topology> live = Cuts.largest(n, n.sites().subList(0, 1), 0.5);
        assertEquals(1, live.size());
        Cuts.keep(n, live);
        assertEquals(2 + 4, n.live());
    }

    @Test
    void randomPositionsAreAsMany() {
        Mlp n = network();
        Map<Site, Topology> random = Cuts.random(Cuts.largest(n, 0.5), new Rng(1));
        assertEquals(1, random.get(n.sites().get(0)).count());
        assertEquals(3, random.get(n.sites().get(1)).count());
        boolean moved = false;
        for (int seed = 1; seed < 20; seed++) {
            moved |= Cuts.random(random, new Rng(seed)).get(n.sites().get(0)).find(0, 1) < 0;
        }
        assertNotEquals(false, moved);
    }
}
