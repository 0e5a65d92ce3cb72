package dev.filigree.prune.saliency;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Loop;
import dev.filigree.train.Loss;
import java.util.List;
import java.util.Map;

/**
 * Synaptic flow: {@code |w_j| dR/d|w_j|}, where R is the sum of the outputs of the network of weights |w| for an input of
 * ones, see {@link Flow}: all that flows through weight j. Every layer carries the same sum of it, so that, in many small
 * prunings, the last path through a layer is worth more than anything else. Of the batch only its shape counts.
 */
public record SynFlow() implements Saliency {

    public static final Catalog.Entry<Saliency> ENTRY = Catalog.entry("synflow", "Tanaka et al. 2020, arXiv:2006.05467", "the flow from inputs to outputs through |weight| at birth, without data", SynFlow::new);

    @Override
    public List<Floats> score(Loop loop, List<Site> sites, int batches) {
        List<Floats> all = loop.model().params().stream().map(Held::backward).filter(p -> p.cols() > 1).map(Slots::of).toList();
        List<Floats> before = Each.copies(all);
        try (Flow flow = new Flow(loop.compute(), loop.gradients())) {
            Each.write(loop, all, (s, i) -> Math.abs(before.get(s).get(i)));
            loop.probe((l, batch) -> run(l, flow, batch), 1);
            List<Floats> w = Each.weights(loop, sites);
            List<Floats> g = Each.gradients(loop, sites);
            return Each.score(loop, w, (s, i) -> w.get(s).get(i) * g.get(s).get(i));
        } finally {
            Each.copy(before, all);
        }
    }

    private static Loss run(Loop loop, Flow flow, Batch batch) {
        Value y = loop.model().forward(flow, batch);
        flow.seed(y, g -> g.data().fill(1f));
        flow.backward();
        double sum = 0;
        for (int f = 0; f < y.features(); f++) {
            for (float v : y.feature(f)) {
                sum += v;
            }
        }
        if (!Double.isFinite(sum)) {
            throw new UserError("--method synflow: the flow through this network is larger than a float can hold; take fewer layers, or use snip or grasp");
        }
        return new Loss(sum, Map.of());
    }
}
