package dev.filigree.train;

import dev.filigree.base.UserError;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.Safetensors;
import dev.filigree.io.StoredTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The whole state of a run in one safetensors file, replaced in one move: after a crash the file is the last whole one.
 *
 * @param step     steps done
 * @param steps    length of the run
 * @param settings what the run was made with
 */
public record Snapshot(long step, long steps, Map<String, String> settings) {

    private static final String KIND = "filigree-training-state-";
    private static final String FORMAT = KIND + 2;
    private static final String SETTING = "setting/";
    private static final String STATE = "state/";

    /**
     * Stores the state of {@code loop}.
     *
     * @param settings everything that decides what the run makes, so that it is never resumed with anything else
     */
    public static void save(Path file, Loop loop, Map<String, String> settings) {
        StateWriter state = new StateWriter();
        loop.save(state.in("state"));
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("format", FORMAT);
        facts.put("steps", Long.toString(loop.steps()));
        facts.put("data", loop.setup().batches().fingerprint());
        settings.forEach((key, value) -> facts.put(SETTING + key, value));
        facts.putAll(state.facts());
        Safetensors.write(file, state.arrays(), facts);
    }

    /** What a stored state says about its run, without loading it. */
    public static Snapshot peek(Path file) {
        try (Checkpoint stored = Safetensors.read(file)) {
            return header(file, stored);
        }
    }

    /** Puts the stored state into {@code loop}, which must have been set up with the same settings, data and steps. */
    public static void load(Path file, Loop loop, Map<String, String> settings) {
        try (Checkpoint stored = Safetensors.read(file)) {
            Snapshot then = header(file, stored);
            settings.forEach((key, value) -> require(file, key, then.settings.getOrDefault(key, "(unset)"), value));
            then.settings.forEach((key, value) -> require(file, key, value, settings.getOrDefault(key, "(unset)")));
            require(file, "steps", Long.toString(then.steps), Long.toString(loop.steps()));
            require(file, "data", stored.metadata().getOrDefault("data", "(unset)"), loop.setup().batches().fingerprint());
            Map<String, StoredTensor> arrays = new LinkedHashMap<>();
            stored.tensors().forEach(t -> arrays.put(t.name(), t));
            loop.load(new StateReader(file.toString(), arrays, stored.metadata()).in("state"));
        }
    }

    private static Snapshot header(Path file, Checkpoint stored) {
        Map<String, String> facts = stored.metadata();
        if (!FORMAT.equals(facts.get("format"))) {
            throw new UserError(file + ": found format '" + facts.getOrDefault("format", "(none)") + "', expected '" + FORMAT
                    + (facts.getOrDefault("format", "").startsWith(KIND)
                    ? "'; another version of filigree kept it, go on with that one or start anew" : "'; this is not the state of a training run"));
        }
        StateReader reader = new StateReader(file.toString(), Map.of(), facts);
        Map<String, String> settings = new LinkedHashMap<>();
        facts.forEach((key, value) -> {
            if (key.startsWith(SETTING)) {
                settings.put(key.substring(SETTING.length()), value);
            }
        });
        return new Snapshot(reader.integer(STATE + "step"), reader.integer("steps"), settings);
    }

    private static void require(Path file, String key, String stored, String now) {
        if (!stored.equals(now)) {
            throw new UserError(file + ": this run was started with " + key + " " + stored + ", found " + now
                    + "; resume with the same or start anew in another folder");
        }
    }
}
