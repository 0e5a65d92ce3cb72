package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.model.Supernet;
import dev.filigree.model.Supernet.Operation;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Leaves the operations of a {@link Supernet} out one after another until each edge has one. Until then the gains of their
 * normalisations are pulled towards zero, {@code g += rho cost sign(gain)}, where the cost is the operation's share of the weights
 * of the largest, at least a tenth; at even distances over the first part of the run the operation whose gains are smallest in the
 * mean goes. Beside pruning with regrowth in the same run this draws a SuperTicket (You et al. 2022, arXiv:2207.03677); with dense
 * weights it is a search alone.
 */
public final class Shrinking implements Hook {

    private static final double LEAST_COST = 0.1;

    private final Supernet network;
    private final double rho;
    private final double until;
    private final List<String> removed = new ArrayList<>(); // "edge operation", in order
    private final int all;

    /**
     * @param rho   how hard gains are pulled
     * @param until share of the steps after which each edge has one operation
     */
    public Shrinking(Supernet network, double rho, double until) {
        if (!(rho >= 0 && rho < Double.MAX_VALUE && until > 0 && until <= 1)) {
            throw new UserError("shrinking supernet: found rho=" + rho + " and until=" + until + ", expected rho of at least 0 and until in (0, 1]");
        }
        this.network = network;
        this.rho = rho;
        this.until = until;
        this.all = network.operations().stream().mapToInt(e -> e.size() - 1).sum();
    }

    @Override
    public void beforeStep(Loop loop, long step) {
        long due = Math.min(all, (long) (all * (step / (until * loop.steps()))));
        while (removed.size() < due) {
            weakest(loop);
        }
    }

    private void weakest(Loop loop) {
        int edge = -1;
        Operation weakest = null;
        double least = Double.MAX_VALUE;
        for (int e = 0; e < network.blocks(); e++) {
            List<Operation> operations = network.operations().get(e);
            for (int k = 0; k < operations.size() && operations.size() > 1; k++) {
                double gain = mean(Slots.of(network.gains(e).get(k).backward()));
                if (gain < least) {
                    least = gain;
                    edge = e;
                    weakest = operations.get(k);
                }
            }
        }
        remove(edge, weakest);
        Site site = network.site(edge, weakest);
        if (site != null) { // one position, for a weight that keeps none is no weight
            Topology.Builder one = new Topology.Builder(site.rows(), site.cols(), 1);
            one.add(0, 0);
            loop.rewire(site, one.build(), Floats.allocate(1));
        }
    }

    private void remove(int edge, Operation operation) {
        network.remove(edge, operation);
        removed.add(edge + " " + operation.name());
    }

    private static double mean(Floats gains) {
        double sum = 0;
        for (int c = 0; c < gains.length(); c++) {
            sum += Math.abs(gains.get(c));
        }
        return sum / gains.length();
    }

    @Override
    public void differentiated(Loop loop, long step) {
        for (int e = 0; e < network.blocks(); e++) {
            List<Operation> operations = network.operations().get(e);
            for (int k = 0; k < operations.size() && operations.size() > 1; k++) {
                Floats gains = Slots.of(network.gains(e).get(k).backward());
                Floats gradient = loop.gradients().of(network.gains(e).get(k));
                double cost = Math.max(LEAST_COST, operations.get(k).positions(1) / (double) Operation.CONV5.positions(1));
                for (int c = 0; c < gains.length(); c++) {
                    gradient.set(c, gradient.get(c) + (float) (rho * cost * Math.signum(gains.get(c))));
                }
            }
        }
    }

    @Override
    public void save(StateWriter out) {
        out.put("removed", String.join("\n", removed));
    }

    @Override
    public void load(StateReader in) {
        List<String> then = in.text("removed").lines().toList();
        for (String gone : then.subList(removed.size(), then.size())) {
            remove(Integer.parseInt(gone.split(" ")[0]), Operation.valueOf(gone.split(" ")[1]));
        }
    }
}
