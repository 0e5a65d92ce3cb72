package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** The tables of a run, for terminal and page. */
public final class KernelTables {

    private static final double MICROS = 1e6;
    private static final double GIGA = 1e9;
    /** Keeps a figure on one line of a page. */
    private static final String SPACE = "\u00a0";

    private KernelTables() {
    }

    /** One table for each family. */
    public static List<Table> families(Outcome o) {
        List<Table> all = new ArrayList<>();
        for (Map.Entry<String, String> f : o.titles().entrySet()) {
            all.add(ours(f.getValue(), o.results().stream().filter(r -> r.family().equals(f.getKey())).toList()));
        }
        return all;
    }

    /** A column and what stands in it for a kernel of ours. */
    private record Part(Column column, BiFunction<CaseResult, Measured, Object> value) {
    }

    private static final List<Part> PARTS = List.of(
            new Part(Column.text("shape"), (c, m) -> c.shape()),
            new Part(Column.count("tokens"), (c, m) -> c.tokens()),
            new Part(Column.count("threads"), (c, m) -> m.threads()),
            new Part(Column.text("kernel"), (c, m) -> m.name()),
            new Part(Column.number("us", 1), (c, m) -> MICROS * m.median()),
            new Part(Column.percent("spread", 0), (c, m) -> m.spread()),
            new Part(Column.percent("of the ceiling", 0), (c, m) -> m.share()),
            new Part(Column.text("best native dense"), (c, m) -> c.dense(m.threads()).map(Measured::name).orElse("not measured")),
            new Part(Column.number("its us", 1), (c, m) -> c.dense(m.threads()).map(d -> MICROS * d.median()).orElse(null)),
            new Part(Column.ratio("over it"), (c, m) -> c.dense(m.threads()).map(m::over).orElse(null)),
            new Part(Column.ratio("best rounds"), (c, m) -> c.dense(m.threads()).map(m::overAtBest).orElse(null)),
            new Part(Column.ratio("over MKL CSR"), (c, m) -> c.nativeSparse(m).map(m::over).orElse(null)),
            new Part(Column.ratio("over MKL bf16"), (c, m) -> c.of(Role.NATIVE_OTHER, m.threads()).findFirst().map(m::over).orElse(null)),
            new Part(Column.ratio("over libtorch"), (c, m) -> c.of(Role.NATIVE_STEP, m.threads()).findFirst().map(m::over).orElse(null)),
            new Part(Column.percent("of reading its bytes", 0), (c, m) -> c.limit(m).map(m::over).orElse(null)),
            new Part(Column.text("check"), (c, m) -> m.fault().isEmpty() ? "ok" : m.fault()));

    /** Every kernel of ours at every shape, beside natives of the same rounds; without columns in which nothing stands. */
    private static Table ours(String title, List<CaseResult> results) {
        List<List<Object>> rows = new ArrayList<>();
        for (CaseResult c : results) {
            c.measured().stream().filter(m -> m.role() == Role.OURS)
                    .forEach(m -> rows.add(PARTS.stream().map(p -> p.value.apply(c, m)).toList()));
        }
        int[] used = IntStream.range(0, PARTS.size()).filter(p -> rows.stream().anyMatch(r -> r.get(p) != null)).toArray();
        Table t = new Table(title, IntStream.of(used).mapToObj(p -> PARTS.get(p).column).toArray(Column[]::new));
        rows.forEach(r -> t.row(IntStream.of(used).mapToObj(r::get).toArray()));
        return t;
    }

    /** Every contestant of every case: natives and limits too. */
    public static Table everything(List<CaseResult> results) {
        Table t = new Table("", Column.text("shape"), Column.count("tokens"), Column.count("threads"), Column.text("contestant"), Column.number("us", 1),
                Column.percent("spread", 0), Column.number("GFLOP/s", 1), Column.percent("of the ceiling", 0), Column.text("check"));
        for (CaseResult c : results) {
            for (Measured m : c.measured()) {
                String name = m.role() == Role.NATIVE_SPARSE ? m.name() + " " + Ratios.percent(m.sparsity()) : m.name();
                t.row(c.shape(), c.tokens(), m.threads(), name, MICROS * m.median(), m.spread(), m.flops() > 0 ? m.flops() / m.median() / GIGA : null,
                        m.share(), m.fault().isEmpty() ? "ok" : m.fault());
            }
        }
        return t;
    }

    /** What was to be reached, what was, and where it was missed most. */
    public static Table summary(Outcome o) {
        Table t = new Table("Aims", Column.text("family"), Column.text("figure"), Column.count("threads"), Column.text("aim"), Column.text("worst"),
                Column.text("median"), Column.text("met"), Column.text("reached"), Column.text("worst at"));
        for (Figure f : o.figures()) {
            t.row(f.family(), f.what(), f.threads(), (f.atMost() ? "<=" : ">=") + SPACE + value(f, f.aim()),
                    f.worst().map(w -> value(f, w.value())).orElse("-"),
                    f.scores().isEmpty() ? "-" : value(f, f.median()), f.met() + SPACE + "of" + SPACE + f.scores().size(),
                    f.scores().isEmpty() ? "not measured" : f.reached() ? "yes" : "no", f.worst().map(Figure.Score::where).orElse("-"));
        }
        return t;
    }

    /** What stands in the way of figures that were missed, a line each. */
    public static List<String> bounds(Outcome o) {
        return o.figures().stream().filter(f -> !f.reached() && !f.scores().isEmpty() && !f.bound().isEmpty())
                .map(f -> f.family() + ", " + f.what() + ", " + f.threads() + (f.threads() == 1 ? " thread: " : " threads: ") + f.bound()).toList();
    }

    private static String value(Figure f, double v) {
        return switch (f.unit()) {
            case RATIO -> String.format(Locale.ROOT, "%.2fx", v);
            case PERCENT -> String.format(Locale.ROOT, "%.0f" + SPACE + "%%", 100 * v);
        };
    }
}
