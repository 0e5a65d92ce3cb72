package dev.filigree.app.sparsify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunStateTest {

    private static final Settings SETTINGS = new Settings("minilm", "", "80%", "unstructured", "uniform", "sparsegpt", "5m", "held", "both", "fp32", "", "", 1000, "1g", Settings.Judged.NONE, "", 1);
    private static final RunState STATE = new RunState(SETTINGS, 900, "one dense layer at a time", Map.of("dense", new Closeness(1, 1, 0.867)),
            List.of(new Outcome.Point(75, 20.5, 0.84)));

    @Test
    void anUnfinishedRunIsReadAsItWasWritten(@TempDir Path folder) throws IOException {
        Files.createFile(RunState.training(folder));
        STATE.write(folder);
        assertTrue(RunState.unfinished(folder));
        assertEquals(STATE, RunState.read(folder));
        RunState.clear(folder);
        assertFalse(RunState.unfinished(folder));
    }

    @Test
    void aFolderWithoutOneIsOneLine(@TempDir Path folder) {
        assertTrue(assertThrows(UserError.class, () -> RunState.read(folder)).getMessage().contains("no unfinished run"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "null", "{}", "[]", "{\"settings\":null,\"steps\":5}", "{\"steps\":\"x\"}"})
    void aDamagedFileIsOneLine(String content, @TempDir Path folder) throws IOException {
        Files.createFile(RunState.training(folder));
        Files.writeString(folder.resolve("run.json"), content);
        UserError e = assertThrows(UserError.class, () -> RunState.read(folder));
        assertTrue(e.getMessage().contains("run.json") && e.getMessage().lines().count() == 1, e.getMessage());
    }

    @Test
    void impossibleSettingsAreRefusedBeforeAnythingRuns() {
        for (String[] wrong : new String[][] {{"100%", "unstructured", "5m"}, {"70%", "2:4", "5m"}, {"80%", "unstructured", "soon"}, {"80%", "9y9", "5m"}}) {
            Settings s = new Settings("minilm", "", wrong[0], wrong[1], "uniform", "sparsegpt", wrong[2], "held", "both", "fp32", "", "", 10, "1g", Settings.Judged.NONE, "", 1);
            assertThrows(UserError.class, () -> new SparsifyRun(s, Path.of("unused"), 1, dev.filigree.report.Progress.silent()), String.join(" ", wrong));
        }
        Settings s = new Settings("minilm", "", "80%", "unstructured", "uniform", "sparsegpt", "5m", "held", "nothing", "fp32", "", "", 10, "1g", Settings.Judged.NONE, "", 1);
        assertTrue(assertThrows(UserError.class, () -> new SparsifyRun(s, Path.of("unused"), 1, dev.filigree.report.Progress.silent())).getMessage().contains("'nothing', expected both"));
    }

    @Test
    void aStateThatLacksASettingIsRefused(@TempDir Path folder) throws IOException {
        Files.createFile(RunState.training(folder));
        STATE.write(folder);
        Path file = folder.resolve("run.json");
        Files.writeString(file, Files.readString(file).replaceAll("\"teach\" : \"[^\"]*\",", ""));
        String message = assertThrows(UserError.class, () -> RunState.read(folder)).getMessage();
        assertTrue(message.contains("teach") && message.contains("start anew") && message.lines().count() == 1, message);
    }
}
