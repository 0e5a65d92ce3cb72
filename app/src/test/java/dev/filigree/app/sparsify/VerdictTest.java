package dev.filigree.app.sparsify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {

    private static final Contestant DENSE = new Contestant("dense", new Closeness(1, 1, 0.86), 90_000_000, 100);

    @Test
    void aSettingThatARivalBeatsEverywhereIsCalledThat() {
        Contestant sparse = new Contestant("sparse", new Closeness(0.9, 0.9, 0.85), 30_000_000, 150);
        Contestant int8 = new Contestant("int8", new Closeness(0.99, 0.99, 0.86), 23_000_000, 300);
        Verdict v = Verdict.of(sparse, DENSE, List.of(int8));
        assertTrue(v.lines().stream().anyMatch(l -> l.startsWith("int8 beats this setting everywhere")), v.toString());
        assertEquals("use int8 on this machine: it beats this setting everywhere", v.recommendation());
    }

    @Test
    void theFastestThatKeepsTheRankingIsRecommended() {
        Contestant sparse = new Contestant("sparse", new Closeness(0.9, 0.9, 0.858), 19_000_000, 400);
        Contestant int8 = new Contestant("int8", new Closeness(0.99, 0.99, 0.86), 23_000_000, 300);
        Verdict v = Verdict.of(sparse, DENSE, List.of(int8));
        assertEquals("against int8: wins on speed (1.33x), size (0.83x); loses on quality", v.lines().getLast());
        assertTrue(v.recommendation().startsWith("use the sparse model"), v.recommendation());
    }

    @Test
    void speedDoesNotExcuseALostRanking() {
        Contestant sparse = new Contestant("sparse", new Closeness(0.5, 0.5, 0.80), 9_000_000, 900);
        assertTrue(Verdict.of(sparse, DENSE, List.of()).recommendation().startsWith("do not use"));
    }

    @Test
    void smallestAndFastestAreNamedApart() {
        Contestant sparse = new Contestant("sparse", new Closeness(0.95, 0.95, 0.86), 19_000_000, 200);
        Contestant int8 = new Contestant("int8", new Closeness(0.99, 0.99, 0.86), 23_000_000, 300);
        assertEquals("use int8 where speed decides, the sparse model where size does", Verdict.of(sparse, DENSE, List.of(int8)).recommendation());
    }

    @Test
    void aRecoveryThatMadeThingsWorseIsSaid() {
        Quality oneShot = new Closeness(0.885, 0.86, 0.857);
        assertTrue(Verdict.setback(oneShot, new Closeness(0.871, 0.85, 0.854)).orElseThrow().contains("cosine 0.871, before 0.885"));
        assertTrue(Verdict.setback(oneShot, new Closeness(0.9, 0.88, 0.86)).isEmpty());
        assertTrue(Verdict.setback(oneShot, null).isEmpty(), "there was no recovery");
    }
}
