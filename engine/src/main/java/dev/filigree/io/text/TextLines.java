package dev.filigree.io.text;

import dev.filigree.base.UserError;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** UTF-8 lines of a plain or gzip-compressed file (told apart by the first two bytes, not by the name). */
public final class TextLines {

    /** A line that is megabytes long is not a sentence: most likely the file is not text at all. */
    private static final int LONGEST_LINE = 1 << 20;

    /** Receives a line without its end, and its number counted from 1. */
    @FunctionalInterface
    public interface Sink {
        void line(String text, int number);
    }

    private TextLines() {
    }

    /** @throws UserError the file is absent or unreadable, or as {@link #forEach(InputStream, String, Sink)} */
    public static void forEach(Path file, Sink sink) {
        if (Files.isDirectory(file)) {
            throw new UserError(file + ": is a folder, expected a text file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            forEach(in, file.toString(), sink);
        } catch (NoSuchFileException e) {
            throw new UserError(file + ": no such file", e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /**
     * Hands every line to {@code sink}.
     *
     * @throws UserError the bytes are not UTF-8, the compressed data is damaged or cut off, or a line is absurdly long;
     *     the message names {@code name} and the line
     */
    static void forEach(InputStream in, String name, Sink sink) {
        int number = 1;
        try {
            BufferedInputStream bytes = new BufferedInputStream(in, 1 << 16);
            bytes.mark(2);
            boolean gzip = bytes.read() == 0x1f && bytes.read() == 0x8b;
            bytes.reset();
            InputStream plain = gzip ? new GZIPInputStream(bytes, 1 << 16) : bytes;
            // A decoder made by hand reports malformed bytes; the one made from a Charset would replace them silently.
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8.newDecoder()));
            StringBuilder line = new StringBuilder();
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                if (c == '\n') {
                    sink.line(withoutReturn(line), number++);
                    line.setLength(0);
                } else if (line.length() == LONGEST_LINE) {
                    throw new UserError(at(name, number) + "longer than " + LONGEST_LINE
                            + " characters, expected text with a sentence on each line");
                } else if (c != '\uFEFF' || number > 1 || !line.isEmpty()) { // a byte-order mark is not text
                    line.append((char) c);
                }
            }
            if (!line.isEmpty()) {
                sink.line(withoutReturn(line), number);
            }
        } catch (CharacterCodingException e) {
            throw new UserError(name + ": found bytes that are not UTF-8 at or soon after line " + number
                    + ", expected UTF-8 text (convert the file)", e);
        } catch (EOFException | ZipException e) {
            throw new UserError(name + ": the gzip data is damaged or cut off after line " + (number - 1)
                    + " (fetch or compress the file again)", e);
        } catch (IOException e) {
            throw new UserError(at(name, number) + "cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** The start of every message about a line. */
    public static String at(String name, int number) {
        return name + ": line " + number + ": ";
    }

    private static String withoutReturn(StringBuilder line) {
        int end = line.length();
        return line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
    }
}
