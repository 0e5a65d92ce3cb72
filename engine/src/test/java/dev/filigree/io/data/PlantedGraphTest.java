package dev.filigree.io.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Graphs that are made up have the shares that were asked for. */
class PlantedGraphTest {

    @Test
    void edgesAndWordsFollowTheClasses() {
        PlantedGraph asked = new PlantedGraph(900, 5, 6, 0.75, 60, 12, 0.25);
        GraphData g = asked.make(1);
        assertEquals(2700, g.edges().size());
        double within = g.edges().stream().filter(e -> g.labels()[e[0]] == g.labels()[e[1]]).count() / 2700.0;
        assertEquals(0.75 + 0.25 / 5, within, 0.05, "those that may go anywhere stay by chance");
        long topic = IntStream.range(0, 900).mapToLong(i -> Arrays.stream(g.ones().get(i)).filter(w -> w / 60 == g.labels()[i]).count()).sum();
        long all = g.ones().stream().mapToLong(w -> w.length).sum();
        assertEquals(0.25 + 0.75 / 5, topic / (double) all, 0.03);
        int[] degree = new int[900];
        g.edges().forEach(e -> IntStream.of(e).forEach(i -> degree[i]++));
        assertTrue(Arrays.stream(degree).max().orElseThrow() > 5 * 6, "some have many edges");
        assertEquals(100, g.parts().stream().filter(p -> p == GraphData.Part.TRAIN).count());
        assertEquals(400, g.parts().stream().filter(p -> p == GraphData.Part.TEST).count());
        assertArrayEquals(g.edges().get(1234), asked.make(1).edges().get(1234), "the same for the same seed");
        assertTrue(IntStream.range(0, 2700).anyMatch(e -> !Arrays.equals(g.edges().get(e), asked.make(2).edges().get(e))));
    }

    @Test
    void impossibleOnesAreRefused() {
        assertThrows(UserError.class, () -> new PlantedGraph(900, 1, 6, 0.75, 60, 12, 0.25));
        assertThrows(UserError.class, () -> new PlantedGraph(100, 5, 6, 0.75, 60, 12, 0.25));
        assertThrows(UserError.class, () -> new PlantedGraph(900, 5, 6, 1.5, 60, 12, 0.25));
    }
}
