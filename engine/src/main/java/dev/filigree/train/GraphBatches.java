package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.io.data.GraphData;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Graph;
import dev.filigree.ops.Held;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Csr;
import java.util.Arrays;

/** A whole graph in every batch, judged at the nodes of one part. Features of a node add up to one (Kipf and Welling 2017). */
public final class GraphBatches implements Batches {

    private final GraphData data;
    private final GraphData.Part part;
    private final Graph graph;
    private long given;

    public GraphBatches(GraphData data, GraphData.Part part) {
        this.data = data;
        this.part = part;
        int width = Kernels.widthFor(data.nodes());
        Value x = new Value(Floats.allocate(Value.length(data.features(), data.nodes(), width)), data.features(), data.nodes(), width);
        for (int i = 0; i < data.nodes(); i++) {
            for (int f : data.ones().get(i)) {
                x.data().set(x.at(i, f), 1f / data.ones().get(i).length);
            }
        }
        Csr a = data.adjacency();
        Csr ones = new Csr(a.rows(), a.cols(), a.chunk(), a.start(), a.column(), Floats.allocate(a.values().length()).fill(1f));
        this.graph = new Graph(x, new Held("adjacency", a), new Held("sums", ones), data.labels(part));
    }

    @Override
    public Graph next() {
        given++;
        return graph;
    }

    @Override
    public int size() {
        return data.nodes();
    }

    @Override
    public int count() {
        return data.nodes();
    }

    @Override
    public long epoch() {
        return Math.max(0, given - 1);
    }

    @Override
    public String fingerprint() {
        int features = data.ones().stream().mapToInt(Arrays::hashCode).reduce(1, (a, b) -> 31 * a + b);
        int edges = data.edges().stream().mapToInt(Arrays::hashCode).reduce(1, (a, b) -> 31 * a + b);
        return data.nodes() + " nodes, " + part + ", " + Integer.toHexString(features) + "-" + Integer.toHexString(edges) + "-"
                + Integer.toHexString(Arrays.hashCode(graph.labels()));
    }

    @Override
    public void save(StateWriter out) {
        out.put("given", given);
    }

    @Override
    public void load(StateReader in) {
        given = in.integer("given");
    }
}
