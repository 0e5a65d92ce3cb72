package dev.filigree.app.studies;

import dev.filigree.app.encode.Ranked;
import dev.filigree.app.report.Plot;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Geng et al. 2024: a price on terms by their idf, and teachers of two kinds, make up for a query side that is only a table. */
final class IdfSpladeDoc implements Study {

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
        String steps = lab.quick() ? ",rate=0.0003,steps=15,batch=8" : ",rate=0.0001,steps=120";
        Map<String, String> recipes = new LinkedHashMap<>();
        recipes.put("IDF-aware FLOPS", "residual-doc(regularizer=idf-flops,lambda=1" + steps + ")");
        recipes.put("plain FLOPS", "residual-doc(regularizer=flops,lambda=1" + steps + ")");
        recipes.put("no price", "residual-doc(regularizer=none" + steps + ")");
        recipes.put("nothing literal", "residual-doc(regularizer=idf-flops,lambda=1,literal=false" + steps + ")");
        List<Table> tables = new ArrayList<>();
        List<Plot> plots = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        SparseRetrieval.each(lab, c -> {
            Map<String, List<Ranked>> found = c.train(lab, recipes);
            tables.add(c.table(found));
            plots.add(c.plot(found));
            verdicts.add(Verdict.above("better than BM25 by 0.02 (" + c.name() + ")", 0.02, c.overLexical(found.get("IDF-aware FLOPS"))));
            verdicts.add(Verdict.above("better than with the plain loss (" + c.name() + ")", 0, SparseRetrieval.ndcg(found.get("IDF-aware FLOPS")).minus(SparseRetrieval.ndcg(found.get("plain FLOPS")))));
        });
        return new Findings(tables, plots, verdicts);
    }
}
