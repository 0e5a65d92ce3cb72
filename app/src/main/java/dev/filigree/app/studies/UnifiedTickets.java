package dev.filigree.app.studies;

import dev.filigree.io.data.GraphData;
import dev.filigree.model.Gcn;
import dev.filigree.model.Site;
import dev.filigree.prune.edges.Edges;
import dev.filigree.prune.edges.LearnedEdges;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.CrossEntropy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Lottery tickets of graph and network together (UGS, Chen et al. 2021, arXiv:2102.06790) in their simplest form: round after
 * round weights and a number for each edge are learned together, the smallest 5 % of the edges and 20 % of the weights go, and
 * the rest is put back to the beginning. The last round trains what is left.
 */
record UnifiedTickets(GraphTrial trial) {

    private static final double EDGES = 0.05;
    private static final double WEIGHTS = 0.2;
    private static final double L1 = 1e-4;

    /**
     * One way down, which passes all levels; what is left at each is trained once more. Its time is all that led there.
     *
     * @param levels shares of edges and of weights that go, ascending
     */
    List<GraphTrial.Outcome> run(List<Teddy.Level> levels) {
        List<GraphTrial.Outcome> found = new ArrayList<>();
        double before = 0;
        long start = System.nanoTime();
        GraphData whole = trial.problem().graph();
        GraphData graph = whole;
        Map<Site, Topology> live = Map.of();
        for (int r = 1; found.size() < levels.size(); r++) {
            Teddy.Level next = levels.get(found.size());
            double edges = Math.min(next.edges(), 1 - Math.pow(1 - EDGES, r) + 1e-9);
            boolean reached = edges == next.edges();
            Gcn network = trial.born(live);
            LearnedEdges learned = new LearnedEdges(network, graph);
            trial.train(learned, graph, new Supervised(new CrossEntropy(0)), List.of(learned.hook(L1)));
            int left = whole.edges().size() - (int) (edges * whole.edges().size());
            graph = Edges.trim(graph, learned.scores(), (graph.edges().size() - left + 0.5) / graph.edges().size());
            live = Cuts.largest(network, reached ? next.weights() : Math.min(next.weights(), 1 - Math.pow(1 - WEIGHTS, r)));
            if (reached) {
                before += (System.nanoTime() - start) * 1e-9;
                found.add(trained(graph, live).after(before));
                start = System.nanoTime();
            }
        }
        return found;
    }

    private GraphTrial.Outcome trained(GraphData graph, Map<Site, Topology> live) {
        long start = System.nanoTime();
        Gcn network = trial.born(live);
        trial.train(network, graph, new Supervised(new CrossEntropy(0)), List.of());
        return trial.judged(network, graph, start);
    }
}
