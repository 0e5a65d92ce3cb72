package dev.filigree.app.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.app.peer.PeerFailure;
import dev.filigree.kernel.Kernels;
import dev.filigree.report.RunRecord;
import dev.filigree.tensor.Layout;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A small case with our own contestants alone: no peer is fetched here. */
class RefereeTest {

    private static final int ROUNDS = 2;
    private static final Roof ROOF = new Roof(Map.of(1, 1e11, 2, 2e11), Map.of(1, new TreeMap<>(Map.of(1L, 1e10)), 2, new TreeMap<>(Map.of(1L, 2e10))));

    private static Outcome outcome(Consumer<Entrants> enter) {
        Family family = new DenseFamily();
        try (Lab lab = new Lab(Kernels.best(), 2)) {
            CaseResult result = new Referee(lab, ROOF, ROUNDS).run(family, new Case("small", 24, 40, 7, enter));
            return Outcome.of(RunRecord.start("test", 0, 2, "", Map.of(), Map.of()), lab.threadCounts(), ROOF, List.of(family), List.of(result), lab.absent(),
                    List.of());
        }
    }

    private static Contestant fixed(double[] expected, float... found) {
        return new Contestant("fixed", Role.OURS, 1, 0, 1, 1, expected, Contestant.FLOAT_TOLERANCE, new Contestant.Turn() {
            @Override
            public double round(double seconds) {
                return 1;
            }

            @Override
            public float[] samples() {
                return found;
            }
        });
    }

    @Test
    void everyLayoutAgreesWithTheDefinitionOnAnyNumberOfThreads() {
        Outcome o = outcome(e -> e.ours("dense", 0, Mask.unstructured(0), Layout.TILED).ours("csr", 0.5, Mask.unstructured(0.5), Layout.CSR)
                .ours("8x1", 0.5, Mask.blocks(8, 0.5), Layout.blocks(8)).ours("2:4", 0.5, Mask.nOfM(2, 4), Layout.nOfM(2, 4))
                .oursAndLimit("bitmap", 0.5, Mask.unstructured(0.5), Layout.BITMAP));
        List<Measured> all = o.results().getFirst().measured();
        assertEquals(2 * 6, all.size());
        for (Measured m : all) {
            assertEquals("", m.fault(), m.name());
            assertEquals(ROUNDS, m.seconds().length);
            assertTrue(m.median() > 0 && m.share() > 0, m.toString());
        }
        assertEquals(List.of(), o.mismatches());
    }

    @Test
    void aWrongResultIsAFaultThatFailsTheRun() {
        Outcome o = outcome(e -> e.add(fixed(new double[] {1, -4}, 1f, -4.01f)).add(fixed(new double[] {1}, Float.NaN))
                .add(fixed(new double[] {1, -4}, 1f, -4.0001f)));
        assertEquals(2, o.mismatches().size());
        assertTrue(o.mismatches().getFirst().startsWith("small 24x40, 7 tokens, fixed, 1 threads: wrong result: differs from the definition by 2.5e-03"),
                o.mismatches().getFirst());
        assertTrue(KernelTables.families(o).getFirst().text().contains("wrong result"));
    }

    @Test
    void aPeerThatFailsOrIsAbsentIsNamedAndTheOthersGoOn() {
        Contestant dies = new Contestant("peer", Role.NATIVE, 1, 0, 1, 1, new double[0], 0, new Contestant.Turn() {
            @Override
            public double round(double seconds) throws PeerFailure {
                throw new PeerFailure("the peer process ended");
            }

            @Override
            public float[] samples() {
                return new float[0];
            }
        });
        Outcome o = outcome(e -> {
            e.add(dies).ours("dense", 0, Mask.unstructured(0), Layout.TILED);
            e.absent().put("MKL CSR", "no network");
        });
        assertEquals("the peer process ended", o.results().getFirst().measured().getFirst().fault());
        assertEquals(Map.of("MKL CSR", "no network"), o.absent());
        assertEquals(List.of(), o.mismatches());
        assertTrue(KernelTables.summary(o).text().contains("not measured"));
        assertTrue(KernelPage.html(o).contains("MKL CSR: not measured: no network"));
    }

    @Test
    void theJsonHoldsEveryRoundAndEveryFigure() throws Exception {
        Outcome o = outcome(e -> e.add(fixed(new double[] {1}, 1f)));
        JsonNode json = new ObjectMapper().readTree(KernelJson.of(o));
        assertEquals(ROUNDS, json.at("/cases/0/contestants/0/seconds").size());
        assertEquals(1.0, json.at("/cases/0/contestants/0/median_seconds").asDouble());
        assertEquals(o.figures().size(), json.at("/figures").size());
        assertTrue(json.at("/figures/0/reached").isNull());
    }

    @Test
    void differencesAreRelativeToTheLargest() {
        assertEquals(0.5, Referee.difference(new double[] {0, 4}, new float[] {2, 4}));
        assertEquals(0, Referee.difference(new double[] {0}, new float[] {0}));
        assertEquals(Double.POSITIVE_INFINITY, Referee.difference(new double[] {1}, new float[] {}));
        assertArrayEquals(new double[] {1, 3}, new double[] {ROOF.seconds(1e11, 1, 1), ROOF.seconds(1, 6e10, 2)}, 1e-12);
    }
}
