package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import org.junit.jupiter.api.function.Executable;

/** What a person may see when a file is bad: one line that names it. */
final class Fault {

    private Fault() {
    }

    /** Runs {@code action}, which must fail with one line that mentions all {@code words}; returns the line. */
    static String of(Executable action, String... words) {
        String line = assertThrows(UserError.class, action).getMessage();
        requireOneLine(line);
        for (String word : words) {
            assertTrue(line.contains(word), () -> "expected \"" + word + "\" in: " + line);
        }
        return line;
    }

    static void requireOneLine(String line) {
        assertTrue(line != null && !line.isBlank() && line.chars().noneMatch(c -> Character.isISOControl(c)), () -> "not one line: " + line);
    }
}
