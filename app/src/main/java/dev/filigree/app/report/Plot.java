package dev.filigree.app.report;

import dev.filigree.report.Table;
import java.util.List;

/** A figure of a report: a title, an SVG drawing and a legend where several series need one. */
public sealed interface Plot permits LinePlot, BarPlot, ColumnPlot {

    String title();

    /** The drawing. */
    String svg();

    /** Names of the series in the order of their colours; empty when one series needs no name. */
    List<String> legend();

    /** The whole figure as HTML. */
    default String html() {
        StringBuilder out = new StringBuilder("<figure><figcaption>").append(Table.escape(title())).append("</figcaption>");
        if (legend().size() > 1) {
            out.append("<div class=\"legend\">");
            for (int s = 0; s < legend().size(); s++) {
                out.append("<span><i class=\"").append(Svg.colour(s)).append("\"></i>").append(Table.escape(legend().get(s))).append("</span>");
            }
            out.append("</div>");
        }
        return out.append(svg()).append("</figure>\n").toString();
    }
}
