package dev.filigree.app.report;

import java.util.List;
import java.util.Locale;

/**
 * Named values as horizontal bars from zero, grouped under headings: speed of each way to run the model, batch by batch.
 *
 * @param unit     written after each value
 * @param decimals of the values
 */
public record BarPlot(String title, String unit, int decimals, List<Group> groups) implements Plot {

    private static final double WIDTH = 720;
    private static final double LEFT = 180;
    private static final double RIGHT = 150;
    private static final double BAR = 18;
    private static final double STEP = 24;
    private static final double HEADING = 26;

    /** Bars under one heading; an empty heading takes no room. */
    public record Group(String heading, List<Bar> bars) {}

    /**
     * One bar.
     *
     * @param series its colour: the same thing has the same one in every group
     * @param value  NaN when it was not measured
     * @param note   written behind the value, may be empty
     */
    public record Bar(String label, int series, double value, String note) {}

    public BarPlot {
        groups = List.copyOf(groups);
    }

    /** Every bar carries its name. */
    @Override
    public List<String> legend() {
        return List.of();
    }

    @Override
    public String svg() {
        double height = 12;
        double most = 0;
        for (Group g : groups) {
            height += (g.heading.isEmpty() ? 0 : HEADING) + STEP * g.bars.size();
            most = Math.max(most, g.bars.stream().mapToDouble(Bar::value).filter(Double::isFinite).max().orElse(0));
        }
        Scale x = new Scale(0, most > 0 ? most : 1, LEFT, WIDTH - RIGHT);
        Svg svg = new Svg(WIDTH, height, title);
        double y = 4;
        for (Group g : groups) {
            if (!g.heading.isEmpty()) {
                svg.text("heading", 0, y + 17, g.heading);
                y += HEADING;
            }
            double top = y;
            for (Bar b : g.bars) {
                svg.text("label end", LEFT - 10, y + 14, b.label);
                boolean measured = Double.isFinite(b.value);
                String value = measured ? String.format(Locale.ROOT, "%,." + decimals + "f %s", b.value, unit).strip() : "not measured";
                if (measured && b.value > 0) {
                    svg.bar(Svg.colour(b.series), LEFT, y + (STEP - BAR) / 2 - 1, Math.max(2, x.at(b.value) - LEFT), BAR, false, b.label + ": " + value);
                }
                svg.text("value", (measured ? x.at(b.value) : LEFT) + 8, y + 14, b.note.isEmpty() ? value : value + " (" + b.note + ")");
                y += STEP;
            }
            svg.line("axis", LEFT, top, LEFT, y);
        }
        return svg.end();
    }
}
