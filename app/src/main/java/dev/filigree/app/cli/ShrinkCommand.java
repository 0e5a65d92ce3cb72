package dev.filigree.app.cli;

import dev.filigree.app.data.KnownData;
import dev.filigree.app.train.Defaults;
import dev.filigree.app.train.Shrink;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Network;
import dev.filigree.prune.Parts;
import dev.filigree.prune.Sparsity;
import dev.filigree.report.Column;
import dev.filigree.report.Json;
import dev.filigree.report.Progress;
import dev.filigree.report.Table;
import dev.filigree.train.Problem;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code filigree shrink}: a network that loses channels for good. */
@Command(name = "shrink", sortOptions = false, description = "Train a whole network, remove channels for good, tune what is left, and set it beside the whole.",
        footer = {"", "Examples:", "  filigree shrink --model 'vgg(stages=8.16.32)' --channels 'mask-sparsity(strength=0.001,only=0.01)' --epochs 2",
            "  filigree shrink --model lenet-300-100 --channels l1-filter --keep 25%%"})
final class ShrinkCommand implements Runnable {

    private static final int RACE_BATCH = 64;
    private static final int RACE_ROUNDS = 40;
    private static final double SLOWER = 0.2; // rate of tuning over that of training

    @ParentCommand
    private Filigree filigree;

    @Option(names = "--model", paramLabel = "NAME", defaultValue = "lenet-300-100", description = "mlp, lenet-300-100, lenet-5, vgg, resnet or mobilenet, with settings: see filigree methods network (default: ${DEFAULT-VALUE}).")
    private String model;

    @Option(names = "--data", paramLabel = "NAME", defaultValue = "fashion-mnist", description = "A known name or a path: see filigree data (default: ${DEFAULT-VALUE}).")
    private String data;

    @Option(names = "--channels", paramLabel = "NAME", defaultValue = "l1-filter", description = "Which channels go, and how the network is trained before: see filigree methods channels (default: ${DEFAULT-VALUE}).")
    private String channels;

    @Option(names = "--keep", paramLabel = "SHARE", defaultValue = "50%", description = "Share of channels that stays (default: 50%%).")
    private String keep;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "4", description = "Looks at every training example with the whole network (default: ${DEFAULT-VALUE}).")
    private double epochs;

    @Option(names = "--tune", paramLabel = "N", defaultValue = "2", description = "And with what is left, at a fifth of the rate (default: ${DEFAULT-VALUE}).")
    private double tune;

    @Override
    public void run() {
        Parts.CHANNELS.make(channels).prepare(share()); // says what is wrong before anything begins
        Problem problem = KnownData.open(data);
        Defaults preset = Defaults.of(problem);
        TrainSettings whole = new TrainSettings(model, data, "dense", "", "", List.of(), epochs, preset.batch(), preset.optimizer(), preset.rate(), "cosine", 0, 10, filigree.seed());
        whole.check();
        try (Parallel parallel = new Parallel(filigree.threads())) {
            Shrink shrink = new Shrink(problem, new Compute(Kernels.best(), parallel), whole, whole.withEpochs(tune).withRate(SLOWER * preset.rate(), "cosine"), share());
            Shrink.Shrunk s;
            try (Progress.Stage stage = filigree.progress().stage("train, cut, tune", 1)) {
                s = shrink.by(channels, filigree.seed());
                stage.add(1);
            }
            Table t = table(shrink, s);
            filigree.console().out().println(filigree.json() ? Json.pretty(t.json()) : t.text(filigree.console().columns()));
        }
    }

    private double share() {
        try {
            return Sparsity.parse(keep); // a share, written as shares of zeros are
        } catch (UserError e) {
            throw new UserError("--keep: found " + keep + ", expected a share of channels such as 50%", e);
        }
    }

    private static Table table(Shrink shrink, Shrink.Shrunk s) {
        List<Double> seconds = shrink.relay().race(List.of(s.whole(), s.left()), RACE_BATCH, RACE_ROUNDS);
        Table t = new Table("The whole network and what is left", Column.text("network"), Column.count("channels"), Column.count("weights"), Column.count("multiply-adds an example"),
                Column.percent("accuracy", 2), Column.number("us an example", 1), Column.ratio("times as fast"));
        row(t, "whole", shrink, s.whole(), s.uncut(), seconds.get(0), seconds.get(0));
        row(t, "cut, before tuning", shrink, s.left(), s.cut(), seconds.get(0), seconds.get(1));
        row(t, "tuned", shrink, s.left(), s.right(), seconds.get(0), seconds.get(1));
        return t;
    }

    private static void row(Table t, String name, Shrink shrink, Network n, double right, double whole, double seconds) {
        t.row(name, Shrink.Shrunk.channels(n), n.positions(), Math.round(shrink.relay().multiplyAdds(n)), right, 1e6 * seconds, whole / seconds);
    }
}
