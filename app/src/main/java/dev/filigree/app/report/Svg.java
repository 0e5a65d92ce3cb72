package dev.filigree.app.report;

import dev.filigree.report.Table;
import java.util.List;
import java.util.Locale;

/** Writes the few SVG shapes that plots are made of. Colours are classes, so that the page's light and dark styles apply. */
final class Svg {

    private final StringBuilder out = new StringBuilder();

    Svg(double width, double height, String describes) {
        add("<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">", n(width), n(height), Table.escape(describes));
    }

    /** Class of the series with this number; six colours repeat. */
    static String colour(int series) {
        return "s" + (series % 6 + 1);
    }

    void line(String css, double x1, double y1, double x2, double y2) {
        add("<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>", css, n(x1), n(y1), n(x2), n(y2));
    }

    /** Text; {@code css} may hold {@code middle} or {@code end} for its anchor. */
    void text(String css, double x, double y, String text) {
        add("<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>", css, n(x), n(y), Table.escape(text));
    }

    /** A bar with rounded corners at the end of its value; {@code hover} is shown when pointed at. */
    void bar(String css, double x, double y, double width, double height, boolean upright, String hover) {
        double r = Math.min(4, Math.min(width, height) / 2);
        String path = upright
                ? "M%s %sv%sq0 %s %s %sh%sq%s 0 %s %sv%sz".formatted(n(x), n(y + height), n(r - height), n(-r), n(r), n(-r), n(width - 2 * r), n(r), n(r), n(r), n(height - r))
                : "M%s %sh%sq%s 0 %s %sv%sq0 %s %s %sh%sz".formatted(n(x), n(y), n(width - r), n(r), n(r), n(r), n(height - 2 * r), n(r), n(-r), n(r), n(r - width));
        add("<path class=\"fill %s\" d=\"%s\"><title>%s</title></path>", css, path, Table.escape(hover));
    }

    void dot(String css, double x, double y, String hover) {
        add("<circle class=\"dot fill %s\" cx=\"%s\" cy=\"%s\" r=\"4\"><title>%s</title></circle>", css, n(x), n(y), Table.escape(hover));
    }

    /** A line through points given as x, y pairs. */
    void path(String css, List<double[]> points) {
        StringBuilder d = new StringBuilder();
        points.forEach(p -> d.append(d.isEmpty() ? "M" : "L").append(n(p[0])).append(' ').append(n(p[1])));
        add("<path class=\"stroke %s\" d=\"%s\"/>", css, d.toString());
    }

    String end() {
        return out.append("</svg>").toString();
    }

    private void add(String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values));
    }

    private static String n(double v) {
        String s = String.format(Locale.ROOT, "%.1f", v);
        return s.endsWith(".0") ? s.substring(0, s.length() - 2) : s;
    }
}
