package dev.filigree.app.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Values against a number, one line for each series: quality against time of recovery.
 *
 * @param xLabel with its unit
 * @param yLabel with its unit
 * @param levels horizontal lines to compare with; may be empty
 */
public record LinePlot(String title, String xLabel, String yLabel, List<Series> series, List<Level> levels) implements Plot {

    private static final double WIDTH = 720;
    private static final double HEIGHT = 300;
    private static final double LEFT = 56;
    private static final double RIGHT = 96;
    private static final double TOP = 30;
    private static final double BOTTOM = 44;
    private static final int X_TICKS = 7;
    private static final int Y_TICKS = 5;
    private static final int MOST_DOTS = 40;

    /** Points of one line, x ascending. */
    public record Series(String name, List<Point> points) {}

    public record Point(double x, double y) {}

    /** A value to compare with: "dense 0.867". */
    public record Level(String name, double y) {}

    public LinePlot {
        series = List.copyOf(series);
        levels = List.copyOf(levels);
    }

    @Override
    public List<String> legend() {
        return series.stream().map(Series::name).toList();
    }

    @Override
    public String svg() {
        Svg svg = new Svg(WIDTH, HEIGHT, title);
        List<Point> all = series.stream().flatMap(s -> s.points.stream()).filter(p -> Double.isFinite(p.y)).toList();
        if (all.isEmpty()) {
            svg.text("label middle", WIDTH / 2, HEIGHT / 2, "nothing was measured");
            return svg.end();
        }
        double least = all.stream().mapToDouble(Point::y).min().orElseThrow();
        double most = all.stream().mapToDouble(Point::y).max().orElseThrow();
        for (Level l : levels) {
            least = Math.min(least, l.y);
            most = Math.max(most, l.y);
        }
        double lastX = all.stream().mapToDouble(Point::x).max().orElseThrow();
        double firstX = all.stream().mapToDouble(Point::x).min().orElseThrow();
        Scale x = new Scale(firstX, lastX > firstX ? lastX : firstX + 1, LEFT, WIDTH - RIGHT);
        Scale y = Scale.round(least, most, Y_TICKS, HEIGHT - BOTTOM, TOP);
        grid(svg, x, y);
        for (Level l : levels) {
            svg.line("level", LEFT, y.at(l.y), WIDTH - RIGHT, y.at(l.y));
            svg.text("label", WIDTH - RIGHT + 6, y.at(l.y) + 4, l.name);
        }
        for (int s = 0; s < series.size(); s++) {
            draw(svg, x, y, series.get(s), Svg.colour(s));
        }
        return svg.end();
    }

    private void grid(Svg svg, Scale x, Scale y) {
        for (double t : y.ticks(Y_TICKS)) {
            svg.line("grid", LEFT, y.at(t), WIDTH - RIGHT, y.at(t));
            svg.text("label end", LEFT - 8, y.at(t) + 4, y.label(t, Y_TICKS));
        }
        for (double t : x.ticks(X_TICKS)) {
            svg.line("axis", x.at(t), HEIGHT - BOTTOM, x.at(t), HEIGHT - BOTTOM + 4);
            svg.text("label middle", x.at(t), HEIGHT - BOTTOM + 18, x.label(t, X_TICKS));
        }
        svg.line("axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
        svg.text("label middle", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, xLabel);
        svg.text("label", 0, 12, yLabel);
    }

    private void draw(Svg svg, Scale x, Scale y, Series s, String colour) {
        List<Point> points = s.points.stream().filter(p -> Double.isFinite(p.y)).toList();
        List<double[]> at = new ArrayList<>();
        points.forEach(p -> at.add(new double[] {x.at(p.x), y.at(p.y)}));
        if (at.isEmpty()) {
            return;
        }
        svg.path(colour, at);
        for (int i = 0; i < at.size(); i++) {
            if (at.size() <= MOST_DOTS || i == at.size() - 1) {
                Point p = points.get(i);
                svg.dot(colour, at.get(i)[0], at.get(i)[1], String.format(Locale.ROOT, "%s: %.4f at %,.1f", s.name, p.y, p.x));
            }
        }
        double[] last = at.getLast();
        boolean covered = levels.stream().anyMatch(l -> Math.abs(y.at(l.y) - last[1]) < 12);
        if (!covered) {
            svg.text("value", last[0] + 9, last[1] + 4, String.format(Locale.ROOT, "%.3f", points.getLast().y));
        }
    }
}
