package dev.filigree.app.million;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What this process holds in memory, as the system says; Linux only. */
public final class Resident {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String PEAK = "VmHWM:";

    private Resident() {
    }

    /** The most bytes held so far. */
    public static OptionalLong peak() {
        try {
            return Files.lines(STATUS).filter(l -> l.startsWith(PEAK)).mapToLong(l -> 1024 * Long.parseLong(l.replaceAll("\\D", ""))).findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
