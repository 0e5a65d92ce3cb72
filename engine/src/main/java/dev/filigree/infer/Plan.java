package dev.filigree.infer;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which layout each prunable weight runs in, and the measurements that decided it. Data: stored with a run and replayed,
 * so that timing never changes bits.
 *
 * @param profile tokens that a product was timed at
 * @param threads threads that it was timed with
 * @param choices one for each site
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Plan(int profile, int threads, List<Choice> choices) {

    /**
     * @param site         parameter name
     * @param layout       the fastest of {@code microseconds}
     * @param microseconds median time of one product in each layout that was tried
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Choice(String site, String layout, Map<String, Double> microseconds) {

        /** Time of the dense product over the time of the chosen one. */
        public double speedup() {
            return microseconds.get("dense") / microseconds.get(layout);
        }
    }

    /** Layout by parameter name. */
    public Map<String, String> layouts() {
        Map<String, String> m = new LinkedHashMap<>();
        choices.forEach(c -> m.put(c.site(), c.layout()));
        return m;
    }
}
