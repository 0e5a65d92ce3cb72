package dev.filigree.app.retrieve;

import dev.filigree.app.report.HtmlReport;
import dev.filigree.app.report.LinePlot;
import dev.filigree.report.Column;
import dev.filigree.report.Machine;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What {@code bench retrieve} found. */
public record RetrieveReport(RetrieveRun run, RetrieveRun.Built built, List<Speed> speeds) {

    /** With what the names of ours begin. */
    static final String SEISMIC = "Seismic";
    public static final String LUCENE = "Lucene";

    /** Sizes for which the figures were set. */
    private static final int MILLION = 1_000_000;

    private static final double MINUTE = 60;

    /** Bytes of a result of ten documents, with what holds it. */
    private static final double RESULT = 160;

    /** One figure to reach. */
    private record Figure(String what, String aim, String reached, boolean yes) {
    }

    /** What this name stands for. */
    public Speed speed(String name) {
        return speeds.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    }

    /** Tables for a person. */
    public List<Table> tables() {
        Table parts = new Table("Index of " + built.documents() + " documents with " + built.entries() + " terms in all: " + built.postings() + " postings in " + built.blocks()
                + " blocks; " + run.settings(), Column.text("part"), Column.bytes("bytes"), Column.ratio("of the forward index"));
        built.parts().forEach((name, bytes) -> parts.row(name, bytes, bytes / forwardBytes()));
        parts.row("together", built.bytes(), built.bytes() / forwardBytes());
        Table t = new Table("Ten documents of a query; microseconds on one thread, median of " + run.rounds() + " rounds", Column.text("what runs"), Column.percent("recall@10", 2),
                Column.number("scored", 0), Column.number("median", 0), Column.number("p99", 0), Column.number("queries/s", 0), Column.number("on 2 threads", 0), Column.ratio("threads"), Column.bytes("garbage"));
        speeds.forEach(s -> t.row(s.name(), s.recall(), s.scored(), s.median(), s.p99(), s.single(), s.pair(), s.pair() / s.single(), s.garbage()));
        Table f = new Table("Figures" + (built.documents() == MILLION ? "" : " (set for 1,000,000 documents)"), Column.text("figure"), Column.text("aim"), Column.text("reached"), Column.text(""));
        figures().forEach(g -> f.row(g.what, g.aim, g.reached, g.yes ? "yes" : "no"));
        return List.of(parts, t, f);
    }

    /** The same searchers here and on as many made vectors. */
    public Table beside(RetrieveReport made) {
        Table t = new Table(built.documents() + " documents here and as many made ones", Column.text("what runs"),
                Column.percent("recall@10", 2), Column.percent("recall, made", 2), Column.number("scored", 0), Column.number("scored, made", 0), Column.number("median", 0), Column.number("median, made", 0));
        for (Speed s : speeds) {
            Speed m = made.speed(s.name());
            t.row(s.name(), s.recall(), m.recall(), s.scored(), m.scored(), s.median(), m.median());
        }
        return t;
    }

    /** Everything for programs. */
    public Map<String, Object> json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("documents", built.documents());
        all.put("settings", run.settings().toString());
        all.put("build_seconds", built.seconds());
        built.peak().ifPresent(p -> all.put("peak_bytes", p));
        List<Table> tables = tables();
        all.put("parts", tables.get(0).json());
        all.put("searchers", tables.get(1).json());
        all.put("figures", tables.get(2).json());
        return all;
    }

    /** Recall against microseconds. */
    public LinePlot plot() {
        List<LinePlot.Point> ours = ours(s -> true).stream().sorted(Comparator.comparing(Speed::median)).map(s -> new LinePlot.Point(s.median(), s.recall())).toList();
        List<LinePlot.Point> late = ours(s -> true).stream().sorted(Comparator.comparing(Speed::p99)).map(s -> new LinePlot.Point(s.p99(), s.recall())).toList();
        return new LinePlot("Recall of Seismic against the time of a query, " + built.documents() + " documents", "microseconds", "recall@10",
                List.of(new LinePlot.Series("median", ours), new LinePlot.Series("p99", late)), List.of(new LinePlot.Level("95 %", 0.95), new LinePlot.Level("99 %", 0.99)));
    }

    /** A page with plot and tables. */
    public String html() {
        HtmlReport page = new HtmlReport("Retrieval over " + built.documents() + " sparse documents", run.settings() + "; " + Machine.here());
        page.plot(plot());
        tables().forEach(page::table);
        return page.html();
    }

    private double forwardBytes() {
        return built.parts().values().iterator().next();
    }

    private List<Speed> ours(Predicate<Speed> which) {
        return speeds.stream().filter(s -> s.name().startsWith(SEISMIC)).filter(which).toList();
    }

    /** The fastest of ours with at least this recall. */
    private Optional<Speed> with(double recall) {
        return ours(s -> s.recall() >= recall).stream().min(Comparator.comparing(Speed::median));
    }

    /** The exact methods of this engine. */
    public List<Speed> exact() {
        return speeds.stream().filter(s -> !s.name().startsWith(LUCENE) && !s.name().startsWith(SEISMIC)).toList();
    }

    private List<Figure> figures() {
        List<Figure> all = new ArrayList<>();
        Optional<Speed> good = with(0.95);
        atMost(all, "median at recall@10 >= 95 %, us", 300, good.map(Speed::median));
        atMost(all, "p99 at recall@10 >= 95 %, us", 1000, good.map(Speed::p99));
        atMost(all, "median at recall@10 >= 99 %, us", 600, with(0.99).map(Speed::median));
        good.ifPresent(s -> {
            speeds.stream().filter(p -> p.name().startsWith(LUCENE)).findFirst().ifPresent(l -> atLeast(all, "faster than Lucene at 95 %", 20, l.median() / s.median()));
            exact().stream().min(Comparator.comparing(Speed::median))
                    .ifPresent(e -> atLeast(all, "faster than the best exact method (" + e.name() + ") at 95 %", 8, e.median() / s.median()));
            atLeast(all, "queries a second on two threads over one", 1.8, s.pair() / s.single());
            atMost(all, "bytes of garbage of a query, its result among them", RESULT, Optional.of(s.garbage()));
        });
        atMost(all, "build, minutes", 8, Optional.of(built.seconds() / MINUTE));
        atMost(all, "index over forward index", 2.2, Optional.of(built.bytes() / forwardBytes()));
        built.peak().ifPresent(p -> atMost(all, "peak memory of making and indexing over the finished index", 1.5, Optional.of((double) p / built.bytes())));
        return all;
    }

    private static void atMost(List<Figure> all, String what, double aim, Optional<Double> reached) {
        all.add(new Figure(what, "at most " + text(aim), reached.map(RetrieveReport::text).orElse("no effort reached it"), reached.isPresent() && reached.get() <= aim));
    }

    private static void atLeast(List<Figure> all, String what, double aim, double reached) {
        all.add(new Figure(what, "at least " + text(aim), text(reached), reached >= aim));
    }

    private static String text(double v) {
        return String.format(Locale.ROOT, v >= 100 ? "%.0f" : "%.2f", v);
    }
}
