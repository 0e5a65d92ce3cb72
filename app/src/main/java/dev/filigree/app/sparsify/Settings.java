package dev.filigree.app.sparsify;

import dev.filigree.prune.Recipe;
import dev.filigree.prune.Sparsity;
import dev.filigree.prune.schedule.Schedule;
import dev.filigree.train.Budget;
import dev.filigree.train.Distillation;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything that decides what {@code sparsify} makes, as typed. Stored with the run: equal settings, steps and plan make
 * equal bits.
 *
 * @param model       a known name, a Hugging Face folder or an {@code .onnx} file
 * @param pooling     "mean", "cls" or empty for what the files record
 * @param sparsity    share of the prunable weights to remove; empty takes the pattern's own
 * @param pattern     see {@code filigree methods pattern}
 * @param allocation  see {@code filigree methods allocation}
 * @param method      a method and layer-wise recoveries, joined by +
 * @param recover     budget of recovery: "5m", "0", "2000steps"
 * @param schedule    how sparsity grows during recovery
 * @param teach       what recovery learns from the dense model: "both", "blocks" or "result"
 * @param store       type of stored values: "fp32", "bf16" or "int8"
 * @param text        file of sentences for calibration and recovery; empty for the bundled ones
 * @param pairs       file of scored pairs; empty for the bundled ones
 * @param calibration sentences to calibrate with
 * @param seed        of every random choice
 */
public record Settings(String model, String pooling, String sparsity, String pattern, String allocation, String method, String recover, String schedule, String teach,
        String store, String text, String pairs, int calibration, long seed) {

    /** How sparsity grows during recovery. */
    public Schedule growth() {
        return dev.filigree.prune.Parts.SCHEDULES.make(schedule);
    }

    /** What recovery learns from the dense model. */
    public Distillation.Weights taught() {
        return Distillation.Weights.named(teach);
    }

    /** How long to recover. */
    public Budget budget() {
        return Budget.parse("--recover", recover);
    }

    /** How to prune; refuses contradictions. */
    public Recipe recipe() {
        return Recipe.parse(pattern, allocation, method, sparsity.isEmpty() ? null : sparsity);
    }

    /** The settings in words, for reports. */
    public Map<String, String> words() {
        Map<String, String> m = new LinkedHashMap<>();
        m.put("model", model);
        m.put("sparsity asked", Sparsity.text(recipe().sparsity()));
        m.put("pattern", pattern);
        m.put("allocation", allocation);
        m.put("method", method);
        m.put("recovery", recover + (recover.equals("0") ? "" : ", " + schedule + ", taught " + teach));
        m.put("stored values", store);
        m.put("calibration", calibration + " sentences");
        return m;
    }
}
