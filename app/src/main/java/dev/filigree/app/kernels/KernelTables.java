package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The tables of a run, for terminal and page. */
public final class KernelTables {

    private static final double MICROS = 1e6;

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

    /** Every kernel of ours at every shape, beside the fastest native dense product and the native sparse one of the same rounds. */
    private static Table ours(String title, List<CaseResult> results) {
        Table t = new Table(title, Column.text("shape"), Column.count("tokens"), Column.count("threads"), Column.text("kernel"), Column.number("us", 1),
                Column.percent("spread", 0), Column.percent("of the ceiling", 0), Column.text("best native dense"), Column.number("its us", 1),
                Column.ratio("over it"), Column.ratio("over MKL CSR"), Column.text("check"));
        for (CaseResult c : results) {
            for (Measured m : c.measured()) {
                if (m.role() == Role.OURS) {
                    Optional<Measured> dense = c.dense(m.threads());
                    t.row(c.shape(), c.tokens(), m.threads(), m.name(), MICROS * m.median(), m.spread(), m.share(), dense.map(Measured::name).orElse("not measured"),
                            dense.map(d -> MICROS * d.median()).orElse(null), dense.map(m::over).orElse(null), c.nativeSparse(m).map(m::over).orElse(null),
                            m.fault().isEmpty() ? "ok" : m.fault());
                }
            }
        }
        return t;
    }

    /** Every contestant of every case: natives and limits too. */
    public static Table everything(List<CaseResult> results) {
        Table t = new Table("", Column.text("shape"), Column.count("tokens"), Column.count("threads"), Column.text("contestant"), Column.number("us", 1),
                Column.percent("spread", 0), Column.number("GFLOP/s", 1), Column.percent("of the ceiling", 0), Column.text("check"));
        for (CaseResult c : results) {
            for (Measured m : c.measured()) {
                t.row(c.shape(), c.tokens(), m.threads(), m.sparsity() > 0 && m.role() != Role.OURS ? m.name() + " " + Ratios.percent(m.sparsity()) : m.name(),
                        MICROS * m.median(), m.spread(), m.flops() > 0 ? m.flops() / m.median() / 1e9 : null, m.share(), m.fault().isEmpty() ? "ok" : m.fault());
            }
        }
        return t;
    }

    /** What was to be reached, what was, and where it was missed most. */
    public static Table summary(Outcome o) {
        Table t = new Table("Aims", Column.text("family"), Column.text("figure"), Column.count("threads"), Column.text("aim"), Column.text("worst"),
                Column.text("median"), Column.text("met"), Column.text("reached"), Column.text("worst at"));
        for (Figure f : o.figures()) {
            t.row(f.family(), f.what(), f.threads(), (f.atMost() ? "<= " : ">= ") + value(f, f.aim()), f.worst().map(w -> value(f, w.value())).orElse("-"),
                    f.scores().isEmpty() ? "-" : value(f, f.median()), f.met() + " of " + f.scores().size(),
                    f.scores().isEmpty() ? "not measured" : f.reached() ? "yes" : "no", f.worst().map(Figure.Score::where).orElse("-"));
        }
        return t;
    }

    private static String value(Figure f, double v) {
        return switch (f.unit()) {
            case RATIO -> String.format(Locale.ROOT, "%.2fx", v);
            case PERCENT -> String.format(Locale.ROOT, "%.0f %%", 100 * v);
        };
    }
}
