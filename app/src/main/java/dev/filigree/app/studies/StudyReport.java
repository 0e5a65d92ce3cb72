package dev.filigree.app.studies;

import dev.filigree.app.report.HtmlReport;
import dev.filigree.io.AtomicFile;
import dev.filigree.report.RunRecord;
import dev.filigree.report.Table;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A study and what it found, for terminal, page and JSON. */
public record StudyReport(Study study, Study.Findings findings, RunRecord run, String data, int seeds, boolean quick) {

    /** What a person reads at the end. */
    public String text(int columns) {
        StringBuilder b = new StringBuilder();
        b.append(study.paper()).append("\n  says: ").append(study.claim()).append("\n  run here").append(quick ? ", but smaller and shorter: " : ": ").append(study.setup()).append("\n  data: ").append(data)
                .append("\n  seeds: ").append(seeds).append("; refuted by: ").append(study.refutedBy()).append('\n');
        for (Table t : findings.tables()) {
            b.append('\n').append(t.text(columns));
        }
        b.append("\nVerdict\n");
        lines().forEach(l -> b.append("  ").append(l).append('\n'));
        return b.toString().stripTrailing();
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>(findings.verdicts().stream().map(Verdict::line).toList());
        if (quick) {
            lines.add("this was the quick form: it shows that the machinery works and decides little");
        }
        return lines;
    }

    /** Everything for machines. */
    public Map<String, Object> json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("study", study.name());
        all.put("paper", study.paper());
        all.put("claim", study.claim());
        all.put("setup", study.setup());
        all.put("data", data);
        all.put("seeds", seeds);
        all.put("quick", quick);
        all.put("tables", findings.tables().stream().map(Table::json).toList());
        all.put("verdicts", findings.verdicts());
        all.put("run", run);
        return all;
    }

    /** Writes the page. */
    public void write(Path file) {
        HtmlReport page = new HtmlReport(study.name(), study.paper());
        page.verdict(study.claim(), lines());
        page.text("Run here: " + study.setup() + " Data: " + data + ". Seeds: " + seeds + ". It would be refuted by " + study.refutedBy() + ".");
        findings.plots().forEach(page::plot);
        findings.tables().forEach(page::table);
        AtomicFile.write(file, page.provenance(run).html().getBytes(StandardCharsets.UTF_8));
    }
}
