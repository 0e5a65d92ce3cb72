package dev.filigree.prune.channels;

import dev.filigree.base.UserError;
import dev.filigree.calib.Watch;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Coupling;
import dev.filigree.model.Narrowing;
import dev.filigree.model.Network;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Param;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Residual blocks that are left out before the first step, the others keep their first values (Jordao et al. 2023, arXiv:2301.10835). Those go
 * without which the input of the last layer is most like what it is with them, by {@link Similarity#cka}. Blocks that halve
 * the image stay. A network that was not trained yet normalises with means of 0 and variances of 1.
 */
public final class LayerTickets {

    private LayerTickets() {
    }

    /**
     * The channels that stay when so many blocks go, for {@link Narrowing}.
     *
     * @param batch that representations are compared on
     */
    public static List<int[]> mostAlike(Compute compute, Network network, Batch batch, int blocks) {
        float[][] whole = last(compute, network, batch);
        List<Coupling> couplings = network.couplings();
        double[] alike = new double[couplings.size()];
        for (int i : blocks(network)) {
            alike[i] = Similarity.cka(whole, last(compute, Narrowing.of(network, without(network, List.of(i))), batch));
        }
        return without(network, checked(blocks(network), blocks).stream().sorted(Comparator.comparing((Integer i) -> -alike[i])).limit(blocks).toList());
    }

    /** The couplings inside of blocks that can be left out. */
    public static List<Integer> blocks(Network network) {
        List<Coupling> all = network.couplings();
        return IntStream.range(0, all.size()).filter(i -> all.get(i).least() == 0 && all.get(i).channels() > 0).boxed().toList();
    }

    /**
     * The channels that stay when some blocks go.
     *
     * @param gone of {@link #blocks}
     */
    public static List<int[]> without(Network network, List<Integer> gone) {
        List<int[]> keep = new ArrayList<>(network.couplings().stream().map(c -> Narrowing.all(c.channels())).toList());
        gone.forEach(i -> keep.set(i, new int[0]));
        return keep;
    }

    private static List<Integer> checked(List<Integer> can, int blocks) {
        if (blocks < 1 || blocks > can.size()) {
            throw new UserError("layer tickets: found " + blocks + " blocks to leave out, expected 1 to " + can.size() + ", as many as can be; use resnet with a larger depth");
        }
        return can;
    }

    /** What the last layer reads, {@code [examples] [features]}. */
    private static float[][] last(Compute compute, Network network, Batch batch) {
        String output = network.sites().getLast().name();
        float[][][] seen = new float[1][][];
        try (Eager eager = new Eager(compute)) {
            Watch watch = new Watch(eager, (Param weight, Value x) -> {
                if (weight.name().equals(output)) {
                    seen[0] = IntStream.range(0, x.tokens()).mapToObj(x::token).toArray(float[][]::new);
                }
            });
            eager.release(network.forward(watch, batch));
        }
        return seen[0];
    }
}
