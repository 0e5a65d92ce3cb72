package dev.filigree.app.sparsify;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything that decides what {@code sparsify} makes. Stored with the run; two runs with equal settings, steps and plan
 * make the same bits.
 *
 * @param model      a known name, a Hugging Face folder or an {@code .onnx} file
 * @param pooling    "mean", "cls" or empty for what the files record
 * @param sparsity   share of the prunable weights to remove, in [0, 1)
 * @param pattern    see {@code filigree methods pattern}
 * @param allocation see {@code filigree methods allocation}
 * @param method     see {@code filigree methods method}
 * @param repair     layer-wise recovery after pruning, see {@code filigree methods recovery}
 * @param schedule   how sparsity grows during recovery
 * @param budget     of recovery: "5m", "0", "2000steps"
 * @param store      type of stored values: "fp32", "bf16" or "int8"
 * @param text       file of sentences for calibration and recovery; empty for the bundled ones
 * @param pairs      file of scored pairs; empty for the bundled ones
 * @param calibration sentences to calibrate with
 * @param seed       of every random choice
 */
public record Settings(String model, String pooling, double sparsity, String pattern, String allocation, String method, String repair, String schedule,
        String budget, String store, String text, String pairs, int calibration, long seed) {

    /** The settings in words, for reports. */
    public Map<String, String> recipe() {
        Map<String, String> m = new LinkedHashMap<>();
        m.put("model", model);
        m.put("sparsity", sparsity * 100 + " %");
        m.put("pattern", pattern);
        m.put("allocation", allocation);
        m.put("method", method);
        m.put("repair", repair);
        m.put("schedule", schedule);
        m.put("recover", budget);
        m.put("store", store);
        m.put("calibration sentences", Integer.toString(calibration));
        return m;
    }
}
