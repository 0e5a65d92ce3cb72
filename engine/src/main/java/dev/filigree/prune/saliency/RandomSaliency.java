package dev.filigree.prune.saliency;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.model.Site;
import dev.filigree.train.Loop;
import java.util.ArrayList;
import java.util.List;

/** Uniform noise over all layers alike: the bottom line of every comparison. */
public record RandomSaliency() implements Saliency {

    public static final Catalog.Entry<Saliency> ENTRY = Catalog.entry("random", "", "uniform noise, the bottom line of every comparison", RandomSaliency::new);

    @Override
    public List<Floats> score(Loop loop, List<Site> sites, int batches) {
        List<Floats> scores = new ArrayList<>();
        List<Floats> w = Each.weights(loop, sites);
        for (int s = 0; s < sites.size(); s++) {
            Rng rng = loop.rng("saliency").split(sites.get(s).name());
            Floats noise = Floats.allocate(w.get(s).length());
            for (int i = 0; i < noise.length(); i++) {
                noise.set(i, rng.nextFloat());
            }
            scores.add(noise);
        }
        return scores;
    }
}
