package dev.filigree.app.million;

import dev.filigree.app.data.KnownData;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.app.train.Trial;
import dev.filigree.kernel.Compute;
import dev.filigree.report.Column;
import dev.filigree.report.Progress;
import dev.filigree.report.Table;
import dev.filigree.train.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the rows and the images gave, for a person and for a program. */
public record MillionReport(List<Ladder.Climbed> rows, Table images) {

    private static final double MINUTE = 60;

    /** Trains a truly sparse network on real images: noise shows speed, these show that it learns. */
    public static Table images(Compute compute, long seed, boolean quick, Progress progress) {
        Problem problem = quick ? KnownData.bundled("fashion-mnist") : KnownData.open("fashion-mnist");
        TrainSettings settings = new TrainSettings("mlp(hidden=1000-1000-1000)", "fashion-mnist", "set", "95%", "", List.of(), quick ? 1 : 10, 32, "sgd", 0.05, "cosine", 0, 1, seed);
        progress.say("images: " + problem.about());
        Trial.Result r = Trial.run(settings, problem, compute);
        return new Table("Truly sparse on real images: " + problem.about(), Column.text("network"), Column.count("connections"), Column.percent("accuracy", 2),
                Column.number("epochs", 0), Column.seconds("seconds")).row(settings.model(), r.live(), r.last().right(), settings.epochs(), r.seconds());
    }

    /** Everything as text. */
    public String text(int columns) {
        return table().text(columns) + "\n" + images.text(columns)
                + "\nPublished: truly sparse SET, SciPy and Cython, on a laptop (code beside Mocanu et al. 2018, arXiv:1707.04780). Same seed, same bits on any number of threads.";
    }

    /** Everything for programs. */
    public Map<String, Object> json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("rows", table().json());
        all.put("images", images.json());
        return all;
    }

    private Table table() {
        Table t = new Table("A warm epoch of 67 steps, batch 2", Column.count("row"), Column.count("neurons a layer"), Column.count("connections"),
                Column.number("initialisation s", 2), Column.number("training s", 3), Column.number("topology s", 3), Column.number("epoch s", 3),
                Column.number("published s", 0), Column.ratio("faster"), Column.number("bytes a connection", 1), Column.bytes("peak resident"));
        for (Ladder.Climbed r : rows) {
            double published = MINUTE * r.rung().publishedMinutes();
            t.row(r.rung().number(), r.rung().hidden(), r.connections(), r.initialisation(), r.training(), r.topology(), r.epoch(), published,
                    published / r.epoch(), r.bytes(), r.peak().isPresent() ? r.peak().getAsLong() : null);
        }
        return t;
    }
}
