package dev.filigree.app.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The folder of a run: its settings, how its weights began, its state, and what it found. */
public record TrainFolder(Path path) {

    private static final String SETTINGS = "train.json";
    private static final String PLAN = "plan.json";
    private static final String STATE = "state.safetensors";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The whole state of the training, replaced in one move. */
    Path state() {
        return path.resolve(STATE);
    }

    /** Whether a run was begun here. */
    public boolean begun() {
        return Files.exists(path.resolve(SETTINGS));
    }

    /** Whether a run has ended here. */
    public boolean ended() {
        return Files.exists(path.resolve("report.json"));
    }

    void write(TrainSettings settings) {
        write(SETTINGS, settings);
    }

    /** Keeps how weights were held when the run began. */
    void write(List<TrainOutcome.Layer> plan) {
        write(PLAN, plan);
    }

    private void write(String file, Object content) {
        try {
            AtomicFile.write(path.resolve(file), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How weights were held when the run here began. */
    List<TrainOutcome.Layer> plan() {
        Path file = path.resolve(PLAN);
        return Files.exists(file) ? read(file, new TypeReference<>() { }) : List.of();
    }

    /** What the run here was started with. */
    public TrainSettings settings() {
        Path file = path.resolve(SETTINGS);
        if (!begun()) {
            throw new UserError(path + ": holds no run; expected the folder of a filigree train");
        }
        return read(file, new TypeReference<>() { });
    }

    private static <T> T read(Path file, TypeReference<T> type) {
        try {
            T found = JSON.readValue(Files.readString(file, StandardCharsets.UTF_8), type);
            if (found == null) {
                throw new UserError(file + ": is empty; start anew in another folder");
            }
            return found;
        } catch (ValueInstantiationException e) {
            throw new UserError(file + ": lacks settings of a run; start anew in another folder", e);
        } catch (JsonProcessingException e) {
            throw new UserError(file + ": is damaged (" + e.getOriginalMessage() + "); start anew in another folder", e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }
}
