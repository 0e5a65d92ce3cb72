package dev.filigree.app;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {

    @Test
    void oneRunAtATime(@TempDir Path temp) {
        Path folder = temp.resolve("out");
        try (RunLock _ = RunLock.take(folder)) {
            UserError e = assertThrows(UserError.class, () -> RunLock.take(folder));
            assertTrue(e.getMessage().contains("another run"), e.getMessage());
        }
        RunLock.take(folder).close();
    }

    @Test
    void aRunThatWroteNothingLeavesNoFolder(@TempDir Path temp) {
        Path folder = temp.resolve("out");
        RunLock.take(folder).close();
        assertFalse(Files.exists(folder));
    }

    @Test
    void whatARunWroteStays(@TempDir Path temp) throws IOException {
        Path folder = temp.resolve("out");
        try (RunLock _ = RunLock.take(folder)) {
            Files.writeString(folder.resolve("model"), "x");
        }
        assertTrue(Files.exists(folder.resolve("model")));
    }

    @Test
    void aFolderThatCannotBeMadeIsOneLine(@TempDir Path temp) throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "x");
        assertThrows(UserError.class, () -> RunLock.take(file.resolve("out")));
    }
}
