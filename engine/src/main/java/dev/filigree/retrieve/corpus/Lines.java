package dev.filigree.retrieve.corpus;

import dev.filigree.base.UserError;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** The lines of a file in UTF-8, packed with gzip or not, one after the other. Faults name the file and the line. */
final class Lines implements AutoCloseable {

    /** A document in a line may be long, but not so long: most likely the file is no text at all. */
    private static final int LONGEST = 1 << 26;

    private final String name;
    private final InputStream in;
    private byte[] line = new byte[1 << 10];
    private int number;

    /** @param in is closed with this */
    Lines(String name, InputStream in) {
        this.name = name;
        try {
            BufferedInputStream bytes = new BufferedInputStream(in, 1 << 16);
            bytes.mark(2);
            boolean gzip = bytes.read() == 0x1f && bytes.read() == 0x8b;
            bytes.reset();
            this.in = gzip ? new BufferedInputStream(new GZIPInputStream(bytes, 1 << 16), 1 << 16) : bytes;
        } catch (IOException e) {
            throw fault(e);
        }
    }

    /** The next line without its end, or null at the end of the file. */
    String next() {
        int size = 0;
        try {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            number++;
            for (; b >= 0 && b != '\n'; b = in.read()) {
                if (size == LONGEST) {
                    throw new UserError(where() + ": is longer than " + LONGEST + " bytes, expected lines of text");
                }
                if (size == line.length) {
                    line = Arrays.copyOf(line, 2 * size);
                }
                line[size++] = (byte) b;
            }
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line, 0, size > 0 && line[size - 1] == '\r' ? size - 1 : size)).toString();
            return number == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text; // a byte-order mark is not text
        } catch (CharacterCodingException e) {
            throw new UserError(where() + ": found bytes that are not UTF-8, expected UTF-8 text; convert the file", e);
        } catch (IOException e) {
            throw fault(e);
        }
    }

    /** The file and the line that was read last. */
    String where() {
        return name + ": line " + number;
    }

    int number() {
        return number;
    }

    /** What was found, in quotes, fit for one line of a message. */
    static String quote(String text) {
        String plain = text.length() > 60 ? text.substring(0, 60) + "..." : text;
        return '"' + plain.replaceAll("[\\p{Cntrl}\\x{80}-\\x{9f}\\x{2028}\\x{2029}]", " ") + '"';
    }

    private UserError fault(IOException e) {
        return e instanceof EOFException || e instanceof ZipException
                ? new UserError(name + ": the gzip data is damaged or cut off after line " + number + "; get it again", e)
                : new UserError(name + ": cannot be read after line " + number + ": " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            // nothing was written
        }
    }
}
