package dev.filigree.app.kernels;

import dev.filigree.report.RunRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that a run found.
 *
 * @param titles   of the families that ran, by name
 * @param results  every case
 * @param figures  what was to be reached, and what was
 * @param absent   why peers are missing, by name
 * @param warnings about the kernels of this process
 */
public record Outcome(RunRecord run, List<Integer> threadCounts, Roof roof, Map<String, String> titles, List<CaseResult> results, List<Figure> figures,
                      Map<String, String> absent, List<String> warnings) {

    static Outcome of(RunRecord run, List<Integer> threadCounts, Roof roof, List<Family> families, List<CaseResult> results, Map<String, String> absent,
            List<String> warnings) {
        Map<String, String> titles = new LinkedHashMap<>();
        families.forEach(f -> titles.put(f.name(), f.title()));
        List<Figure> figures = new java.util.ArrayList<>();
        for (Family f : families) {
            figures.addAll(f.figures(results.stream().filter(r -> r.family().equals(f.name())).toList(), threadCounts));
        }
        figures.addAll(Scaling.figures(results, threadCounts, roof));
        Map<String, String> missing = new LinkedHashMap<>(absent);
        results.forEach(r -> r.absent().forEach((name, why) -> {
            if (!missing.containsValue(why)) { // a whole library that is missing is named once
                missing.put(name, why);
            }
        }));
        return new Outcome(run, threadCounts, roof, titles, results, figures, missing, warnings);
    }

    /** Contestants whose outputs differ from the definition, one line each. */
    public List<String> mismatches() {
        return results.stream().flatMap(r -> r.measured().stream().filter(m -> m.fault().startsWith(Referee.MISMATCH))
                .map(m -> r.where() + ", " + m.name() + ", " + m.threads() + " threads: " + m.fault())).toList();
    }
}
