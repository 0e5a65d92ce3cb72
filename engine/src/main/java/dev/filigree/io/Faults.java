package dev.filigree.io;

import dev.filigree.base.UserError;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The one-line faults that reading and writing files produce. */
final class Faults {

    private static final int LONGEST_QUOTE = 100;

    private Faults() {
    }

    /** "{@code file: found; advice}" */
    static UserError corrupt(String source, String found) {
        return new UserError(plain(source + ": " + found) + "; the file is damaged or incomplete, get it again");
    }

    /** A well-formed file that holds something Filigree does not take. */
    static UserError unsupported(String source, String found, String advice) {
        return new UserError(plain(source + ": " + found + "; " + advice));
    }

    /** The same fault with the file before it, unless it names the file already. */
    static UserError in(String source, UserError e) {
        return e.getMessage().startsWith(source) ? e : new UserError(plain(source) + ": " + e.getMessage(), e);
    }

    static UserError reading(Path file, IOException e) {
        return new UserError(plain(file.toString()) + ": cannot be read: " + reason(e), e);
    }

    static UserError writing(Path file, IOException e) {
        return new UserError(plain(file.toString()) + ": cannot be written: " + reason(e)
                + "; choose another folder or free some space", e);
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file or folder";
            case FileNotFoundException _ -> "no such file or folder";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException f when f.getReason() != null -> plain(f.getReason());
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : plain(e.getMessage());
        };
    }

    /** A name from a file in quotes, fit for one line: control characters escaped, long ones cut. */
    static String quote(String text) {
        return '"' + plain(text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "..." : text) + '"';
    }

    private static String plain(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.chars().forEach(c -> {
            if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                out.append(String.format("\\u%04x", c));
            } else {
                out.append((char) c);
            }
        });
        return out.toString();
    }
}
