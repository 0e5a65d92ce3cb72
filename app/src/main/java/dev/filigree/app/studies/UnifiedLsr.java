package dev.filigree.app.studies;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Nguyen et al. 2023: what each part of a sparse encoder is worth, one changed at a time. */
final class UnifiedLsr implements Study {

    private static final String COUNTED = "words counted";
    private static final String DOCUMENTS = "document weights";
    private static final String BOTH = "both weights";
    private static final String EXPANDED = "documents expanded";
    private static final String TWICE = "both expanded";

    @Override
    public Claim claim() {
        return new Claim("unified-lsr", "Nguyen et al. 2023, A Unified Framework for Learned Sparse Retrieval, arXiv:2303.13416",
                "Of the parts of a learned sparse encoder the weights of document terms matter most, those of query terms a little, and expanding queries adds little once documents are expanded.",
                "Encoders on a model that stays as it is, taught without labels: binary words on both sides, then learned weights of documents, then idf weights of queries, then added terms in documents, then added terms on both sides.",
                "steps of training; entries of a document at most three times its words",
                "weights of documents no better than none, or worth less than those of queries; or expansion of both sides better than of documents alone by 0.01",
                15);
    }

    @Override
    public Findings run(Lab lab) {
        String steps = lab.quick() ? "steps=15,batch=8" : "steps=60";
        Map<String, String> recipes = new LinkedHashMap<>();
        recipes.put(COUNTED, "deepct(document=binary,query=binary,weighted=false,lesson=kl,steps=0)");
        recipes.put(DOCUMENTS, "deepct(weighted=false,lesson=kl,rate=0.003," + steps + ")");
        recipes.put(BOTH, "deepct(weighted=true,lesson=kl,rate=0.003," + steps + ")");
        recipes.put(EXPANDED, "idf-splade-doc(document=cls-mlm," + steps + ")");
        recipes.put(TWICE, "idf-splade-doc(document=cls-mlm,query=cls-mlm," + steps + ")");
        return SparseRetrieval.compare(lab, recipes, (c, found) -> {
            Numbers documents = SparseRetrieval.gain(found, DOCUMENTS, COUNTED);
            Numbers queries = SparseRetrieval.gain(found, BOTH, DOCUMENTS);
            return List.of(Verdict.above("document weights help (" + c.name() + ")", 0, documents),
                    Verdict.above("more than query weights do (" + c.name() + ")", 0, documents.minus(queries)),
                    Verdict.above("expansion of both sides is no more than 0.01 better than of documents (" + c.name() + ")", -0.01, SparseRetrieval.gain(found, EXPANDED, TWICE)));
        });
    }
}
