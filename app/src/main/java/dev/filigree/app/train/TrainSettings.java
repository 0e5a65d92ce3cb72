package dev.filigree.app.train;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.filigree.Parts;
import dev.filigree.base.UserError;
import dev.filigree.model.Architecture;
import dev.filigree.prune.Sparsity;
import dev.filigree.prune.regime.Regime;
import dev.filigree.train.Optimizer;
import dev.filigree.train.Rates;
import dev.filigree.train.SparseActivity;
import dev.filigree.train.Step;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.CrossEntropy;
import dev.filigree.train.loss.Objective;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run of training was asked for, as it was typed.
 *
 * @param sparsity  share of zeros at the end, over the weights that may be sparse; empty for the method's own
 * @param keepDense sites that stay dense whatever the method: names, or parts of names
 * @param epochs    looks at every training example
 * @param rate      peak learning rate
 * @param vocabulary how a text is cut into tokens; empty for what is usual
 * @param from      a language model whose weights it begins with; empty for weights that are born
 * @param activity  strengths of the force on inner units, see {@link SparseActivity}; empty for none
 */
public record TrainSettings(String model, String data, String method, String sparsity, String allocation, List<String> keepDense, double epochs, int batch,
        String optimizer, double rate, String rates, double smoothing, double clip, long seed, String vocabulary, String from, String activity) {

    private static final double DEFAULT_SPARSITY = 0.9;

    public TrainSettings {
        keepDense = List.copyOf(keepDense);
        vocabulary = vocabulary == null ? "" : vocabulary; // as files of older runs have it
        from = from == null ? "" : from;
        activity = activity == null ? "" : activity;
        if (!(epochs > 0 && epochs <= 1e6)) {
            throw new UserError("--epochs: found " + epochs + ", expected a number above 0");
        }
        if (batch < 1 || batch > 1 << 16) {
            throw new UserError("--batch: found " + batch + ", expected 1 to " + (1 << 16));
        }
    }

    /** Without a text of its own tokens, from birth. */
    public TrainSettings(String model, String data, String method, String sparsity, String allocation, List<String> keepDense, double epochs, int batch,
            String optimizer, double rate, String rates, double smoothing, double clip, long seed) {
        this(model, data, method, sparsity, allocation, keepDense, epochs, batch, optimizer, rate, rates, smoothing, clip, seed, "", "", "");
    }

    /** Reads everything that is written as text, so that what is wrong is said before anything begins. */
    public void check() {
        if (from.isEmpty()) {
            architecture();
        }
        regime();
        if (target() > 0 || !sparsity.isEmpty()) {
            regime().births(List.of(), target());
        }
        makeOptimizer();
        makeRates();
        step(new CrossEntropy(0));
    }

    /** What a step learns. */
    Step step(Objective objective) {
        if (activity.isEmpty()) {
            return new Supervised(objective);
        }
        try {
            return new SparseActivity(objective, Arrays.stream(activity.split("/")).map(Double::valueOf).toList());
        } catch (NumberFormatException e) {
            throw new UserError("--activity: found " + activity + ", expected strengths such as 0.0001/0.001/0.01");
        }
    }

    Architecture architecture() {
        return Parts.NETWORKS.make(model);
    }

    Regime regime() {
        Regime regime = dev.filigree.prune.Parts.REGIMES.make(method);
        return allocation.isEmpty() ? regime : regime.with(dev.filigree.prune.Parts.ALLOCATIONS.make(allocation));
    }

    /** The share of zeros that is aimed at. */
    double target() {
        return sparsity.isEmpty() ? regime().fixedSparsity().orElse(DEFAULT_SPARSITY) : Sparsity.parse(sparsity);
    }

    Optimizer makeOptimizer() {
        return dev.filigree.train.Parts.OPTIMIZERS.make(optimizer);
    }

    Rates makeRates() {
        return dev.filigree.train.Parts.RATES.make(rates);
    }

    /** The same run with a method that keeps everything. */
    TrainSettings dense() {
        return new TrainSettings(model, data, "dense", "", "", keepDense, epochs, batch, optimizer, rate, rates, smoothing, clip, seed, vocabulary, from, activity);
    }

    public TrainSettings withSeed(long other) {
        return new TrainSettings(model, data, method, sparsity, allocation, keepDense, epochs, batch, optimizer, rate, rates, smoothing, clip, other, vocabulary, from, activity);
    }

    public TrainSettings withEpochs(double other) {
        return new TrainSettings(model, data, method, sparsity, allocation, keepDense, other, batch, optimizer, rate, rates, smoothing, clip, seed, vocabulary, from, activity);
    }

    /** The same run at another rate. */
    public TrainSettings withRate(double other, String otherRates) {
        return new TrainSettings(model, data, method, sparsity, allocation, keepDense, epochs, batch, optimizer, other, otherRates, smoothing, clip, seed, vocabulary, from, activity);
    }

    /** The same run of another network, method and sparsity. */
    public TrainSettings with(String otherModel, String otherMethod, String otherSparsity) {
        return new TrainSettings(otherModel, data, otherMethod, otherSparsity, allocation, keepDense, epochs, batch, optimizer, rate, rates, smoothing, clip, seed, vocabulary, from, activity);
    }

    /** For a record, in order. */
    @JsonIgnore
    public Map<String, String> words() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("model", model);
        all.put("data", data);
        all.put("method", method);
        all.put("sparsity", Sparsity.text(target()));
        all.put("allocation", allocation);
        all.put("kept dense", String.join(",", keepDense));
        all.put("epochs", Double.toString(epochs));
        all.put("batch", Integer.toString(batch));
        all.put("optimizer", optimizer);
        all.put("learning rate", rate + " " + rates);
        all.put("label smoothing", Double.toString(smoothing));
        all.put("clip", Double.toString(clip));
        if (!vocabulary.isEmpty()) {
            all.put("vocabulary", vocabulary);
        }
        if (!from.isEmpty()) {
            all.put("from", from);
        }
        if (!activity.isEmpty()) {
            all.put("activity", activity);
        }
        return all;
    }
}
