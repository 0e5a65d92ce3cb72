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
            return what + ", for nothing is zero";
        }
        return what + (k.layout().equals(DENSE) ? dense(k, steps) : sparse(k, steps));
    }

    /** "at 64 tokens csr takes 41 us, dense 38 us; sparse pays from 512 tokens". */
    private static String dense(Plan.Kind k, List<Plan.Step> steps) {
        List<String> said = new ArrayList<>();
        String pays = "";
        for (int s = 0; s < steps.size(); s++) {
            Map<String, Reading> r = k.readings().get(s);
            String rival = best(r);
            if (r.get(rival).microseconds() < r.get(DENSE).microseconds()) {
                pays = pays.isEmpty() ? "; sparse pays at " + steps.get(s).tokens() : pays + ", " + steps.get(s).tokens();
            }
            said.add(String.format(Locale.ROOT, "at %d tokens %s takes %s, dense %s", steps.get(s).tokens(), rival, us(r.get(rival)), us(r.get(DENSE))));
        }
        return ", for " + String.join("; ", said) + (pays.isEmpty() ? "; sparse pays at none of these sizes" : pays + " tokens, which is too seldom");
    }

    /** "2.1x dense at 16 tokens, 2.4x at 64; at 16 tokens bitmap would be faster (8 us, csr 9 us)". */
    private static String sparse(Plan.Kind k, List<Plan.Step> steps) {
        List<String> gains = new ArrayList<>();
        List<String> losses = new ArrayList<>();
        for (int s = 0; s < steps.size(); s++) {
            Map<String, Reading> r = k.readings().get(s);
            Reading own = r.get(k.layout());
            gains.add(String.format(Locale.ROOT, "%.2fx at %d tokens", r.get(DENSE).microseconds() / own.microseconds(), steps.get(s).tokens()));
            String fastest = r.entrySet().stream().min(Comparator.comparingDouble(e -> e.getValue().microseconds())).orElseThrow().getKey();
            if (!fastest.equals(k.layout())) {
                losses.add(String.format(Locale.ROOT, "at %d tokens %s alone would be faster (%s, %s %s)", steps.get(s).tokens(), fastest, us(r.get(fastest)),
                        k.layout(), us(own)));
            }
        }
        return ", over dense " + String.join(", ", gains) + (losses.isEmpty() ? "" : "; " + String.join("; ", losses));
    }

    /** "pays from 34 % zeros at 64 tokens". */
    static String of(BreakEven b) {
        if (Double.isNaN(b.sparsity())) {
            return "pays at no sparsity at " + b.tokens() + " tokens";
        }
        return b.sparsity() == 0 ? "always pays at " + b.tokens() + " tokens"
                : String.format(Locale.ROOT, "pays from %.0f %% zeros at %d tokens", 100 * b.sparsity(), b.tokens());
    }

    /** A warning when times varied too much to be trusted. */
    static Optional<String> unsteady(Plan plan) {
        List<Reading> all = plan.kinds().stream().flatMap(k -> k.readings().stream()).flatMap(r -> r.values().stream()).toList();
        List<Reading> doubtful = all.stream().filter(r -> r.spread() > Reading.STEADY).toList();
        double worst = doubtful.stream().mapToDouble(Reading::spread).max().orElse(0);
        return doubtful.isEmpty() ? Optional.empty() : Optional.of(String.format(Locale.ROOT,
                "doubtful: %d of %d times vary by more than %.0f %% (up to %.0f %%): other programs use the processor; measure again with --fresh when it is quiet",
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
