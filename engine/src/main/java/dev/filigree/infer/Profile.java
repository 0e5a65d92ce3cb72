package dev.filigree.infer;

import dev.filigree.base.UserError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The batch sizes that a deployment declares, and how often each occurs: what layouts and widths are chosen for.
 *
 * @param batches by rising size; shares add up to 1
 */
public record Profile(List<Batch> batches) {

    private static final int MOST_TOKENS = 1_000_000;
    private static final int MOST_SIZES = 16;
    private static final Pattern BATCH = Pattern.compile("\\s*(\\d{1,9})\\s*(?::\\s*(\\d{0,9}\\.?\\d{1,9})\\s*)?");

    /** A {@link Session} of sentences: a short one, a few or a long one, and the groups that many are cut into. */
    public static final Profile SENTENCES = parse("16,64," + Groups.TOKENS);

    /**
     * @param tokens in one call of every product
     * @param share  of all calls
     */
    public record Batch(int tokens, double share) {
    }

    /** Reads "16,64:3,512": sizes in tokens, each with its weight, 1 when left out; a UserError names what is wrong. */
    public static Profile parse(String text) {
        List<Batch> weighed = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Matcher m = BATCH.matcher(part);
            if (!m.matches()) {
                throw fault(part, "a number of tokens, or tokens:weight");
            }
            int tokens = Integer.parseInt(m.group(1));
            double weight = m.group(2) == null ? 1 : Double.parseDouble(m.group(2));
            if (tokens < 1 || tokens > MOST_TOKENS) {
                throw fault(part, "1 to " + MOST_TOKENS + " tokens");
            }
            if (!(weight > 0)) {
                throw fault(part, "a weight above 0");
            }
            if (weighed.stream().anyMatch(b -> b.tokens() == tokens)) {
                throw fault(part, "each size once");
            }
            weighed.add(new Batch(tokens, weight));
        }
        if (weighed.size() > MOST_SIZES) {
            throw new UserError("--profile: found " + weighed.size() + " batch sizes, expected at most " + MOST_SIZES);
        }
        double sum = weighed.stream().mapToDouble(Batch::share).sum();
        return new Profile(weighed.stream().map(b -> new Batch(b.tokens(), b.share() / sum)).sorted(Comparator.comparingInt(Batch::tokens)).toList());
    }

    private static UserError fault(String part, String expected) {
        return new UserError("--profile: found '" + part.strip() + "', expected " + expected + ", as in 16,64:3,512");
    }

    @Override
    public String toString() {
        return String.join(", ", batches.stream().map(b -> String.format(Locale.ROOT, "%d tokens %.0f %%", b.tokens(), 100 * b.share())).toList());
    }
}
