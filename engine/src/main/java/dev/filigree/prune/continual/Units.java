package dev.filigree.prune.continual;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.tensor.Canonical;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Rewiring;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Birth;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which hidden units of a chain of sparse layers are free, young or mature, as in SHARP (Gurbuz et al. 2023, arXiv:2305.18563): those
 * that carry most of the activation of the classes learned now become young and lose their connections from free units, which would
 * change later; when the classes are learned young units become mature, and what leads into them stays as it is for good.
 */
public final class Units {

    /** What may become of a unit. */
    public enum State {
        FREE, YOUNG, MATURE
    }

    private final List<Site> sites;
    private final State[][] states; // [layer] [unit]

    /** @param sites of hidden layers, of which each sees the units of the one before and the first sees the input */
    public Units(List<Site> sites) {
        for (int l = 1; l < sites.size(); l++) {
            if (sites.get(l).cols() != sites.get(l - 1).rows()) {
                throw new UserError("units: " + sites.get(l).name() + " has " + sites.get(l).cols() + " inputs, expected the " + sites.get(l - 1).rows() + " units before it; choose a chain of layers");
            }
        }
        this.sites = List.copyOf(sites);
        this.states = sites.stream().map(s -> {
            State[] all = new State[s.rows()];
            Arrays.fill(all, State.FREE);
            return all;
        }).toArray(State[][]::new);
    }

    /** Units of a layer that are in a state, ascending. */
    public int[] in(int layer, State state) {
        return IntStream.range(0, states[layer].length).filter(u -> states[layer][u] == state).toArray();
    }

    /**
     * The fewest units of a layer that together carry a share of its activation become young, if they are not mature; those that
     * are neither become free. Of equal ones the first.
     *
     * @param activation mean of each unit over examples of the present classes, not negative
     * @param share      in [0, 1]
     */
    public void select(int layer, float[] activation, double share) {
        double wanted = 0;
        for (float a : activation) {
            wanted += share * a;
        }
        int[] order = IntStream.range(0, activation.length).boxed().sorted((a, b) -> Float.compare(activation[b], activation[a])).mapToInt(u -> u).toArray();
        for (int u : order) {
            boolean carries = wanted > 0 && activation[u] > 0;
            wanted -= activation[u];
            if (states[layer][u] != State.MATURE) {
                states[layer][u] = carries ? State.YOUNG : State.FREE;
            }
        }
    }

    /** Young units become mature. */
    public void promote() {
        for (State[] layer : states) {
            Arrays.setAll(layer, u -> layer[u] == State.FREE ? State.FREE : State.MATURE);
        }
    }

    /** Connections from free to young units die, and as many are born at random, at zero, into free units while there is room. */
    public void isolate(Network net, Rng rng) {
        for (int l = 1; l < sites.size(); l++) {
            Site site = sites.get(l);
            Canonical now = Canonical.of(Arena.ofAuto(), Parallel.single(), net.param(site).forward());
            Topology live = now.live();
            int[] dies = new int[live.count()];
            int dead = 0;
            for (int r = 0; r < live.rows(); r++) {
                for (int j = live.start().get(r); j < live.start().get(r + 1); j++) {
                    if (states[l][r] == State.YOUNG && states[l - 1][live.column().get(j)] == State.FREE) {
                        dies[dead++] = j;
                    }
                }
            }
            long[] born = born(l, live, dead, rng.split(site.name()));
            Rewiring change = Rewiring.of(live, Arrays.copyOf(dies, dead), born);
            Floats values = change.values(now.values(Arena.ofAuto(), Parallel.single(), Slots.of(net.param(site).forward())));
            net.param(site).set(site.layout(Layout.CSR).pack(Arena.ofAuto(), change.after(), values));
        }
    }

    /** Dead positions of free rows, ascending: drawn in a matrix of these rows alone. */
    private long[] born(int layer, Topology live, int count, Rng rng) {
        int[] free = in(layer, State.FREE);
        if (free.length == 0) {
            return new long[0];
        }
        Topology.Builder rows = new Topology.Builder(free.length, live.cols(), live.count());
        for (int k = 0; k < free.length; k++) {
            for (int j = live.start().get(free[k]); j < live.start().get(free[k] + 1); j++) {
                rows.add(k, live.column().get(j));
            }
        }
        Topology those = rows.build();
        long room = (long) free.length * live.cols() - those.count();
        long[] born = Sampling.dead(those, (int) Math.min(room, count), rng);
        Arrays.setAll(born, i -> (long) free[(int) (born[i] / live.cols())] * live.cols() + born[i] % live.cols());
        return born;
    }

    /** What leads into free units begins anew. */
    public void renew(Compute compute, Network net, Rng rng) {
        for (int l = 0; l < sites.size(); l++) {
            Site site = sites.get(l);
            State[] layer = states[l];
            Floats fresh = Birth.values(compute, net, site, Math.toIntExact(net.param(site).forward().nonZeros()), rng.split(site.name()));
            Floats values = Slots.of(net.param(site).forward());
            int[] next = new int[1];
            net.param(site).forward().forEach((r, c, slot, v) -> values.set(slot, layer[r] == State.FREE ? fresh.get(next[0]++) : v));
            Floats bias = Slots.of(net.bias(site).forward());
            for (int u : in(l, State.FREE)) {
                bias.set(u, 0f);
            }
        }
    }

    /** Lets nothing that leads into mature units follow its gradient: no optimizer that begins with it and does not decay weights moves it. */
    public Hook frozen() {
        return new Hook() {
            @Override
            public void differentiated(Loop loop, long step) {
                for (int l = 0; l < sites.size(); l++) {
                    State[] layer = states[l];
                    Floats g = loop.gradients().of(loop.model().param(sites.get(l)));
                    loop.model().param(sites.get(l)).forward().forEach((r, c, slot, v) -> {
                        if (layer[r] == State.MATURE) {
                            g.set(slot, 0f);
                        }
                    });
                    Floats bias = loop.gradients().of(loop.model().bias(sites.get(l)));
                    for (int u : in(l, State.MATURE)) {
                        bias.set(u, 0f);
                    }
                }
            }
        };
    }
}
