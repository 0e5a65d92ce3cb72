package dev.filigree.app.sparsify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What an unfinished run must remember beside the state of its training, so that it can go on. In the run's folder while
 * recovery lasts.
 *
 * @param settings  what it was started with
 * @param steps     of recovery, as measured or asked
 * @param footprint of the method
 * @param quality   found so far, by name
 * @param curve     quality during recovery so far
 */
public record RunState(Settings settings, long steps, String footprint, Map<String, Quality> quality, List<Outcome.Point> curve) {

    private static final String FILE = "run.json";
    private static final String TRAINING = "recovery.safetensors";
    /** A file of an older Filigree may lack a setting; then its run cannot go on. */
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

    /** Where the state of the training is kept. */
    static Path training(Path folder) {
        return folder.resolve(TRAINING);
    }

    /** Whether the folder holds an unfinished run. */
    public static boolean unfinished(Path folder) {
        return Files.exists(folder.resolve(FILE)) && Files.exists(training(folder));
    }

    void write(Path folder) {
        try {
            AtomicFile.write(folder.resolve(FILE), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads what {@link #write} wrote. */
    public static RunState read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!unfinished(folder)) {
            throw new UserError(folder + ": holds no unfinished run; expected the folder of a sparsify that was interrupted while it recovered");
        }
        try {
            RunState state = JSON.readValue(Files.readString(file, StandardCharsets.UTF_8), RunState.class);
            if (state == null || state.settings == null || state.quality == null || state.curve == null || state.steps < 1) {
                throw new UserError(file + ": is incomplete, expected settings, steps, quality and curve; start anew in another folder");
            }
            return state;
        } catch (JsonProcessingException e) {
            throw new UserError(file + ": is damaged (" + e.getOriginalMessage() + "); start anew in another folder", e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** Forgets an unfinished run, when it has ended. */
    static void clear(Path folder) {
        try {
            Files.deleteIfExists(folder.resolve(FILE));
            Files.deleteIfExists(training(folder));
        } catch (IOException e) {
            throw new UserError(folder + ": the finished run's state could not be removed (" + e.getMessage() + "); delete run.json and " + TRAINING, e);
        }
    }
}
