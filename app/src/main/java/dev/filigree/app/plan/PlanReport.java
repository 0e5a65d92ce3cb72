package dev.filigree.app.plan;

import dev.filigree.infer.BreakEven;
import dev.filigree.infer.Plan;
import dev.filigree.infer.Planner;
import dev.filigree.infer.Reading;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.report.Units;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A plan for a person: what was measured, what was chosen, and why.
 *
 * @param stored    the plan that the files hold; null when they hold none
 * @param breakEven where sparse layouts begin to pay
 */
public record PlanReport(Plan plan, Plan stored, List<BreakEven> breakEven) {

    /** Everything, as a terminal shows it. */
    public String text(int columns) {
        StringBuilder b = new StringBuilder(times().text(columns)).append('\n').append(sizes().text(columns)).append('\n').append(totals().text(columns)).append('\n');
        reasons().forEach(line -> b.append(line).append('\n'));
        return b.toString();
    }

    /** Everything, as JSON takes it. */
    public Map<String, Object> json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("plan", plan);
        all.put("break_even", breakEven);
        all.put("stored", stored == null ? null : Map.of("machine", String.valueOf(stored.machine()), "weights_that_differ", differing()));
        all.put("reasons", reasons());
        return all;
    }

    /** Times of one product: a row for each kind and batch size, a column for each layout. */
    public Table times() {
        Set<String> layouts = new LinkedHashSet<>();
        plan.kinds().forEach(k -> layouts.addAll(k.readings().getFirst().keySet()));
        List<Column> columns = new ArrayList<>(List.of(Column.text("weights"), Column.count("tokens"), Column.count("panel")));
        layouts.forEach(l -> columns.add(Column.number(l + " us", 1)));
        columns.add(Column.text("fastest"));
        Table t = new Table("One product, medians of alternating rounds, " + plan.threads() + " threads", columns.toArray(Column[]::new));
        for (Plan.Kind k : plan.kinds()) {
            for (int s = 0; s < plan.steps().size(); s++) {
                Map<String, Reading> readings = k.readings().get(s);
                List<Object> row = new ArrayList<>(List.of(s == 0 ? name(k) : "", plan.steps().get(s).tokens(), plan.steps().get(s).width()));
                layouts.forEach(l -> row.add(readings.containsKey(l) ? readings.get(l).microseconds() : null));
                row.add(fastest(readings));
                t.row(row.toArray());
            }
        }
        return t;
    }

    private Table sizes() {
        Table t = new Table("Chosen", Column.text("weights"), Column.text("runs as"), Column.text("bytes of one"));
        for (Plan.Kind k : plan.kinds()) {
            t.row(name(k), k.layout(), String.join(", ", k.readings().getFirst().entrySet().stream()
                    .map(e -> e.getKey() + " " + Units.bytes(e.getValue().bytes())).toList()));
        }
        return t;
    }

    /** Expected time of the products of all layers. */
    private Table totals() {
        Table t = new Table("Products of all " + plan.choices().size() + " weights", Column.count("tokens"), Column.percent("of calls", 0), Column.count("panel"),
                Column.number("planned ms", 2), Column.number("all dense ms", 2), Column.ratio("speed-up"), Column.text("by panel, ms"));
        for (Plan.Step s : plan.steps()) {
            t.row(s.tokens(), s.share(), s.width(), s.planned() / 1e3, s.dense() / 1e3, s.dense() / s.planned(), String.join(", ", s.microseconds().entrySet().stream()
                    .map(e -> String.format(Locale.ROOT, "%d: %.2f", e.getKey(), e.getValue() / 1e3)).toList()));
        }
        return t;
    }

    /** Why, in sentences, one a line. */
    public List<String> reasons() {
        List<String> lines = new ArrayList<>();
        plan.kinds().forEach(k -> lines.add(Reasons.of(k, plan.steps())));
        breakEven.stream().collect(Collectors.groupingBy(b -> List.of(b.rows(), b.cols(), b.layout()), LinkedHashMap::new, Collectors.toList()))
                .values().forEach(sizes -> lines.add(Reasons.of(sizes)));
        plan.steps().stream().mapToInt(Plan.Step::tokens).filter(tokens -> tokens > Planner.MOST_TOKENS)
                .forEach(tokens -> lines.add(tokens + " tokens: timed at " + Planner.MOST_TOKENS + " and multiplied, for panels are alike"));
        Reasons.unsteady(plan).ifPresent(lines::add);
        if (stored != null) {
            lines.add(stored(plan.machine().equals(stored.machine())));
        }
        return lines;
    }

    private String stored(boolean here) {
        String where = here ? "on this machine with " + stored.threads() + " threads" : "elsewhere (" + (stored.machine() == null ? "it does not say where" : stored.machine()) + "; here: "
                + plan.machine() + ")";
        int differing = differing();
        return "the stored plan was measured " + where + " and is replayed as it is; this one " + (differing == 0 ? "chooses the same layouts"
                : "chooses other layouts for " + differing + " of " + plan.choices().size() + " weights") + (here && differing == 0 ? "" : "; store it with --write");
    }

    private int differing() {
        Map<String, String> other = stored.layouts();
        return (int) plan.choices().stream().filter(c -> !c.layout().equals(other.get(c.site()))).count();
    }

    private static String fastest(Map<String, Reading> readings) {
        return readings.entrySet().stream().min(Comparator.comparingDouble(e -> e.getValue().microseconds())).orElseThrow().getKey();
    }

    /** "48 x 384 x 384 csr 80.0 %". */
    private static String name(Plan.Kind k) {
        return String.format(Locale.ROOT, "%d of %d x %d, %s, %.1f %%", k.sites(), k.rows(), k.cols(), k.pattern(), 100 * k.sparsity());
    }
}
