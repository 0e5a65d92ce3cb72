package dev.filigree.app.cli;

import dev.filigree.base.UserError;
import dev.filigree.report.Units;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Any throwable as one line for the person at the keyboard. */
final class Faults {

    private Faults() {
    }

    static String line(Throwable e) {
        String line = switch (e) {
            case UserError u -> u.getMessage();
            case UncheckedIOException u -> line(u.getCause());
            case NoSuchFileException f -> f.getFile() + ": there is no such file or folder";
            case AccessDeniedException f -> f.getFile() + ": this user may not read or write it";
            case FileAlreadyExistsException f -> f.getFile() + ": it already exists";
            case NotDirectoryException f -> f.getFile() + ": expected a folder";
            case FileSystemException f -> f.getFile() + ": " + (f.getReason() == null ? "cannot be read or written" : f.getReason());
            case OutOfMemoryError o -> "not enough memory: the heap may grow to " + Units.bytes(Runtime.getRuntime().maxMemory())
                    + "; set FILIGREE_JAVA_OPTIONS=-Xmx4g (or more), or use a smaller model or batch";
            default -> "unexpected " + e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
        };
        return line.replaceAll("\\s*\\R\\s*", " ");
    }
}
