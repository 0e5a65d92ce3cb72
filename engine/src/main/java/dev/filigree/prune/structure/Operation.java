package dev.filigree.prune.structure;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.model.CausalModel;
import dev.filigree.model.DecoderBody;
import dev.filigree.model.Network;
import dev.filigree.ops.Batch;
import java.util.List;

/**
 * What a {@link Structure} is asked to do.
 *
 * @param model  the whole model
 * @param text   token ids to calibrate with
 * @param share  of features, channels or layers to take out, in (0, 1)
 * @param memory bytes of activations to hold at most
 * @param mended whether least squares make up for what is taken out, where {@link Structure#mends}
 */
public record Operation(Compute compute, CausalModel model, List<Batch> text, double share, Rng rng, long memory, boolean mended) {

    /** One that nothing makes up for. */
    public Operation(Compute compute, CausalModel model, List<Batch> text, double share, Rng rng, long memory) {
        this(compute, model, text, share, rng, memory, false);
    }

    public Operation {
        if (!(share > 0 && share < 1)) {
            throw new UserError("--sparsity: found " + share + ", expected a share to take out, above 0 % and below 100 %");
        }
    }

    /** The model as a network. */
    Network network() {
        return model instanceof DecoderBody b ? b.network() : (Network) model;
    }

    /** How many of some things stay: at least one. */
    int kept(int all) {
        return (int) Math.clamp(Math.round((1 - share) * all), 1, all);
    }
}
