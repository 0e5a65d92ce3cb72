package dev.filigree.prune.saliency;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;
import dev.filigree.model.Site;
import dev.filigree.train.Loop;
import java.util.List;

/**
 * Connection sensitivity: {@code |g_j w_j| / sum_k |g_k w_k|} with the gradient g of the loss over the batches, which is how
 * much the loss changes when a switch before weight j begins to close. One forward and backward pass a batch.
 */
public record Snip() implements Saliency {

    public static final Catalog.Entry<Saliency> ENTRY = Catalog.entry("snip", "Lee et al. 2019, arXiv:1810.02340", "|weight x gradient| at birth", Snip::new);

    @Override
    public List<Floats> score(Loop loop, List<Site> sites, int batches) {
        loop.probe(loop.setup().step(), batches);
        List<Floats> w = Each.weights(loop, sites);
        List<Floats> g = Each.gradients(loop, sites);
        List<Floats> scores = Each.score(loop, w, (s, i) -> Math.abs(g.get(s).get(i) * w.get(s).get(i)));
        double sum = Each.sum(scores);
        if (sum > 0) {
            Each.write(loop, scores, (s, i) -> (float) (scores.get(s).get(i) / sum));
        }
        return scores;
    }
}
