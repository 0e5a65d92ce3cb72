package dev.filigree.app.sparsify;

import dev.filigree.app.KnownLanguageModel;
import dev.filigree.base.UserError;
import dev.filigree.encode.SparseEncoder;
import dev.filigree.io.Store;
import dev.filigree.kernel.CodedGroup;
import dev.filigree.prune.Parts;
import dev.filigree.prune.Recipe;
import dev.filigree.prune.Sparsity;
import dev.filigree.prune.schedule.Schedule;
import dev.filigree.prune.structure.Structure;
import dev.filigree.train.Budget;
import dev.filigree.train.Distillation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Everything that decides what {@code sparsify} makes, as typed. Stored with the run: equal settings, steps and plan make
 * equal bits.
 *
 * @param model       a known name, a Hugging Face folder, an {@code .onnx} file, or what {@code generate} opens
 * @param pooling     "mean", "cls" or empty for what the files record
 * @param sparsity    share of the prunable weights to remove; empty takes the pattern's own
 * @param pattern     see {@code filigree methods pattern}
 * @param allocation  see {@code filigree methods allocation}
 * @param method      a method and layer-wise recoveries, joined by +
 * @param recover     budget of recovery: "5m", "0", "2000steps"
 * @param schedule    how sparsity grows during recovery
 * @param teach       what recovery learns from the dense model: "both", "blocks" or "result"
 * @param store       type of stored values: "fp32", "bf16", "int8" or "int4", the last for groups of 16 inputs
 * @param text        file of sentences for calibration and recovery; empty for the bundled ones. For a language model a running text, part of which judges
 *                    it; empty for what it tells itself
 * @param pairs       file of scored pairs; empty for the bundled ones
 * @param calibration sentences, or windows of text, to calibrate with
 * @param memory      bytes of activations that calibration holds at most, as in "1g"; the rest lies in a file
 * @param judged      documents, and queries with judgements, for a sparse encoder of texts
 * @param structure   what is taken out of a language model for good, see {@code filigree methods structure}; empty for zeros in its weights
 * @param seed        of every random choice
 */
public record Settings(String model, String pooling, String sparsity, String pattern, String allocation, String method, String recover, String schedule, String teach,
        String store, String text, String pairs, int calibration, String memory, Judged judged, String structure, long seed) {

    /**
     * What a sparse encoder is calibrated on and judged by.
     *
     * @param corpus  its documents, as an index takes them; empty for other models
     * @param queries to judge it by; may be empty
     * @param qrels   their judgements; may be empty
     */
    public record Judged(String corpus, String queries, String qrels) {

        /** For models that read sentences or running text. */
        public static final Judged NONE = new Judged("", "", "");
    }

    /** Taken out where nobody says how much. */
    private static final double SHARE = 0.25;
    private static final Pattern BYTES = Pattern.compile("(\\d{1,9})([kmg]?)b?");

    /** How sparsity grows during recovery. */
    public Schedule growth() {
        return Parts.SCHEDULES.make(schedule);
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

    /** Type of stored values. */
    Store stored() {
        Store named = Store.named(store);
        if (named == Store.INT4 && (!structure.isEmpty() || recipe().pattern().unitRows() != 1 || recipe().pattern().unitCols() % CodedGroup.SIZE != 0)) {
            throw new UserError("--store: found int4 with " + (structure.isEmpty() ? "--pattern " + recipe().pattern().name() : "--structure " + structure) + ", expected --pattern 1x" + CodedGroup.SIZE);
        }
        return named;
    }

    /** Whether the model is a language model. */
    public boolean decoder() {
        return KnownLanguageModel.is(model);
    }

    /** Whether the model is a sparse encoder of texts. */
    boolean sparseEncoder() {
        return sparseEncoder(model);
    }

    /** Whether a name is the folder of a sparse encoder of texts. */
    public static boolean sparseEncoder(String model) {
        return Files.exists(Path.of(model).resolve(SparseEncoder.FILE));
    }

    /** Refuses texts of another kind than the model reads. */
    void checkTexts() {
        if (!sparseEncoder()) {
            if (!judged.equals(Judged.NONE)) {
                throw new UserError("--corpus, --queries, --qrels: are for an encoder that filigree train sparse-encoder made, found " + model + "; expected --text and --pairs, or neither");
            }
            return;
        }
        if (judged.corpus.isEmpty()) {
            throw new UserError("--corpus: not given, and " + model + " is an encoder of documents; expected those that it is for, as filigree index takes them");
        }
        if (judged.queries.isEmpty() != judged.qrels.isEmpty()) {
            throw new UserError("--queries, --qrels: found one of them, expected both or neither");
        }
        if (!text.isEmpty() || !pairs.isEmpty() || !pooling.isEmpty()) {
            throw new UserError("--text, --pairs, --pooling: are for sentence encoders, and " + model + " is an encoder of documents; expected --corpus, and --queries with --qrels to judge it");
        }
    }

    /** What is taken out for good. */
    Structure taken() {
        if (!decoder()) {
            throw new UserError("--structure: found " + model + ", expected a language model such as stories260k");
        }
        if (!(share() > 0)) {
            throw new UserError("--sparsity: found " + sparsity + ", expected a share to take out, above 0 % and below 100 %");
        }
        Structure taken = Parts.STRUCTURES.make(structure.split("\\+")[0]);
        if (mended() && !taken.mends()) {
            throw new UserError("--structure: found " + structure + "; least-squares makes up for feed-forward channels alone: expected cfsp, wanda-sp, magnitude-sp or random-sp in front of it");
        }
        return taken;
    }

    /** Whether least squares make up for what is taken out. */
    boolean mended() {
        int plus = structure.indexOf('+');
        if (plus >= 0 && !structure.substring(plus + 1).equals("least-squares")) {
            throw new UserError("--structure: found " + structure + ", expected +least-squares behind a structure, or nothing");
        }
        return plus >= 0;
    }

    /** What recovery learns from the dense model once a structure was taken out: blocks only where there are as many, in the same basis. */
    Distillation.Weights taught(boolean alike) {
        if (!alike && teach.equals("blocks")) {
            throw new UserError("--teach: found blocks, and what --structure " + structure + " leaves has blocks of another kind; expected both or result");
        }
        return alike ? taught() : new Distillation.Weights(0, taught().result());
    }

    /** What share of it. */
    public double share() {
        return sparsity.isEmpty() ? SHARE : Sparsity.parse(sparsity);
    }

    /** {@link #memory} as a number. */
    long memoryBytes() {
        Matcher m = BYTES.matcher(memory.strip().toLowerCase(Locale.ROOT));
        if (!m.matches()) {
            throw new UserError("--calibration-memory: found '" + memory + "', expected bytes such as 1g, 500m or 0");
        }
        return Long.parseLong(m.group(1)) << 10 * (1 + "kmg".indexOf(m.group(2).isEmpty() ? '-' : m.group(2).charAt(0)));
    }

    /** The settings in words, for reports. */
    public Map<String, String> words() {
        Map<String, String> m = new LinkedHashMap<>();
        m.put("model", model);
        if (!structure.isEmpty()) {
            m.put("share to take out", Sparsity.text(share()));
            m.put("structure", structure);
            m.put("recovery", recover + (recover.equals("0") ? "" : ", taught " + teach));
            m.put("stored values", store);
            m.put("calibration", calibration + " windows");
            return m;
        }
        m.put("sparsity asked", Sparsity.text(recipe().sparsity()));
        m.put("pattern", pattern);
        m.put("allocation", allocation);
        m.put("method", method);
        m.put("recovery", recover + (recover.equals("0") ? "" : ", " + schedule + ", taught " + teach));
        m.put("stored values", store);
        m.put("calibration", calibration + (decoder() ? " windows" : sparseEncoder() ? " documents of " + judged.corpus : " sentences"));
        return m;
    }
}
