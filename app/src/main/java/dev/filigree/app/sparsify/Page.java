package dev.filigree.app.sparsify;

import dev.filigree.app.report.BarPlot;
import dev.filigree.app.report.ColumnPlot;
import dev.filigree.app.report.HtmlReport;
import dev.filigree.app.report.LinePlot;
import dev.filigree.io.AtomicFile;
import dev.filigree.report.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The outcome of a run as a page, and beside it as JSON. */
public final class Page {

    /** "encoder.layer.3.output.dense.weight": the layer's number and the rest. */
    private static final Pattern LAYER = Pattern.compile("^(?:.*?\\.)?(\\d+)\\.(.*)$");
    private static final int PERCENT = 100;

    private final Outcome o;
    private final Quality dense;
    private final Quality last;

    private Page(Outcome outcome) {
        this.o = outcome;
        this.dense = o.quality().get(SparsifyRun.DENSE);
        this.last = outcome.last();
    }

    /** Writes {@code report.html} and {@code report.json} into the folder, each whole or not at all. */
    public static void write(Path folder, Outcome outcome) {
        AtomicFile.write(folder.resolve("report.json"), Json.pretty(outcome).getBytes(StandardCharsets.UTF_8));
        AtomicFile.write(folder.resolve("report.html"), html(outcome).getBytes(StandardCharsets.UTF_8));
    }

    static String html(Outcome outcome) {
        return new Page(outcome).html();
    }

    private String html() {
        Map<String, String> recipe = o.run().recipe();
        HtmlReport page = new HtmlReport(recipe.getOrDefault("model", "A model") + " at " + percent(o.achieved()) + " sparsity",
                String.join(", ", recipe.entrySet().stream().filter(e -> !e.getValue().isEmpty() && !e.getKey().equals("model"))
                        .map(e -> e.getKey() + " " + e.getValue()).toList()));
        page.figure(percent(o.achieved()), "of the prunable weights are zero; " + percent(o.asked()) + " were asked for");
        last.figures(dense).forEach((what, figure) -> page.figure(figure, what));
        page.figure(ratio(o.diskBytes().get(SparsifyRun.DENSE) / (double) o.diskBytes().get(SparsifyRun.SPARSE)), "smaller on disk");
        rate(SparsifyRun.SPARSE).ifPresent(s -> rate(SparsifyRun.DENSE).ifPresent(d -> page.figure(ratio(s / d), "the speed of our dense model")));
        page.verdict(sentence(o.verdict().recommendation()), o.verdict().lines());
        page.heading("Quality");
        if (!o.recovery().isEmpty()) {
            page.plot(recovery());
        }
        page.table(Tables.quality(o)).heading("Speed").plot(speed()).table(Tables.speed(o)).heading("Size").table(Tables.sizes(o));
        if (!o.layers().isEmpty()) {
            page.heading("Layers").plot(sparsity()).folded("Every weight: what it runs as, and how fast", Tables.layers(o));
        }
        return page.provenance(o.run()).html();
    }

    private LinePlot recovery() {
        Quality first = o.quality().get(SparsifyRun.ONE_SHOT);
        List<LinePlot.Point> points = new ArrayList<>();
        String what = last.scale();
        o.recovery().forEach(p -> points.add(new LinePlot.Point(p.seconds(), p.nearness())));
        return new LinePlot("Quality against time of recovery", "seconds of recovery", what,
                List.of(new LinePlot.Series(what.split(" ")[0], points)), first == null ? List.of() : List.of(new LinePlot.Level("one-shot " + number(first.nearness()), first.nearness())));
    }

    private BarPlot speed() {
        Map<String, List<Speed.Result>> shapes = new LinkedHashMap<>();
        o.speed().forEach(r -> shapes.computeIfAbsent(r.batch() + (last instanceof Retrieval ? " documents of " : " sequences of ") + r.length() + " tokens", s -> new ArrayList<>()).add(r));
        List<String> names = o.speed().stream().map(Speed.Result::name).distinct().toList();
        List<BarPlot.Group> groups = new ArrayList<>();
        shapes.forEach((shape, results) -> {
            double ours = results.stream().filter(r -> r.name().equals(SparsifyRun.DENSE)).mapToDouble(Speed.Result::median).findFirst().orElse(Double.NaN);
            groups.add(new BarPlot.Group(shape, results.stream().map(r -> new BarPlot.Bar(r.name(), names.indexOf(r.name()), r.median(),
                    Double.isFinite(r.median() / ours) && r.median() != ours ? ratio(r.median() / ours) : "")).toList()));
        });
        return new BarPlot((last instanceof Retrieval ? "Documents" : "Sequences") + " a second on " + o.run().threads() + " threads (in brackets: over our dense model)", "", 0, groups);
    }

    private ColumnPlot sparsity() {
        Map<String, Map<String, Double>> layers = new LinkedHashMap<>();
        Set<String> roles = new LinkedHashSet<>();
        for (Outcome.Layer l : o.layers()) {
            Matcher m = LAYER.matcher(l.name().replaceAll("\\.weight$", ""));
            String role = m.matches() ? m.group(2) : l.name();
            roles.add(role);
            layers.computeIfAbsent(m.matches() ? "layer " + m.group(1) : "", k -> new LinkedHashMap<>()).put(role, PERCENT * l.sparsity());
        }
        List<String> legend = List.copyOf(roles);
        double[][] values = layers.values().stream().map(v -> legend.stream().mapToDouble(r -> v.getOrDefault(r, Double.NaN)).toArray()).toArray(double[][]::new);
        return new ColumnPlot("Sparsity of each weight", "per cent of zeros", List.copyOf(layers.keySet()), legend, values, PERCENT);
    }

    private OptionalDouble rate(String name) {
        return o.speed().stream().filter(r -> r.name().equals(name)).mapToDouble(Speed.Result::median).findFirst();
    }

    private static String sentence(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", PERCENT * share);
    }

    private static String number(double v) {
        return String.format(Locale.ROOT, "%.3f", v);
    }

    private static String ratio(double v) {
        return String.format(Locale.ROOT, "%.2fx", v);
    }
}
