package dev.filigree.app.train;

import dev.filigree.model.Site;
import dev.filigree.report.Column;
import dev.filigree.report.RunRecord;
import dev.filigree.report.Table;
import dev.filigree.report.Units;
import dev.filigree.tensor.ConvWeight;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Curve;
import dev.filigree.train.Memory;
import java.util.List;
import java.util.Locale;

/**
 * What a run of training found.
 *
 * @param run       where it comes from
 * @param about     the data, in words and numbers
 * @param footprint what the method holds while it works
 * @param asked     share of zeros asked of the weights that may be sparse
 * @param achieved  share of zeros in them at the end
 * @param plan      how each weight began
 * @param layers    each weight at the end
 * @param curve     quality after each epoch
 * @param step      seconds of a step: the median of this run
 * @param memory    for the parameters, at the end
 * @param twin      the dense twin; null when this run is dense
 * @param bytes     of the held-out text that a token stands for, on average; null where nothing is a text
 */
public record TrainOutcome(RunRecord run, String about, String footprint, double asked, double achieved, List<Layer> plan, List<Layer> layers, List<Curve.Point> curve,
        double step, Memory memory, Twin twin, Double bytes) {

    /**
     * One weight.
     *
     * @param layout how it is held
     * @param chunk  inputs whose entries lie together in that layout; 0 where it has no such chunks
     */
    public record Layer(String name, int rows, int cols, long live, String layout, int chunk) {

        static Layer of(Site s, Weight w) {
            int chunk = switch (w) {
                case Csr c -> c.chunk();
                case ConvWeight c -> c.chunk();
                default -> 0;
            };
            return new Layer(s.name(), s.rows(), s.cols(), w.nonZeros(), w.layout(), chunk);
        }

        private String held() {
            return layout + (chunk == 0 ? "" : " by " + chunk);
        }
    }

    /**
     * The same network with every position, at the same batch, measured in turn with the sparse one before the run.
     *
     * @param step   seconds of a dense step
     * @param sparse seconds of a step of this run then
     * @param memory of the dense twin
     */
    public record Twin(double step, double sparse, Memory memory) {
    }

    /** Quality at the end. */
    public Curve.Point last() {
        return curve.getLast();
    }

    /** What a person reads at the end. */
    public String text(int columns) {
        return layersTable().text(columns) + "\n" + costs().text(columns) + "\n" + quality().text(columns);
    }

    Table layersTable() {
        Table t = new Table("Weights", Column.text("weight"), Column.text("shape"), Column.count("live"), Column.percent("sparsity", 2), Column.text("held as"),
                Column.count("live at first"), Column.text("held as then"));
        for (int i = 0; i < layers.size(); i++) {
            Layer l = layers.get(i);
            t.row(l.name, l.rows + " x " + l.cols, l.live, 1 - l.live / ((double) l.rows * l.cols), l.held(), plan.get(i).live, plan.get(i).held());
        }
        return t;
    }

    Table costs() {
        Table t = new Table("Costs", Column.text("what"), Column.text("dense twin"), Column.text("this run"), Column.ratio("ratio"));
        if (twin == null) {
            t.row("time of a step", null, milliseconds(step), null);
            bytes(t, "memory for parameters, all", null, memory.parameters());
            return t;
        }
        t.row("time of a step, measured in turn", milliseconds(twin.step), milliseconds(twin.sparse), twin.step / twin.sparse);
        t.row("time of a step, median of the run", null, milliseconds(step), null);
        bytes(t, "weights and where they live", twin.memory.weights(), memory.weights());
        bytes(t, "gradients", twin.memory.gradients(), memory.gradients());
        bytes(t, "optimizer", twin.memory.optimizer(), memory.optimizer());
        bytes(t, "copies turned round", twin.memory.transposes(), memory.transposes());
        bytes(t, "memory for parameters, all", twin.memory.parameters(), memory.parameters());
        return t;
    }

    private static void bytes(Table t, String what, Long dense, long here) {
        t.row(what, dense == null ? null : Units.bytes(dense), Units.bytes(here), dense == null ? null : dense / (double) here);
    }

    Table quality() {
        if (bytes != null) {
            return foresight();
        }
        Table t = new Table("Quality, on what is not trained on", Column.number("epoch", 1), Column.number("training loss", 4), Column.number("loss", 4),
                Column.percent("accuracy", 2), Column.percent("calibration error", 2), Column.count("live"));
        int every = Math.max(1, curve.size() / 12);
        for (int i = 0; i < curve.size(); i++) {
            Curve.Point p = curve.get(i);
            if (i % every == 0 || i == curve.size() - 1) {
                t.row(p.epoch(), p.trainLoss(), p.loss(), known(p.right()), known(p.calibrationError()), p.live());
            }
        }
        return t;
    }

    /** Quality of what foresees a text. */
    private Table foresight() {
        Table t = new Table("Quality, on text that is not trained on", Column.number("epoch", 1), Column.number("training loss", 4), Column.number("loss", 4),
                Column.number("perplexity", 2), Column.number("bits a byte", 4), Column.percent("accuracy", 2), Column.count("live"));
        int every = Math.max(1, curve.size() / 12);
        for (int i = 0; i < curve.size(); i++) {
            Curve.Point p = curve.get(i);
            if (i % every == 0 || i == curve.size() - 1) {
                t.row(p.epoch(), p.trainLoss(), p.loss(), Math.exp(p.loss()), p.loss() / Math.log(2) / bytes, known(p.right()), p.live());
            }
        }
        return t;
    }

    private static Double known(double v) {
        return Double.isNaN(v) ? null : (Double) v;
    }

    private static String milliseconds(double seconds) {
        return String.format(Locale.ROOT, "%.2f ms", 1e3 * seconds);
    }
}
