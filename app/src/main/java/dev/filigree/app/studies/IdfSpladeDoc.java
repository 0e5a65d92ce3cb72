package dev.filigree.app.studies;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Geng et al. 2024: a price on terms by their idf, and teachers of two kinds, make up for a query side that is only a table. */
final class IdfSpladeDoc implements Study {

    private static final String PRICED = "IDF-aware FLOPS";
    private static final String PLAIN = "plain FLOPS";

    @Override
    public Claim claim() {
        return new Claim("idf-splade-doc", "Geng et al. 2024, Towards Competitive Search Relevance For Inference-Free Learned Sparse Retrievers, arXiv:2411.04403",
                "An encoder of documents whose query side is a table of idf finds more than BM25, and more with a FLOPS loss that prices a term by its idf than with the plain one.",
                "Encoders on a model that stays as it is, taught without labels by its vectors and BM25: BM25's weights and added terms under the IDF-aware, the plain and no FLOPS loss, and learned weights alone.",
                "entries of an average document, at most three times BM25's; steps of training",
                "the encoder with the IDF-aware loss less than 0.02 above BM25 in ndcg@10, or no better than that with the plain loss",
                15);
    }

    @Override
    public Findings run(Lab lab) {
        String steps = lab.quick() ? ",rate=0.0003,steps=15,batch=8" : ",rate=0.0001,steps=60";
        Map<String, String> recipes = new LinkedHashMap<>();
        recipes.put(PRICED, "residual-doc(regularizer=idf-flops,lambda=1" + steps + ")");
        recipes.put(PLAIN, "residual-doc(regularizer=flops,lambda=1" + steps + ")");
        recipes.put("no price", "residual-doc(regularizer=none" + steps + ")");
        recipes.put("nothing literal", "residual-doc(regularizer=idf-flops,lambda=1,literal=false" + steps + ")");
        return SparseRetrieval.compare(lab, recipes, (c, found) -> List.of(
                Verdict.above("better than BM25 by 0.02 (" + c.name() + ")", 0.02, c.overLexical(found.get(PRICED))),
                Verdict.above("better than with the plain loss (" + c.name() + ")", 0, SparseRetrieval.gain(found, PRICED, PLAIN))));
    }
}
