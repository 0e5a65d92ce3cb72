package dev.filigree.prune.edges;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Catalog;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.GraphData;
import dev.filigree.io.data.PlantedGraph;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Gcn;
import dev.filigree.model.Gin;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.prune.Parts;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Adam;
import dev.filigree.train.Birth;
import dev.filigree.train.GraphBatches;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.CrossEntropy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ways to cut edges: exact counts, scores by hand, and numbers of edges that are learned. */
class EdgesTest {

    private static final GraphData PLANTED = new PlantedGraph(200, 4, 6, 0.8, 20, 8, 0.4).make(3);

    private static GraphData graph(int nodes, int[]... edges) {
        List<int[]> ones = IntStream.range(0, nodes).mapToObj(i -> new int[] {i % 2}).toList();
        return new GraphData(2, ones, IntStream.range(0, nodes).map(i -> i % 2).toArray(), 2, List.of(edges), IntStream.range(0, nodes).mapToObj(i -> GraphData.Part.TRAIN).toList());
    }

    static List<Catalog.Entry<Edges>> entries() {
        return Parts.EDGES.entries();
    }

    @ParameterizedTest
    @MethodSource("entries")
    void cutsAsManyAsAskedForAndTheLowest(Catalog.Entry<Edges> entry) {
        float[] scores = entry.make().score(PLANTED, new Rng(1));
        for (double share : new double[] {0, 0.1, 0.5, 0.99}) {
            GraphData left = entry.make().trim(PLANTED, share, new Rng(1));
            int count = PLANTED.edges().size();
            assertEquals(count - (int) (share * count), left.edges().size());
            Set<int[]> kept = new HashSet<>(left.edges());
            float lowestKept = Float.MAX_VALUE;
            float highestCut = 0;
            for (int e = 0; e < count; e++) {
                boolean stays = kept.contains(PLANTED.edges().get(e));
                lowestKept = stays ? Math.min(lowestKept, scores[e]) : lowestKept;
                highestCut = stays ? highestCut : Math.max(highestCut, scores[e]);
            }
            assertTrue(highestCut <= lowestKept, entry.name() + " cut " + highestCut + " and kept " + lowestKept);
        }
        assertThrows(UserError.class, () -> entry.make().trim(PLANTED, 1, new Rng(1)));
    }

    @Test
    void degreesOfAPathOfFour() {
        float[] scores = new Degrees().score(graph(4, new int[] {0, 1}, new int[] {2, 1}, new int[] {2, 3}), new Rng(0));
        double end = Math.sqrt(0.5); // the mean of d^-1/2 over the neighbours of an end
        double middle = (1 + Math.sqrt(0.5)) / 2;
        assertArrayEquals(new float[] {(float) (end * middle / 2), (float) (middle * middle / 4), (float) (end * middle / 2)}, scores, 1e-7f);
    }

    @Test
    void aNodesLinkToItselfIsNeverCutAndOfEqualEdgesTheLaterGo() {
        GraphData g = graph(4, new int[] {0, 0}, new int[] {0, 1}, new int[] {2, 3});
        GraphData left = new Degrees().trim(g, 0.4, new Rng(0));
        assertEquals(List.of("[0, 0]", "[0, 1]"), left.edges().stream().map(Arrays::toString).toList());
        assertEquals(List.of("[0, 0]"), new Degrees().trim(g, 0.99, new Rng(0)).edges().stream().map(Arrays::toString).toList());
    }

    @Test
    void theDegreesOfAHubCountAgainstItsEdges() {
        List<int[]> edges = new ArrayList<>();
        for (int i = 1; i < 9; i++) {
            edges.add(new int[] {0, i});
        }
        edges.add(new int[] {9, 10});
        float[] scores = new Degrees().score(graph(11, edges.toArray(int[][]::new)), new Rng(0));
        assertEquals(1, scores[8], 1e-6, "two nodes that have only each other");
        assertEquals(Math.sqrt(1 / 8.0) / 8, scores[0], 1e-6, "m_hub = 1, m_leaf = 8^-1/2");
    }

    private record Run(LearnedEdges model, Loop loop) {
    }

    private static Run learning(Compute compute, GraphData graph, double l1) {
        Gcn network = new Gcn(List.of(graph.features(), 8, graph.classes()));
        Birth birth = new Birth(compute, network, new Rng(5));
        network.sites().forEach(birth::dense);
        LearnedEdges model = new LearnedEdges(network, graph);
        return new Run(model, new Loop(compute, model, new Setup(new Supervised(new CrossEntropy(0)), new GraphBatches(graph, GraphData.Part.TRAIN), new Adam(0.9, 0.999, 1e-8, 0), 0.01,
                new Rates.Constant(0), 10, 60, Layout.CSR, List.of(model.hook(l1)), new Rng(6))));
    }

    @Test
    void edgesBetweenClassesAreLearnedToBeWorthLess() {
        Run run = learning(new Compute(Kernels.best(), Parallel.single()), PLANTED, 0);
        run.loop.run((step, steps, loss, batch, seconds) -> { });
        double[] sum = new double[2];
        int[] count = new int[2];
        float[] scores = run.model.scores();
        for (int e = 0; e < scores.length; e++) {
            int across = PLANTED.labels()[PLANTED.edges().get(e)[0]] == PLANTED.labels()[PLANTED.edges().get(e)[1]] ? 0 : 1;
            sum[across] += scores[e];
            count[across]++;
        }
        assertTrue(sum[1] / count[1] < sum[0] / count[0] - 0.02, "inside " + sum[0] / count[0] + ", across " + sum[1] / count[1]);
        run.loop.close();
    }

    @Test
    void anEdgesNumberIsOneAndNobodyLearnsToLookAway() {
        Run run = learning(new Compute(Kernels.best(), Parallel.single()), graph(4, new int[] {0, 1}, new int[] {2, 1}, new int[] {2, 3}), 1e-3);
        run.loop.run((step, steps, loss, batch, seconds) -> { });
        float[][] m = new float[4][4];
        run.model.param("edges").backward().forEach((r, c, slot, v) -> m[r][c] = v);
        for (int i = 0; i < 4; i++) {
            assertEquals(1, m[i][i]);
            for (int j = 0; j < 4; j++) {
                assertEquals(m[j][i], m[i][j]);
            }
        }
        assertTrue(m[0][1] != 1 && m[0][2] == 0, "what is there is learned, what is not stays away");
        run.loop.close();
    }

    @Test
    void networksOfPlainSumsAreRefused() {
        LearnedEdges learned = new LearnedEdges(new Gin(PLANTED.features(), 4, 1, PLANTED.classes()), PLANTED);
        Batch batch = new GraphBatches(PLANTED, GraphData.Part.TRAIN).next();
        try (Eager eager = new Eager(new Compute(Kernels.best(), Parallel.single()))) {
            assertTrue(assertThrows(UserError.class, () -> learned.forward(eager, batch)).getMessage().contains("gcn"));
        }
    }

    @Test
    void onAnyNumberOfThreadsAndResumedItIsTheSameBits() {
        float[] whole = null;
        for (int threads : new int[] {1, 3}) {
            try (Parallel parallel = new Parallel(threads)) {
                Compute compute = new Compute(Kernels.best(), parallel);
                Run first = learning(compute, PLANTED, 1e-4);
                for (int i = 0; i < 25; i++) {
                    first.loop.advance();
                }
                StateWriter state = new StateWriter();
                first.loop.save(state);
                StateReader saved = state.copied();
                first.loop.run((step, steps, loss, batch, seconds) -> { });
                Run second = learning(compute, PLANTED, 1e-4);
                second.loop.load(saved);
                second.loop.run((step, steps, loss, batch, seconds) -> { });
                float[] values = Slots.of(first.model.param("edges").backward()).toArray();
                assertArrayEquals(values, Slots.of(second.model.param("edges").backward()).toArray(), 0f, "resumed");
                assertArrayEquals(whole == null ? values : whole, values, 0f, threads + " threads");
                whole = values;
                first.loop.close();
                second.loop.close();
            }
        }
    }
}
