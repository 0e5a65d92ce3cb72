package dev.filigree.model;

import dev.filigree.io.DecoderConfig;
import dev.filigree.ops.Held;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A language model as pruning and recovery see it: the weights of its blocks are prunable, and they and the gains and biases are trained; embeddings
 * and the weight of the output stay as they are.
 */
public final class DecoderBody extends Around implements CausalModel {

    private final CausalModel model;

    private DecoderBody(Network network, CausalModel model) {
        super(network);
        this.model = model;
    }

    @Override
    public DecoderConfig config() {
        return model.config();
    }

    @Override
    public Held words() {
        return model.words();
    }

    @Override
    public Held head() {
        return model.head();
    }

    @Override
    public Network empty() {
        return model.empty();
    }

    @Override
    public CausalModel shortened(int[] layers) {
        return model.shortened(layers);
    }

    /** A body that shares every weight with {@code of}, but holds them itself. */
    public static DecoderBody sharing(CausalModel of) {
        DecoderBody body = around(of.empty());
        body.params().forEach(p -> p.set(of.param(p.name()).forward()));
        return body;
    }

    /** @param network a language model */
    public static DecoderBody around(Network network) {
        return new DecoderBody(network, (CausalModel) network);
    }

    @Override
    public List<Site> sites() {
        return network().sites().stream().filter(s -> s.block() < blocks()).toList();
    }

    @Override
    public List<Held> params() {
        return network().params();
    }

    @Override
    public List<Held> trained() {
        Set<Held> weights = new HashSet<>();
        sites().forEach(s -> weights.add(param(s)));
        return params().stream().filter(p -> weights.contains(p) || p.forward().cols() == 1).toList();
    }
}
