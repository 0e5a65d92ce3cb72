package dev.filigree.app.sparsify;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How well a sparse encoder of texts does.
 *
 * @param agreement mean cosine, over held-out documents, of what the model adds to their words and what the dense one adds; without literal weights, of whole vectors
 * @param ndcg      nDCG@10 of the judged queries; NaN where there are none
 * @param recall    recall@100 of them
 * @param words     nDCG@10 of BM25, which needs no model
 */
public record Retrieval(double agreement, double ndcg, double recall, double words) implements Quality {

    /** A model whose nDCG keeps this share of the dense model's is called as good for search. */
    private static final double KEEPS = 0.985;
    /** The same of the agreement, where no query is judged. */
    private static final double AGREES = 0.95;

    /** Whether there are judged queries. */
    boolean judged() {
        return !Double.isNaN(ndcg);
    }

    @Override
    public double nearness() {
        return agreement;
    }

    @Override
    public double kept(Quality dense) {
        return judged() ? ndcg / ((Retrieval) dense).ndcg : agreement;
    }

    @Override
    public double enough() {
        return judged() ? KEEPS : AGREES;
    }

    @Override
    public String said() {
        return near() + (judged() ? text(", ndcg@10 %.4f (BM25 %.4f)", ndcg, words) : "");
    }

    @Override
    public String near() {
        return text("agreement %.4f", agreement);
    }

    @Override
    public String against(Quality dense) {
        return judged() ? text("keeps %.1f %% of the dense ndcg@10 (%.4f of %.4f, BM25 %.4f) at agreement %.3f", 100 * kept(dense), ndcg, ((Retrieval) dense).ndcg, words, agreement)
                : text("agrees with the dense model to %.3f; give --queries and --qrels to see what that means for search", agreement);
    }

    @Override
    public String tooLittle(Quality dense) {
        return judged() ? text("where ranking matters: it keeps %.1f %% of the dense ndcg@10, less than %.1f %%", 100 * kept(dense), 100 * KEEPS)
                : text("without judging it first: its vectors agree with the dense ones to %.3f, less than %.2f", agreement, AGREES);
    }

    @Override
    public String keeps() {
        return "the ranking";
    }

    @Override
    public Map<String, String> figures(Quality dense) {
        Map<String, String> m = new LinkedHashMap<>();
        m.put("agreement with the dense model", text("%.3f", agreement));
        if (judged()) {
            m.put("ndcg@10", text("%.4f", ndcg));
            m.put("ndcg@10 of the dense model", text("%.4f", ((Retrieval) dense).ndcg));
        }
        return m;
    }

    @Override
    public String scale() {
        return "agreement with the dense model";
    }

    @Override
    public String counts() {
        return "documents";
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
