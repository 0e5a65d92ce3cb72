package dev.filigree.prune.saliency;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;
import dev.filigree.model.Site;
import dev.filigree.train.Loop;
import java.util.List;

/** {@code |w|} of the first values: needs no data, and knows nothing but how each layer was initialised. */
public record FirstMagnitude() implements Saliency {

    public static final Catalog.Entry<Saliency> ENTRY = Catalog.entry("magnitude", "Frankle et al. 2021, arXiv:2009.08576", "|weight| at birth", FirstMagnitude::new);

    @Override
    public List<Floats> score(Loop loop, List<Site> sites, int batches) {
        List<Floats> w = Each.weights(loop, sites);
        return Each.score(loop, w, (s, i) -> Math.abs(w.get(s).get(i)));
    }
}
