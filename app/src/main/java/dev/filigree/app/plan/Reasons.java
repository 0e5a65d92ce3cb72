package dev.filigree.app.plan;

import dev.filigree.infer.BreakEven;
import dev.filigree.infer.Plan;
import dev.filigree.infer.Reading;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Why a plan chose what it chose, in sentences. */
final class Reasons {

    private static final String DENSE = "dense";

    private Reasons() {
    }

    /** One kind of weights: what runs, how it compares with the next best, and where another layout would have been faster. */
    static String of(Plan.Kind k, List<Plan.Step> steps) {
        String what = String.format(Locale.ROOT, "%d x %d at %.1f %%: %s", k.rows(), k.cols(), 100 * k.sparsity(), k.layout());
        if (k.readings().getFirst().size() == 1) {
            return what + ", nothing is zero";
        }
        return what + ": " + (k.layout().equals(DENSE) ? dense(k, steps) : sparse(k, steps));
    }

    /** "csr 41 us, dense 38 us at 64 tokens; sparse pays at 512 tokens, too little over the profile". */
    private static String dense(Plan.Kind k, List<Plan.Step> steps) {
        List<String> said = new ArrayList<>();
        List<String> pays = new ArrayList<>();
        for (int s = 0; s < steps.size(); s++) {
            Map<String, Reading> r = k.readings().get(s);
            String rival = best(r);
            if (r.get(rival).microseconds() < r.get(DENSE).microseconds()) {
                pays.add(Integer.toString(steps.get(s).tokens()));
            }
            said.add(String.format(Locale.ROOT, "%s %s, dense %s at %d tokens", rival, us(r.get(rival)), us(r.get(DENSE)), steps.get(s).tokens()));
        }
        return String.join("; ", said) + "; sparse pays at " + (pays.isEmpty() ? "none of these sizes" : String.join(" and ", pays)
                + " tokens, too little over the profile");
    }

    /** "2.10x dense at 16 tokens, 2.40x at 64; at 16 tokens bitmap alone would be faster (8.1 us, csr 9.0 us)". */
    private static String sparse(Plan.Kind k, List<Plan.Step> steps) {
        List<String> gains = new ArrayList<>();
        List<String> losses = new ArrayList<>();
        for (int s = 0; s < steps.size(); s++) {
            Map<String, Reading> r = k.readings().get(s);
            Reading own = r.get(k.layout());
            gains.add(String.format(Locale.ROOT, s == 0 ? "%.2fx dense at %d tokens" : "%.2fx at %d", r.get(DENSE).microseconds() / own.microseconds(), steps.get(s).tokens()));
            String fastest = r.entrySet().stream().min(Comparator.comparingDouble(e -> e.getValue().microseconds())).orElseThrow().getKey();
            if (!fastest.equals(k.layout())) {
                losses.add(String.format(Locale.ROOT, "at %d tokens %s alone would be faster (%s, %s %s)", steps.get(s).tokens(), fastest, us(r.get(fastest)),
                        k.layout(), us(own)));
            }
        }
        return String.join(", ", gains) + (losses.isEmpty() ? "" : "; " + String.join("; ", losses));
    }

    /** "384 x 384: sparse csr pays from 48 % at 16, 45 % at 64, any sparsity at 512 tokens". */
    static String of(List<BreakEven> sizes) {
        BreakEven first = sizes.getFirst();
        return first.rows() + " x " + first.cols() + ": sparse " + first.layout() + " pays from " + String.join(", ", sizes.stream().map(b ->
                (Double.isNaN(b.sparsity()) ? "no sparsity" : b.sparsity() == 0 ? "any sparsity" : String.format(Locale.ROOT, "%.0f %%", 100 * b.sparsity()))
                + " at " + b.tokens()).toList()) + " tokens";
    }

    /** A warning when times varied too much to be trusted. */
    static Optional<String> unsteady(Plan plan) {
        List<Reading> all = plan.kinds().stream().flatMap(k -> k.readings().stream()).flatMap(r -> r.values().stream()).toList();
        List<Reading> doubtful = all.stream().filter(r -> r.spread() > Reading.STEADY).toList();
        double worst = doubtful.stream().mapToDouble(Reading::spread).max().orElse(0);
        return doubtful.isEmpty() ? Optional.empty() : Optional.of(String.format(Locale.ROOT,
                "doubtful: %d of %d times vary by more than %.0f %% (up to %.0f %%); measure again with --fresh when the machine is quiet",
                doubtful.size(), all.size(), 100 * Reading.STEADY, 100 * worst));
    }

    /** The fastest layout that is not dense. */
    private static String best(Map<String, Reading> readings) {
        return readings.entrySet().stream().filter(e -> !e.getKey().equals(DENSE)).min(Comparator.comparingDouble(e -> e.getValue().microseconds())).orElseThrow()
                .getKey();
    }

    private static String us(Reading r) {
        return String.format(Locale.ROOT, r.microseconds() < 10 ? "%.1f us" : "%.0f us", r.microseconds());
    }
}
