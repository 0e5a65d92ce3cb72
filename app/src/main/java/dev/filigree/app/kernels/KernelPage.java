package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.app.report.BarPlot;
import dev.filigree.app.report.HtmlReport;
import dev.filigree.app.report.LinePlot;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.report.Metrics;
import dev.filigree.report.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A run as a page, and beside it as JSON. */
public final class KernelPage {

    public static final String HTML = "kernels.html";
    public static final String JSON = "kernels.json";

    private static final int PERCENT = 100;
    private static final int WORTH_A_LINE = 3;

    private KernelPage() {
    }

    /** Makes sure of the folder for both files. */
    public static void folder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UserError("--out: " + folder + " cannot be made (" + e.getMessage() + "); give another folder", e);
        }
    }

    /** Writes both files into the folder, each whole or not at all. */
    public static void write(Path folder, Outcome o) {
        AtomicFile.write(folder.resolve(JSON), KernelJson.of(o).getBytes(StandardCharsets.UTF_8));
        AtomicFile.write(folder.resolve(HTML), html(o).getBytes(StandardCharsets.UTF_8));
    }

    static String html(Outcome o) {
        HtmlReport page = new HtmlReport("Kernels beside native libraries", o.run().machine().processor() + ", " + o.run().kernels() + ", "
                + String.join(" and ", o.threadCounts().stream().map(String::valueOf).toList()) + " threads");
        long reached = o.figures().stream().filter(Figure::reached).count();
        page.figure(reached + " of " + o.figures().size(), "figures reached everywhere");
        page.heading("Aims").table(KernelTables.summary(o));
        KernelTables.bounds(o).forEach(page::text);
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
        String title = "Speed over the best native dense product, " + threads + (threads == 1 ? " thread" : " threads");
        long sparsities = results.stream().flatMap(c -> c.of(Role.OURS, threads)).mapToDouble(Measured::sparsity).distinct().count();
        if (results.stream().noneMatch(c -> c.dense(threads).isPresent())) {
            return;
        } else if (sparsities >= WORTH_A_LINE) {
            page.plot(new LinePlot(title + ", median over shapes", "per cent of zeros", "times as fast", lines(results, threads),
                    List.of(new LinePlot.Level("native dense", 1))));
        } else {
            page.plot(new BarPlot(title, "x", 2, bars(results, threads)));
        }
    }

    /** One for each kind of kernel and number of tokens. */
    private static List<LinePlot.Series> lines(List<CaseResult> results, int threads) {
        Map<String, Map<Double, List<Double>>> all = new LinkedHashMap<>();
        for (CaseResult c : results) {
            c.dense(threads).ifPresent(dense -> c.of(Role.OURS, threads).forEach(m -> all.computeIfAbsent(kind(m) + ", " + tokens(c), k -> new TreeMap<>())
                    .computeIfAbsent(PERCENT * m.sparsity(), s -> new ArrayList<>()).add(m.over(dense))));
        }
        return all.entrySet().stream().map(line -> new LinePlot.Series(line.getKey(), line.getValue().entrySet().stream()
                .map(p -> new LinePlot.Point(p.getKey(), Metrics.median(p.getValue().stream().mapToDouble(v -> v).toArray()))).toList())).toList();
    }

    private static List<BarPlot.Group> bars(List<CaseResult> results, int threads) {
        Map<String, List<BarPlot.Bar>> shapes = new LinkedHashMap<>();
        for (CaseResult c : results) {
            c.dense(threads).ifPresent(dense -> c.of(Role.OURS, threads).forEach(m -> shapes.computeIfAbsent(c.shape(), s -> new ArrayList<>())
                    .add(new BarPlot.Bar(m.name() + ", " + tokens(c), 0, m.over(dense), ""))));
        }
        return shapes.entrySet().stream().map(e -> new BarPlot.Group(e.getKey(), e.getValue())).toList();
    }

    private static String tokens(CaseResult c) {
        return c.tokens() + (c.tokens() == 1 ? " token" : " tokens");
    }

    /** A contestant's name without its sparsity: "4x1". */
    private static String kind(Measured m) {
        return m.name().replace(Ratios.percent(m.sparsity()), "").strip();
    }
}
