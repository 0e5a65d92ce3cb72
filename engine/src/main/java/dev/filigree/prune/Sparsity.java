package dev.filigree.prune;

import dev.filigree.base.UserError;
import java.util.Locale;

/** Shares of zeros as people write and read them. */
public final class Sparsity {

    private Sparsity() {
    }

    /** Reads {@code 80%} or {@code 0.8}; throws a {@link UserError} outside [0 %, 100 %). */
    public static double parse(String text) {
        String t = text.strip();
        boolean percent = t.endsWith("%");
        double v;
        try {
            v = Double.parseDouble(percent ? t.substring(0, t.length() - 1).strip() : t);
        } catch (NumberFormatException e) {
            throw new UserError("--sparsity: found '" + text + "', expected a share of zeros such as 80% or 0.8");
        }
        if (!percent && v > 1) {
            throw new UserError("--sparsity: found '" + text + "', expected a share of zeros below 1, or write " + t + "%");
        }
        return check(percent ? v / 100 : v);
    }

    /** Returns {@code sparsity} when it is in [0, 1). */
    public static double check(double sparsity) {
        if (!(sparsity >= 0 && sparsity < 1)) {
            throw new UserError("--sparsity: found " + text(sparsity) + ", expected at least 0% and less than 100%");
        }
        return sparsity;
    }

    /** "80%", "87.5%". */
    public static String text(double sparsity) {
        String s = String.format(Locale.ROOT, "%.2f", sparsity * 100);
        return s.replaceAll("0+$", "").replaceAll("\\.$", "") + "%";
    }
}
