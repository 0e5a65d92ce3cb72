package dev.filigree.app.sparsify;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How well an encoder does.
 *
 * @param cosine      mean cosine to the dense model's embeddings over the held-out sentences: what separates methods
 * @param pairCosine  the same over the sentences of the scored pairs
 * @param spearman    rank correlation of the pairs' cosines with human scores
 */
public record Closeness(double cosine, double pairCosine, double spearman) implements Quality {

    /** A model whose rank correlation keeps this share of the dense model's is called as good for similarity search. */
    private static final double KEEPS = 0.985;

    @Override
    public double nearness() {
        return cosine;
    }

    @Override
    public double kept(Quality dense) {
        return spearman / ((Closeness) dense).spearman;
    }

    @Override
    public double enough() {
        return KEEPS;
    }

    @Override
    public String said() {
        return text("cosine %.4f, Spearman %.4f", cosine, spearman);
    }

    @Override
    public String near() {
        return text("cosine %.3f", cosine);
    }

    @Override
    public String against(Quality dense) {
        return text("keeps %.1f %% of the dense Spearman at cosine %.3f", 100 * kept(dense), cosine);
    }

    @Override
    public String tooLittle(Quality dense) {
        return text("where ranking matters: it keeps %.1f %% of the dense Spearman, less than %.1f %%", 100 * kept(dense), 100 * KEEPS);
    }

    @Override
    public String keeps() {
        return "the ranking";
    }

    @Override
    public Map<String, String> figures(Quality dense) {
        Map<String, String> m = new LinkedHashMap<>();
        m.put("cosine to the dense model", text("%.3f", cosine));
        m.put("of the dense Spearman", text("%.1f %%", 100 * kept(dense)));
        return m;
    }

    @Override
    public String scale() {
        return "cosine to the dense model";
    }

    @Override
    public String counts() {
        return "sequences";
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
