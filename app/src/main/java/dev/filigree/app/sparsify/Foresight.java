package dev.filigree.app.sparsify;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How well a language model foresees held-out text.
 *
 * @param loss       mean of -ln of the probability of the token that came, in nats
 * @param perplexity {@code e^loss}
 */
public record Foresight(double loss, double perplexity) implements Quality {

    /** A model whose perplexity is at most 1 / this of the dense model's is called as good. */
    private static final double KEEPS = 0.9;

    static Foresight of(double loss) {
        return new Foresight(loss, Math.exp(loss));
    }

    /** The geometric mean of the probability of the token that came. */
    @Override
    public double nearness() {
        return Math.exp(-loss);
    }

    @Override
    public double kept(Quality dense) {
        return ((Foresight) dense).perplexity / perplexity;
    }

    @Override
    public double enough() {
        return KEEPS;
    }

    @Override
    public String said() {
        return text("perplexity %.3f, loss %.4f", perplexity, loss);
    }

    @Override
    public String near() {
        return text("perplexity %.3f", perplexity);
    }

    @Override
    public String against(Quality dense) {
        return text("has perplexity %.3f, the dense model %.3f", perplexity, ((Foresight) dense).perplexity);
    }

    @Override
    public String tooLittle(Quality dense) {
        return text("where its words matter: its perplexity is %.2f times the dense one, more than %.2f times", 1 / kept(dense), 1 / KEEPS);
    }

    @Override
    public String keeps() {
        return "the foresight";
    }

    @Override
    public Map<String, String> figures(Quality dense) {
        Map<String, String> m = new LinkedHashMap<>();
        m.put("perplexity", text("%.2f", perplexity));
        m.put("perplexity of the dense model", text("%.2f", ((Foresight) dense).perplexity));
        return m;
    }

    @Override
    public String scale() {
        return "probability of the token that came, geometric mean";
    }

    @Override
    public String counts() {
        return "tokens";
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
