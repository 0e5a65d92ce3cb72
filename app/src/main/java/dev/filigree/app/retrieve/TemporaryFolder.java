package dev.filigree.app.retrieve;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder for files that nobody needs afterwards. */
public record TemporaryFolder(Path path) implements AutoCloseable {

    /** A new one where this system has room for such. */
    public static TemporaryFolder make() {
        try {
            return new TemporaryFolder(Files.createTempDirectory("filigree-retrieve"));
        } catch (IOException e) {
            throw new UserError(System.getProperty("java.io.tmpdir") + ": cannot be written: " + e.getMessage() + "; free some space or name another folder in java.io.tmpdir", e);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            // what is left lies in a folder for temporary files
        }
    }
}
