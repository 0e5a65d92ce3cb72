package dev.filigree.app.studies;

import dev.filigree.app.report.HtmlReport;
import dev.filigree.report.RunRecord;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A study and what it found, for terminal, page and JSON. */
public record StudyReport(Claim claim, Study.Findings findings, RunRecord run, int seeds, boolean quick) {

    /** What a person reads at the end. */
    public String text(int columns) {
        StringBuilder b = new StringBuilder();
        b.append(claim.paper()).append("\n  says: ").append(claim.says()).append("\n  run here").append(quick ? ", but smaller and shorter: " : ": ").append(claim.setup())
                .append("\n  equal: ").append(claim.equal()).append("\n  data: ").append(data()).append("\n  seeds: ").append(seeds).append("; refuted by: ").append(claim.refutedBy())
                .append('\n');
        for (Table t : findings.tables()) {
            b.append('\n').append(t.text(columns));
        }
        b.append("\nVerdict\n");
        lines().forEach(l -> b.append("  ").append(l).append('\n'));
        return b.toString().stripTrailing();
    }

    /** A line for each part of the claim. */
    List<String> lines() {
        List<String> lines = new ArrayList<>(findings.verdicts().stream().map(Verdict::line).toList());
        if (quick) {
            lines.add("this was the quick form: it shows that the machinery works and decides little");
        }
        return lines;
    }

    private String data() {
        return run.data().isEmpty() ? "what comes with Filigree" : String.join("; ", run.data().values());
    }

    /** Everything for machines. */
    public Map<String, Object> json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("claim", claim);
        all.put("seeds", seeds);
        all.put("quick", quick);
        all.put("tables", findings.tables().stream().map(Table::json).toList());
        all.put("verdicts", findings.verdicts());
        all.put("run", run);
        return all;
    }

    /** Adds what was found to a page. */
    public void show(HtmlReport page) {
        page.verdict(claim.says(), lines());
        page.text((quick ? "Run here, but smaller and shorter: " : "Run here: ") + claim.setup() + " Equal for all: " + claim.equal() + ". Data: " + data() + ". Seeds: " + seeds
                + ". It would be refuted by " + claim.refutedBy() + ".");
        findings.plots().forEach(page::plot);
        findings.tables().forEach(page::table);
    }
}
