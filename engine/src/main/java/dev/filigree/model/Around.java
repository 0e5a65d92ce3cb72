package dev.filigree.model;

import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import java.util.List;

/** A model around a network, which it leaves as it is: what it does not override is the network's. */
public abstract class Around implements Model {

    private final Network network;

    protected Around(Network network) {
        this.network = network;
    }

    public final Network network() {
        return network;
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        return network.enter(ops, in);
    }

    @Override
    public final int blocks() {
        return network.blocks();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        return network.block(ops, i, x, in);
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        return network.leave(ops, x, in);
    }

    @Override
    public List<Site> sites() {
        return network.sites();
    }

    @Override
    public final Held param(String name) {
        return params().stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow(() -> new IllegalArgumentException("no parameter named " + name));
    }

    @Override
    public final Held bias(Site site) {
        return network.bias(site);
    }

    @Override
    public final List<Held> statistics() {
        return network.statistics();
    }
}
