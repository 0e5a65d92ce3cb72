package dev.filigree.app.studies;

import dev.filigree.app.train.TrainSettings;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.Collection;
import java.util.List;

/** What the studies of classification share. */
final class Rivals {

    private Rivals() {
    }

    /** A dense run of a network, from which rivals are derived. */
    static TrainSettings dense(String model, double epochs) {
        return new TrainSettings(model, "", "dense", "", "", List.of(), epochs, 128, "sgd(momentum=0.9,decay=0.0002)", 0.1, "cosine", 0, 10, 0);
    }

    /** One row for each rival. */
    static Table table(String title, Collection<Lab.Series> all) {
        Table t = new Table(title, Column.text("rival"), Column.percent("live", 2), Column.percent("accuracy", 2), Column.percent("deviation", 2),
                Column.percent("calibration error", 2), Column.bytes("parameter memory"), Column.seconds("time of a run"));
        for (Lab.Series s : all) {
            double live = s.trials().getFirst().live() / (double) s.trials().getFirst().positions();
            t.row(s.name(), live, s.mean(), s.accuracy().spread(), s.calibrationError().mean(), s.trials().getFirst().memory().parameters(),
                    s.trials().stream().mapToDouble(r -> r.seconds()).average().orElseThrow());
        }
        return t;
    }
}
