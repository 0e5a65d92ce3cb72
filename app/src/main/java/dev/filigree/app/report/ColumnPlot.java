package dev.filigree.app.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Columns in groups: sparsity of the matrices of each layer.
 *
 * @param yLabel what the columns show, with its unit
 * @param groups along the horizontal axis
 * @param legend the columns of each group
 * @param values {@code [groups x legend]}; NaN leaves a gap
 * @param most   end of the vertical axis, which starts at 0
 */
public record ColumnPlot(String title, String yLabel, List<String> groups, List<String> legend, double[][] values, double most) implements Plot {

    private static final double WIDTH = 720;
    private static final double HEIGHT = 280;
    private static final double LEFT = 48;
    private static final double RIGHT = 10;
    private static final double TOP = 30;
    private static final double BOTTOM = 26;
    private static final double WIDEST = 20;
    private static final int TICKS = 5;

    public ColumnPlot {
        groups = List.copyOf(groups);
        legend = List.copyOf(legend);
        values = Arrays.stream(values).map(double[]::clone).toArray(double[][]::new);
    }

    @Override
    public String svg() {
        Svg svg = new Svg(WIDTH, HEIGHT, title);
        Scale y = new Scale(0, most, HEIGHT - BOTTOM, TOP);
        for (double t : y.ticks(TICKS)) {
            svg.line("grid", LEFT, y.at(t), WIDTH - RIGHT, y.at(t));
            svg.text("label end", LEFT - 8, y.at(t) + 4, y.label(t, TICKS));
        }
        double room = (WIDTH - LEFT - RIGHT) / Math.max(1, groups.size());
        double step = Math.min(WIDEST + 2, (room - Math.min(12, room / 4)) / Math.max(1, legend.size()));
        for (int g = 0; g < groups.size(); g++) {
            double middle = LEFT + room * (g + 0.5);
            double x = middle - step * legend.size() / 2;
            for (int s = 0; s < legend.size(); s++, x += step) {
                double v = values[g][s];
                if (v > 0) {
                    String hover = String.format(Locale.ROOT, "%s, %s: %.1f", groups.get(g), legend.get(s), v);
                    svg.bar(Svg.colour(s), x + step * 0.06, y.at(Math.min(v, most)), step * 0.88, y.at(0) - y.at(Math.min(v, most)), true, hover);
                }
            }
            svg.text("label middle", middle, HEIGHT - BOTTOM + 18, groups.get(g));
        }
        svg.line("axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
        svg.text("label", 0, 12, yLabel);
        return svg.end();
    }
}
