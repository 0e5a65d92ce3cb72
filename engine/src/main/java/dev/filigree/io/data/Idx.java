package dev.filigree.io.data;

import dev.filigree.base.UserError;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** The IDX files of the MNIST family: a magic number with the number of dimensions, big-endian sizes, then bytes; packed with gzip or not. */
final class Idx {

    private static final int MOST = 1 << 30;
    private static final int GZIP = 0x1f8b;

    private Idx() {
    }

    /** What a file holds. */
    record Bytes(int[] sizes, byte[] values) {
    }

    /** Reads a file of bytes with so many dimensions. */
    static Bytes read(Path file, int dimensions) {
        try (InputStream raw = open(file); DataInputStream in = new DataInputStream(raw)) {
            return read(file.toString(), in, dimensions);
        } catch (EOFException e) {
            throw new UserError(file + ": the file ends too early; it was cut off, get it again");
        } catch (ZipException e) {
            throw new UserError(file + ": is damaged (" + e.getMessage() + "); get it again");
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage());
        }
    }

    /** The same from a stream that is not packed. */
    static Bytes read(String name, DataInputStream in, int dimensions) throws IOException {
        int magic = in.readInt();
        int expected = 0x0800 | dimensions;
        if (magic != expected) {
            throw new UserError(String.format("%s: found magic number %08x, expected %08x (IDX, bytes, %d dimensions)", name, magic, expected, dimensions));
        }
        int[] sizes = new int[dimensions];
        long total = 1;
        for (int i = 0; i < dimensions; i++) {
            sizes[i] = in.readInt();
            total = sizes[i] < 1 ? -1 : Math.multiplyExact(total, sizes[i]);
            if (total < 1 || total > MOST) {
                throw new UserError(name + ": dimension " + i + " is " + sizes[i] + ", expected sizes of at least 1 and at most " + MOST + " values in all");
            }
        }
        byte[] values = in.readNBytes((int) total);
        if (values.length != total) {
            throw new UserError(name + ": holds " + values.length + " values, its header promises " + total + "; it was cut off, get it again");
        }
        if (in.read() >= 0) {
            throw new UserError(name + ": goes on after the " + total + " values that its header promises");
        }
        return new Bytes(sizes, values);
    }

    /** A file's bytes, unpacked when it is packed with gzip. */
    static InputStream open(Path file) throws IOException {
        BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        in.mark(2);
        int first = in.read() << 8 | in.read();
        in.reset();
        return first == GZIP ? new GZIPInputStream(in, 1 << 16) : in;
    }
}
