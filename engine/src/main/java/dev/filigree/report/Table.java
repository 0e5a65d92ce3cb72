package dev.filigree.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of values with typed columns, written for a person (aligned text, Markdown, HTML) or for a program (JSON with
 * the raw values).
 */
public final class Table {

    private static final String GAP = "  ";
    private static final int NARROWEST = 16;

    private final String title;
    private final List<Column> columns;
    private final List<List<Object>> rows = new ArrayList<>();

    public Table(String title, Column... columns) {
        this.title = title;
        this.columns = List.of(columns);
    }

    /** Adds a row: one value for each column, null where there is none. */
    public Table row(Object... values) {
        if (values.length != columns.size()) {
            throw new IllegalArgumentException("table '" + title + "' has " + columns.size() + " columns, found " + values.length + " values");
        }
        List<Object> row = new ArrayList<>(values.length);
        Collections.addAll(row, values);
        rows.add(Collections.unmodifiableList(row));
        return this;
    }

    public String title() {
        return title;
    }

    public List<Column> columns() {
        return columns;
    }

    public List<List<Object>> rows() {
        return Collections.unmodifiableList(rows);
    }

    /** Aligned text without a limit of width. */
    public String text() {
        return text(Integer.MAX_VALUE);
    }

    /** Aligned text at most {@code width} characters wide where wrapping the last text column makes that possible. */
    public String text(int width) {
        int[] widths = new int[columns.size()];
        int wrapped = -1;
        for (int c = 0; c < widths.length; c++) {
            widths[c] = columns.get(c).title().length();
            for (List<Object> row : rows) {
                widths[c] = Math.max(widths[c], columns.get(c).format(row.get(c)).length());
            }
            wrapped = columns.get(c).rightAligned() ? wrapped : c;
        }
        if (wrapped >= 0) {
            int others = GAP.length() * (widths.length - 1);
            for (int c = 0; c < widths.length; c++) {
                others += c == wrapped ? 0 : widths[c];
            }
            widths[wrapped] = Math.min(widths[wrapped], Math.max(Math.max(NARROWEST, columns.get(wrapped).title().length()), width - others));
        }
        StringBuilder out = new StringBuilder();
        if (!title.isEmpty()) {
            out.append(title).append('\n');
        }
        line(out, columns.stream().map(Column::title).toList(), widths);
        line(out, java.util.Arrays.stream(widths).mapToObj("-"::repeat).toList(), widths);
        for (List<Object> row : rows) {
            line(out, formatted(row), widths);
        }
        return out.toString();
    }

    /** Markdown, as README files use it. */
    public String markdown() {
        StringBuilder out = new StringBuilder();
        out.append("| ").append(String.join(" | ", columns.stream().map(Column::title).toList())).append(" |\n|");
        columns.forEach(c -> out.append(c.rightAligned() ? " ---: |" : " --- |"));
        for (List<Object> row : rows) {
            out.append("\n| ").append(String.join(" | ", formatted(row).stream().map(s -> s.replace("|", "\\|")).toList())).append(" |");
        }
        return out.append('\n').toString();
    }

    /** An HTML table with its title as caption; numbers carry the class {@code n}. */
    public String html() {
        StringBuilder out = new StringBuilder("<table>");
        if (!title.isEmpty()) {
            out.append("<caption>").append(escape(title)).append("</caption>");
        }
        out.append("<thead><tr>");
        columns.forEach(c -> out.append(c.rightAligned() ? "<th class=\"n\">" : "<th>").append(escape(c.title())).append("</th>"));
        out.append("</tr></thead><tbody>");
        for (List<Object> row : rows) {
            out.append("<tr>");
            for (int c = 0; c < columns.size(); c++) {
                out.append(columns.get(c).rightAligned() ? "<td class=\"n\">" : "<td>")
                        .append(escape(columns.get(c).format(row.get(c)))).append("</td>");
            }
            out.append("</tr>");
        }
        return out.append("</tbody></table>\n").toString();
    }

    /** One object for each row, values as they were given. */
    public List<Map<String, Object>> json() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (List<Object> row : rows) {
            Map<String, Object> object = new LinkedHashMap<>();
            for (int c = 0; c < columns.size(); c++) {
                object.put(columns.get(c).key(), row.get(c));
            }
            all.add(object);
        }
        return all;
    }

    /** {@code text} with the characters replaced that mean something in HTML and SVG. */
    public static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    private List<String> formatted(List<Object> row) {
        List<String> cells = new ArrayList<>();
        for (int c = 0; c < columns.size(); c++) {
            cells.add(columns.get(c).format(row.get(c)));
        }
        return cells;
    }

    private void line(StringBuilder out, List<String> cells, int[] widths) {
        List<List<String>> wrapped = new ArrayList<>();
        int height = 1;
        for (int c = 0; c < widths.length; c++) {
            wrapped.add(wrap(cells.get(c), widths[c]));
            height = Math.max(height, wrapped.get(c).size());
        }
        for (int h = 0; h < height; h++) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < widths.length; c++) {
                String cell = h < wrapped.get(c).size() ? wrapped.get(c).get(h) : "";
                String space = " ".repeat(Math.max(0, widths[c] - cell.length()));
                line.append(c == 0 ? "" : GAP).append(columns.get(c).rightAligned() ? space + cell : cell + space);
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (rest.length() > width) {
            int space = rest.lastIndexOf(' ', width);
            int cut = space > 0 ? space : width;
            lines.add(rest.substring(0, cut));
            rest = rest.substring(cut).stripLeading();
        }
        lines.add(rest);
        return lines;
    }
}
