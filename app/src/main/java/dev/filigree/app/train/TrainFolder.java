package dev.filigree.app.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder of a run: its settings, its state, and what it found. */
public record TrainFolder(Path path) {

    private static final String SETTINGS = "train.json";
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
        try {
            AtomicFile.write(path.resolve(SETTINGS), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(settings));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the run here was started with. */
    public TrainSettings settings() {
        Path file = path.resolve(SETTINGS);
        if (!begun()) {
            throw new UserError(path + ": holds no run; expected the folder of a filigree train");
        }
        try {
            TrainSettings settings = JSON.readValue(Files.readString(file, StandardCharsets.UTF_8), TrainSettings.class);
            if (settings == null) {
                throw new UserError(file + ": is empty; start anew in another folder");
            }
            return settings;
        } catch (JsonProcessingException e) {
            throw new UserError(file + ": is damaged (" + e.getOriginalMessage() + "); start anew in another folder", e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }
}
