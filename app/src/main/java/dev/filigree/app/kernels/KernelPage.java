package dev.filigree.app.kernels;

import dev.filigree.app.report.BarPlot;
import dev.filigree.app.report.HtmlReport;
import dev.filigree.app.report.LinePlot;
import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.io.AtomicFile;
import dev.filigree.report.Json;
import dev.filigree.report.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run as a page, and beside it as JSON. */
public final class KernelPage {

    public static final String HTML = "kernels.html";
    public static final String JSON = "kernels.json";

    private static final int PERCENT = 100;

    private KernelPage() {
    }

    /** Writes both files into the folder, each whole or not at all. */
    public static void write(Path folder, Outcome o) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        AtomicFile.write(folder.resolve(JSON), Json.pretty(o).getBytes(StandardCharsets.UTF_8));
        AtomicFile.write(folder.resolve(HTML), html(o).getBytes(StandardCharsets.UTF_8));
    }

    static String html(Outcome o) {
        HtmlReport page = new HtmlReport("Kernels beside native libraries", o.run().machine().processor() + ", " + o.run().kernels() + ", "
                + String.join(" and ", o.threadCounts().stream().map(String::valueOf).toList()) + " threads");
        long reached = o.figures().stream().filter(Figure::reached).count();
        page.figure(reached + " of " + o.figures().size(), "figures reached everywhere");
        page.heading("Aims").table(KernelTables.summary(o));
        o.absent().forEach((name, why) -> page.text(name + ": not measured: " + why));
        o.warnings().forEach(w -> page.text("Warning: " + w));
        List<Table> tables = KernelTables.families(o);
        int i = 0;
        for (String family : o.titles().keySet()) {
            List<CaseResult> results = o.results().stream().filter(r -> r.family().equals(family)).toList();
            page.heading(o.titles().get(family));
            for (int threads : o.threadCounts()) {
                plot(page, results, threads);
            }
            page.table(tables.get(i++)).folded("Every contestant", KernelTables.everything(results));
        }
        return page.provenance(o.run()).html();
    }

    /** Against sparsity where there are several, as bars by shape where not. */
    private static void plot(HtmlReport page, List<CaseResult> results, int threads) {
        Map<String, List<LinePlot.Point>> lines = new LinkedHashMap<>();
        List<BarPlot.Group> groups = new ArrayList<>();
        for (CaseResult c : results) {
            c.dense(threads).ifPresent(dense -> {
                List<BarPlot.Bar> bars = new ArrayList<>();
                c.of(Role.OURS, threads).forEach(m -> {
                    lines.computeIfAbsent(c.where() + kind(m), k -> new ArrayList<>()).add(new LinePlot.Point(PERCENT * m.sparsity(), m.over(dense)));
                    bars.add(new BarPlot.Bar(m.name(), bars.size(), m.over(dense), ""));
                });
                groups.add(new BarPlot.Group(c.where(), bars));
            });
        }
        String title = "Speed over the best native dense product, " + threads + (threads == 1 ? " thread" : " threads");
        if (lines.values().stream().anyMatch(points -> points.size() > 1)) {
            page.plot(new LinePlot(title, "per cent of zeros", "times as fast", lines.entrySet().stream()
                    .map(e -> new LinePlot.Series(e.getKey(), e.getValue())).toList(), List.of(new LinePlot.Level("native dense", 1))));
        } else if (!groups.isEmpty()) {
            page.plot(new BarPlot(title, "x", 2, groups));
        }
    }

    /** What is left of a contestant's name without its sparsity: ", 4x1". */
    private static String kind(Measured m) {
        String kind = m.name().replace(Ratios.percent(m.sparsity()), "").strip();
        return kind.isEmpty() ? "" : ", " + kind;
    }
}
