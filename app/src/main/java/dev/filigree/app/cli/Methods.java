package dev.filigree.app.cli;

import dev.filigree.Parts;
import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Axis;
import dev.filigree.base.Near;
import dev.filigree.base.UserError;
import dev.filigree.report.Column;
import dev.filigree.report.Json;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree methods}: the catalog. */
@Command(name = "methods", description = "List every part that can be composed: what it does, its settings, its paper.",
        footer = {"", "Examples:", "  filigree methods", "  filigree methods pattern", "  filigree methods --json"})
final class Methods implements Runnable {

    @ParentCommand
    private Filigree filigree;

    @Parameters(arity = "0..1", paramLabel = "AXIS", description = "Only this axis: pattern, allocation, criterion ...")
    private String axis;

    @Override
    public void run() {
        List<Axis> shown = axis == null ? List.of(Axis.values()) : List.of(axisOf(axis));
        Catalog catalog = Parts.catalog();
        Console console = filigree.console();
        if (filigree.json()) {
            List<Map<String, Object>> all = new ArrayList<>();
            shown.forEach(a -> catalog.on(a).forEach(e -> all.add(json(a, e))));
            console.out().print(Json.pretty(all));
            return;
        }
        for (Axis a : shown) {
            if (!catalog.on(a).isEmpty()) {
                boolean works = a == Axis.METHOD || a == Axis.REGIME;
                Table table = new Table(a.label(), Column.text("name"), Column.text(works ? "what it does; what it holds while it works" : "what it does"));
                for (Catalog.Entry<?> e : catalog.on(a)) {
                    table.row(e.name(), e.summary() + settings(e) + footprint(a, e).map(f -> "; " + f).orElse("") + (e.paper().isEmpty() ? "" : " [" + e.paper() + "]"));
                }
                console.out().println(table.text(console.columns()));
            }
        }
    }

    private static Axis axisOf(String text) {
        List<String> labels = Arrays.stream(Axis.values()).map(Axis::label).toList();
        return Arrays.stream(Axis.values()).filter(a -> a.label().equalsIgnoreCase(text) || (a.label() + "s").equalsIgnoreCase(text)).findFirst()
                .orElseThrow(() -> new UserError("unknown axis '" + text + "'" + Near.hint(text, labels) + " (choices: " + String.join(", ", labels) + ")"));
    }

    /** What a method or regime holds while it works, with its presets. */
    private static Optional<String> footprint(Axis axis, Catalog.Entry<?> e) {
        return switch (axis) {
            case METHOD -> Optional.of(dev.filigree.prune.Parts.METHODS.make(e.name()).footprint().toString());
            case REGIME -> Optional.of(dev.filigree.prune.Parts.REGIMES.make(e.name()).footprint().toString());
            default -> Optional.empty();
        };
    }

    private static String settings(Catalog.Entry<?> e) {
        return e.options().isEmpty() ? "" : " (" + String.join("; ", e.options().stream()
                .map(o -> o.name() + "=" + o.preset() + ": " + o.meaning()).toList()) + ")";
    }

    private static Map<String, Object> json(Axis axis, Catalog.Entry<?> e) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("axis", axis.label());
        object.put("name", e.name());
        object.put("example", e.example());
        object.put("summary", e.summary());
        footprint(axis, e).ifPresent(f -> object.put("footprint", f));
        object.put("paper", e.paper());
        object.put("options", e.options());
        return object;
    }
}
