package dev.filigree.app.studies;

import dev.filigree.app.KnownLanguageModel;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.policy.Calibration;
import dev.filigree.infer.policy.Gates;
import dev.filigree.infer.policy.OrthogonalColumns;
import dev.filigree.infer.policy.Spent;
import dev.filigree.infer.policy.Told;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Llama;
import dev.filigree.model.Site;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A trained language model that is judged on stories which it tells itself: for each seed some to find thresholds on, others to judge.
 *
 * @param tokens of stories to find thresholds on
 * @param judged tokens of stories to judge
 */
record Storyteller(LanguageModel model, int tokens, int judged, Map<String, List<int[]>> told) implements AutoCloseable {

    private static final int SEQUENCE = 192;

    static Storyteller open(Lab lab, int tokens, int judged) {
        return open(lab, KnownLanguageModel.BUNDLED, tokens, judged);
    }

    /** @param name as a person gives it, see {@link KnownLanguageModel} */
    static Storyteller open(Lab lab, String name, int tokens, int judged) {
        return new Storyteller(KnownLanguageModel.open(name, LanguageModel.Options.threads(lab.compute().parallel().threads()).forPolicy()), tokens, judged, new HashMap<>());
    }

    /**
     * How a model did under a policy.
     *
     * @param loss    nats for a token of stories that were not seen
     * @param skipped share of weights that were not read, less what the model holds besides to turn its stream
     */
    record Result(double loss, double skipped) {
    }

    /** The same model with other numbers. */
    CausalModel balanced() {
        return Balanced.of((Llama) model.model());
    }

    /** The same model with orthogonal columns where WINA wants them. */
    CausalModel rotated() {
        return OrthogonalColumns.of(model.compute(), model.model());
    }

    /** Finds thresholds and judges. */
    Result result(CausalModel variant, String policy, long seed) {
        Gates gates = Gates.of(policy, new Calibration(variant, model.compute(), stories(2 * seed, tokens), n -> { }));
        return judge(variant, gates, seed);
    }

    Result judge(CausalModel variant, Gates gates, long seed) {
        Calibration.Judged j = new Calibration(variant, model.compute(), stories(2 * seed + 1, judged), n -> { }).judged(gates == null ? Map.of() : gates.gates());
        Spent spent = j.spent();
        return new Result(j.loss(), gates == null ? 0 : spent.share() - turning(variant));
    }

    /** What turns the stream of a rotated model, as a share of the weights that policies act on. */
    private static double turning(CausalModel variant) {
        double all = Gates.sites(variant).stream().mapToLong(Site::positions).sum();
        return variant.params().stream().filter(p -> p.name().endsWith("shortcut.weight")).mapToDouble(p -> (double) p.forward().rows() * p.forward().cols()).sum() / all;
    }

    private List<int[]> stories(long seed, int count) {
        return told.computeIfAbsent(seed + " " + count, k -> Told.by(model, count, SEQUENCE, seed, n -> { }));
    }

    @Override
    public void close() {
        model.close();
    }
}
