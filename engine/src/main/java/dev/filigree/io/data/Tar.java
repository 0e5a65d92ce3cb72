package dev.filigree.io.data;

import dev.filigree.base.UserError;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** Tape archives (POSIX ustar and GNU's long names), packed with gzip or not, read once from end to end. */
public final class Tar implements AutoCloseable {

    private static final int BLOCK = 512;
    private static final int SUM = 148; // eight characters that count as spaces in the sum
    private static final int LONGEST_NAME = 1 << 12;
    private static final int LARGEST = 1 << 28;

    private final Path file;
    private final InputStream in;

    /** A file of an archive. */
    public record Entry(String name, byte[] content) {
    }

    /** Begins to read an archive. */
    public Tar(Path file) {
        this.file = file;
        InputStream raw = null;
        try {
            raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
            this.in = file.toString().endsWith("gz") ? new BufferedInputStream(new GZIPInputStream(raw, 1 << 16), 1 << 16) : raw;
        } catch (IOException e) {
            closeQuietly(raw);
            throw fault(e);
        }
    }

    /** Is shown every file. */
    interface Visitor {
        /** @param content has exactly {@code size} bytes, which need not be read */
        void file(String name, InputStream content, int size) throws IOException;
    }

    static void read(Path file, Visitor visitor) {
        try (Tar tar = new Tar(file)) {
            for (Entry e = tar.next(); e != null; e = tar.next()) {
                visitor.file(e.name, new ByteArrayInputStream(e.content), e.content.length);
            }
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage());
        }
    }

    /** The next file, or null after the last. */
    public Entry next() {
        try {
            return entry();
        } catch (IOException e) {
            throw fault(e);
        }
    }

    private UserError fault(IOException e) {
        return new UserError(e instanceof EOFException ? file + ": the archive ends too early; it was cut off, get it again"
                : file + ": cannot be read: " + (e instanceof NoSuchFileException ? "there is no such file" : e.getMessage()), e);
    }

    private Entry entry() throws IOException {
        String longName = null;
        for (byte[] head = in.readNBytes(BLOCK); head.length > 0; head = in.readNBytes(BLOCK)) {
            if (head.length < BLOCK) {
                throw new EOFException();
            }
            if (head[0] == 0) {
                return null; // blocks of zeros end an archive
            }
            check(file, head);
            int size = octal(file, head, 124, 12);
            if (size > LARGEST) {
                throw new UserError(file + ": " + name(head) + " has " + size + " bytes, expected at most " + LARGEST);
            }
            char kind = (char) head[156];
            if (kind == 'L') {
                longName = text(in.readNBytes(Math.min(size, LONGEST_NAME)), 0, Math.min(size, LONGEST_NAME));
                in.skipNBytes(padded(size) - Math.min(size, LONGEST_NAME));
                continue;
            }
            if (kind == '0' || kind == 0) {
                byte[] content = in.readNBytes(size);
                if (content.length < size) {
                    throw new EOFException();
                }
                in.skipNBytes(padded(size) - size);
                return new Entry(longName == null ? name(head) : longName, content);
            }
            in.skipNBytes(padded(size));
            longName = null;
        }
        throw new EOFException();
    }

    @Override
    public void close() {
        closeQuietly(in);
    }

    private static void closeQuietly(InputStream in) {
        try {
            if (in != null) {
                in.close();
            }
        } catch (IOException e) {
            // nothing was written
        }
    }

    private static int padded(int size) {
        return Math.ceilDiv(size, BLOCK) * BLOCK;
    }

    private static void check(Path file, byte[] head) {
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= SUM && i < SUM + 8 ? ' ' : head[i] & 0xff;
        }
        if (sum != octal(file, head, SUM, 8)) {
            throw new UserError(file + ": found the header of an entry with a wrong checksum, expected a tape archive (tar, tar.gz)");
        }
    }

    private static int octal(Path file, byte[] head, int from, int length) {
        String digits = text(head, from, length).trim();
        try {
            return digits.isEmpty() ? 0 : Integer.parseInt(digits, 8);
        } catch (NumberFormatException e) {
            throw new UserError(file + ": found '" + digits.replaceAll("[^ -~]", "?") + "' where a tape archive has an octal number, expected a tar or tar.gz");
        }
    }

    private static String name(byte[] head) {
        String prefix = text(head, 345, 155);
        return (prefix.isEmpty() ? "" : prefix + "/") + text(head, 0, 100);
    }

    private static String text(byte[] bytes, int from, int length) {
        int end = from;
        while (end < from + length && bytes[end] != 0) {
            end++;
        }
        return new String(Arrays.copyOfRange(bytes, from, end), StandardCharsets.UTF_8);
    }
}
