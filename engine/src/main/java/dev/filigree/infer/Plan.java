package dev.filigree.infer;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which layout each prunable weight runs in, which width of panels each batch size takes, and the measurements that
 * decided it. Data: stored with a run and replayed, so that timing never changes bits.
 *
 * @param machine what it was measured on, see {@link Timings#machine}; null in plans that do not say
 * @param threads threads that it was measured with
 * @param steps   the profile, by rising number of tokens
 * @param kinds   weights that take the same time
 * @param choices one for each site
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Plan(String machine, int threads, List<Step> steps, List<Kind> kinds, List<Choice> choices) {

    public Plan {
        steps = steps == null ? List.of() : steps;
        kinds = kinds == null ? List.of() : kinds;
    }

    /**
     * A batch size of the profile.
     *
     * @param tokens       up to which this step holds, from the step before
     * @param share        of all calls
     * @param width        tokens per panel, the least of {@code microseconds}
     * @param microseconds products of all layers in the chosen layouts, by width
     * @param dense        the same with all layers dense, at the best width for that
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Step(int tokens, double share, int width, Map<Integer, Double> microseconds, double dense) {

        /** Products of all layers, as planned. */
        public double planned() {
            return microseconds.get(width);
        }
    }

    /**
     * Weights of one shape, layout and (nearly) one sparsity.
     *
     * @param pattern  the layout that they were stored for
     * @param layout   the one that takes the least time over the profile
     * @param sparsity mean of them
     * @param sites    how many there are
     * @param readings of one product at the step's width, by layout, for each step
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Kind(int rows, int cols, String pattern, String layout, double sparsity, int sites, List<Map<String, Reading>> readings) {

        /** Expected time of one product in that layout: the mean over {@code steps}, each as often as it occurs. */
        public double microseconds(String name, List<Step> steps) {
            double sum = 0;
            for (int s = 0; s < steps.size(); s++) {
                sum += steps.get(s).share() * readings.get(s).get(name).microseconds();
            }
            return sum;
        }
    }

    /**
     * @param site parameter name
     * @param kind index in {@link #kinds}
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Choice(String site, String layout, int kind) {
    }

    /** Layout by parameter name. */
    public Map<String, String> layouts() {
        Map<String, String> m = new LinkedHashMap<>();
        choices.forEach(c -> m.put(c.site(), c.layout()));
        return m;
    }

    /** Tokens per panel for a pass of so many tokens: never more than hold them all. */
    public int width(int tokens) {
        int widest = Kernels.widthFor(tokens);
        for (Step s : steps) {
            if (tokens <= s.tokens()) {
                return Math.min(s.width(), widest);
            }
        }
        return steps.isEmpty() ? widest : Math.min(steps.getLast().width(), widest);
    }

    /**
     * Packs every site as the plan says; memory of the new weights lives as long as {@code arena}.
     *
     * @param source names the plan's file in faults
     */
    public void apply(String source, Model model, Arena arena) {
        Map<String, Site> sites = model.sites().stream().collect(Collectors.toMap(Site::name, s -> s));
        layouts().forEach((name, wanted) -> {
            if (!sites.containsKey(name)) {
                throw new UserError(source + ": its plan names the weight '" + name + "', which this model does not have; store a new one with: filigree plan DIR --write");
            }
            Weight w = model.param(name).forward();
            if (!wanted.equals(w.layout())) {
                try {
                    model.param(name).set(Candidates.of(w).pack(arena, wanted));
                } catch (UserError e) {
                    throw new UserError(source + ": its plan wants '" + name + "' as " + wanted + ": " + e.getMessage(), e);
                }
            }
        });
    }
}
