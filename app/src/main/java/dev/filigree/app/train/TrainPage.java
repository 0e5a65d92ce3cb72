package dev.filigree.app.train;

import dev.filigree.app.report.HtmlReport;
import dev.filigree.app.report.LinePlot;
import dev.filigree.io.AtomicFile;
import dev.filigree.report.Json;
import dev.filigree.train.Curve;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What a run of training found as a page, and beside it as JSON. */
final class TrainPage {

    private TrainPage() {
    }

    /** Writes {@code report.html} and {@code report.json} into the folder, each whole or not at all. */
    static void write(Path folder, TrainOutcome outcome) {
        AtomicFile.write(folder.resolve("report.html"), html(outcome).getBytes(StandardCharsets.UTF_8));
        AtomicFile.write(folder.resolve("report.json"), Json.pretty(outcome).getBytes(StandardCharsets.UTF_8));
    }

    static String html(TrainOutcome o) {
        HtmlReport page = new HtmlReport(o.run().recipe().get("model") + " trained by " + o.run().recipe().get("method"), o.about());
        page.figure(percent(o.achieved()), "of the weights that may be sparse are zero; " + percent(o.asked()) + " were asked for");
        if (!Double.isNaN(o.last().right())) {
            page.figure(percent(o.last().right()), "accuracy on examples that were not trained on");
        } else {
            page.figure(String.format(Locale.ROOT, "%.4f", o.last().loss()), "loss on examples that were not trained on");
        }
        if (o.twin() != null) {
            page.figure(String.format(Locale.ROOT, "%.2fx", o.twin().step() / o.twin().sparse()), "the speed of a dense step");
            page.figure(percent(o.memory().parameters() / (double) o.twin().memory().parameters()), "of the dense memory for parameters");
        }
        page.text("While it worked, the method held " + o.footprint() + ".");
        page.heading("Quality");
        List<LinePlot.Series> losses = List.of(series("training", o, Curve.Point::trainLoss), series("test", o, Curve.Point::loss));
        page.plot(new LinePlot("Loss", "epochs", "loss", losses, List.of()));
        if (!Double.isNaN(o.last().right())) {
            page.plot(new LinePlot("Accuracy", "epochs", "share right", List.of(series("test", o, Curve.Point::right)), List.of()));
        }
        page.table(o.quality()).heading("Costs").table(o.costs()).heading("Weights").table(o.layersTable());
        return page.provenance(o.run()).html();
    }

    private static LinePlot.Series series(String name, TrainOutcome o, ToDoubleFunction<Curve.Point> value) {
        List<LinePlot.Point> points = new ArrayList<>();
        o.curve().forEach(p -> points.add(new LinePlot.Point(p.epoch(), value.applyAsDouble(p))));
        return new LinePlot.Series(name, points);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }
}
