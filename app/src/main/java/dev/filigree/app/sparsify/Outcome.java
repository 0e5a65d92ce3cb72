package dev.filigree.app.sparsify;

import dev.filigree.report.RunRecord;
import dev.filigree.report.Table;
import java.util.List;
import java.util.Map;

/**
 * Everything a run found, as {@code report.json} holds it.
 *
 * @param run             where it comes from
 * @param asked           sparsity asked of the prunable weights
 * @param achieved        sparsity achieved in them
 * @param achievedOfAll   zeros among all parameters, tables included
 * @param footprint       what the method held while working
 * @param layers          sparsity and layout of each weight in the saved model
 * @param quality         dense, one-shot and recovered (or one-shot twice, without recovery), by name, in that order
 * @param recovery        quality against time, empty without recovery
 * @param excluded        texts left out of calibration and recovery because they occur in an evaluation pair
 * @param diskBytes       by name: dense, sparse and the rivals' files
 * @param residentBytes   of weights in memory, by name: dense, sparse
 * @param speed           rounds of all contenders
 * @param absent          rivals that could not be measured, with the reason
 * @param verdict         what follows
 */
public record Outcome(RunRecord run, double asked, double achieved, double achievedOfAll, String footprint, List<Layer> layers,
        Map<String, Quality> quality, List<Point> recovery, int excluded, Map<String, Long> diskBytes, Map<String, Long> residentBytes,
        List<Speed.Result> speed, Map<String, String> absent, Verdict verdict) {

    /** Quality of the model that was saved. */
    public Quality last() {
        return quality.getOrDefault(SparsifyRun.RECOVERED, quality.get(SparsifyRun.SPARSE));
    }

    /** What a person reads at the end. */
    public String text(int columns) {
        StringBuilder b = new StringBuilder();
        for (Table t : Tables.all(this)) {
            b.append('\n').append(t.text(columns));
        }
        b.append("\nVerdict\n");
        verdict.lines().forEach(l -> b.append("  ").append(l).append('\n'));
        return b.append("  => ").append(verdict.recommendation()).toString();
    }

    /**
     * One weight of the saved model.
     *
     * @param layout what it runs in: a sparse layout, or dense where that was faster
     * @param dense  expected microseconds of its product if it were dense, over the profile that the plan was made for
     * @param chosen the same in {@code layout}
     * @param bytes  resident, scales and indices included
     */
    public record Layer(String name, int rows, int cols, double sparsity, String layout, double dense, double chosen, long bytes) {
    }

    /**
     * A look at quality during recovery.
     *
     * @param seconds of recovery so far
     * @param nearness on some held-out text, see {@link Quality#nearness}
     */
    public record Point(long step, double seconds, double nearness) {
    }
}
