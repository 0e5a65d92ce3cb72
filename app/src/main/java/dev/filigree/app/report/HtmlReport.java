package dev.filigree.app.report;

import dev.filigree.report.RunRecord;
import dev.filigree.report.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A page that needs nothing but itself: style and drawings are inside, no script, no other file, light and dark. Parts
 * appear in the order in which they are added.
 */
public final class HtmlReport {

    private final String title;
    private final StringBuilder body = new StringBuilder();
    private final StringBuilder tiles = new StringBuilder();
    private final int head; // length of the title

    /**
     * @param title    what was done: "all-MiniLM-L6-v2 at 80 % sparsity"
     * @param subtitle how: recipe and machine in one line
     */
    public HtmlReport(String title, String subtitle) {
        this.title = title;
        body.append("<h1>").append(Table.escape(title)).append("</h1><p class=\"sub\">").append(Table.escape(subtitle)).append("</p>\n");
        this.head = body.length();
    }

    /** A headline figure: "0.986", "of the dense Spearman". Neighbours stand in one row. */
    public HtmlReport figure(String value, String label) {
        tiles.append("<div class=\"tile\"><b>").append(Table.escape(value)).append("</b><span>").append(Table.escape(label)).append("</span></div>");
        return this;
    }

    /** What follows from the figures. */
    public HtmlReport verdict(String recommendation, List<String> findings) {
        part().append("<div class=\"verdict\"><strong>").append(Table.escape(recommendation)).append("</strong><ul>");
        findings.forEach(f -> body.append("<li>").append(Table.escape(f)).append("</li>"));
        body.append("</ul></div>\n");
        return this;
    }

    public HtmlReport heading(String text) {
        part().append("<h2>").append(Table.escape(text)).append("</h2>\n");
        return this;
    }

    public HtmlReport text(String text) {
        part().append("<p>").append(Table.escape(text)).append("</p>\n");
        return this;
    }

    public HtmlReport plot(Plot plot) {
        part().append(plot.html());
        return this;
    }

    public HtmlReport table(Table table) {
        part().append("<div class=\"card\">").append(table.html()).append("</div>\n");
        return this;
    }

    /** A long table that is folded until somebody wants it. */
    public HtmlReport folded(String summary, Table table) {
        part().append("<details><summary>").append(Table.escape(summary)).append("</summary><div class=\"card\">").append(table.html()).append("</div></details>\n");
        return this;
    }

    /** Where the results come from. */
    public HtmlReport provenance(RunRecord run) {
        return heading("Where these figures come from").table(run.table());
    }

    /** A part of another page, as {@link #body} gave it. */
    public HtmlReport section(String html) {
        part().append(html);
        return this;
    }

    /** Everything so far but the title, to be put into another page. */
    public String body() {
        return part().substring(head);
    }

    /** The page. */
    public String html() {
        part();
        return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>"
                + Table.escape(title) + "</title>\n<style>\n" + style() + "</style></head>\n<body><main>\n" + body
                + "<footer>Written by Filigree " + Table.escape(RunRecord.builtVersion()) + ".</footer>\n</main></body></html>\n";
    }

    private StringBuilder part() {
        if (!tiles.isEmpty()) {
            body.append("<div class=\"tiles\">").append(tiles).append("</div>\n");
            tiles.setLength(0);
        }
        return body;
    }

    private static String style() {
        try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
