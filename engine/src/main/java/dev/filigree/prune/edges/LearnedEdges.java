package dev.filigree.prune.edges;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.io.data.GraphData;
import dev.filigree.model.Model;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Graph;
import dev.filigree.ops.Held;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Slots;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A graph network of normalised neighbours that learns a number for each edge beside its weights: products see {@code A * m} (element by element, A
 * as {@link GraphData#adjacency}), and the loss grows by {@code l1 |m|} for each edge, so that edges of little use come
 * close to zero (UGS, Chen et al. 2021, arXiv:2102.06790, in its simplest form). Train it with the hook {@link MaskEdges}, then
 * {@link #scores} says what to cut. Each edge has one number for both directions, and nodes keep seeing themselves.
 */
public final class LearnedEdges implements Model {

    private final Model network;
    private final GraphData graph;
    private final Site site;
    private final Held mask;

    /** @param network with its first values */
    public LearnedEdges(Model network, GraphData graph) {
        this.network = network;
        this.graph = graph;
        this.site = new Site("edges", 0, Role.HIDDEN, graph.nodes(), graph.nodes());
        Csr a = graph.adjacency();
        this.mask = new Held(site.name(), new Csr(a.rows(), a.cols(), a.chunk(), a.start(), a.column(), Floats.allocate(Arena.ofAuto(), a.values().length()).fill(1f)));
    }

    Site site() {
        return site;
    }

    /** The hook that goes with it. */
    public MaskEdges hook(double l1) {
        if (!(l1 >= 0 && l1 < Double.MAX_VALUE)) {
            throw new UserError("edges: found l1=" + l1 + ", expected a number of at least 0");
        }
        return new MaskEdges(this, (float) l1);
    }

    /** The size of each edge's number, for {@link Edges#trim(GraphData, float[], double)}. */
    public float[] scores() {
        Csr m = (Csr) mask.backward();
        float[] byEdge = new float[graph.edges().size()];
        Mirror mirror = Mirror.of(m);
        for (int i = 0; i < byEdge.length; i++) {
            byEdge[i] = Math.abs(Slots.of(m).get(mirror.slot(graph.edges().get(i)[0], graph.edges().get(i)[1])));
        }
        return byEdge;
    }

    private Batch seen(Batch in) {
        Graph g = in.as(Graph.class);
        return new Graph(g.x(), mask, null, g.labels());
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        return network.enter(ops, in);
    }

    @Override
    public int blocks() {
        return network.blocks();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        return network.block(ops, i, x, seen(in));
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        return network.leave(ops, x, seen(in));
    }

    @Override
    public List<Site> sites() {
        return Stream.concat(network.sites().stream(), Stream.of(site)).toList();
    }

    @Override
    public Held param(String name) {
        return name.equals(site.name()) ? mask : network.param(name);
    }

    @Override
    public Held bias(Site s) {
        return s.equals(site) ? null : network.bias(s);
    }

    @Override
    public List<Held> params() {
        return with(network.params());
    }

    @Override
    public List<Held> trained() {
        return with(network.trained());
    }

    private List<Held> with(List<Held> others) {
        List<Held> all = new ArrayList<>(others);
        all.add(mask);
        return all;
    }
}
