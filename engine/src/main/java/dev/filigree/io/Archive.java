package dev.filigree.io;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** A jar or zip that holds a model. Sizes are checked against the compressed sizes before memory is taken for them. */
final class Archive implements AutoCloseable {

    /** Weights compress hardly and vocabularies about fivefold; beyond this an entry is a bomb. */
    private static final long HIGHEST_RATIO = 200;
    private static final int CHUNK = 1 << 20;

    private final Path file;
    private final ZipFile zip;

    Archive(Path file) {
        this.file = file;
        try {
            if (!Files.isRegularFile(file)) {
                throw Faults.unsupported(file.toString(), "does not exist or is not a file", "expected a jar");
            }
            this.zip = new ZipFile(file.toFile());
        } catch (ZipException | IllegalArgumentException e) {
            throw Faults.corrupt(file.toString(), "is not a sound jar (" + e.getMessage() + ")");
        } catch (IOException e) {
            throw Faults.reading(file, e);
        }
    }

    /** The name of the only entry that ends with {@code suffix}. */
    String only(String suffix) {
        List<String> names = zip.stream().map(ZipEntry::getName).filter(n -> n.endsWith(suffix)).limit(2).toList();
        if (names.size() != 1) {
            throw Faults.unsupported(file.toString(), (names.isEmpty() ? "holds no entry" : "holds several entries")
                    + " named *" + suffix, "expected exactly one");
        }
        return names.getFirst();
    }

    /** The file and the entry, for messages. */
    String source(String name) {
        return file + "!/" + name;
    }

    /** The bytes of an entry in native memory. */
    MemorySegment load(String name, long longest, Arena arena) {
        ZipEntry entry = zip.getEntry(name);
        long size = entry.getSize();
        if (size < 0 || size > longest || size > HIGHEST_RATIO * Math.max(CHUNK, entry.getCompressedSize())) {
            throw Faults.corrupt(source(name), "claims " + size + " bytes, expected at most " + longest + " and at most "
                    + HIGHEST_RATIO + " times its compressed size");
        }
        MemorySegment out = arena.allocate(Math.max(1, size), 64).asSlice(0, size);
        byte[] buffer = new byte[CHUNK];
        long at = 0;
        try (InputStream in = zip.getInputStream(entry)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (n > size - at) {
                    throw Faults.corrupt(source(name), "is longer than the " + size + " bytes it claims");
                }
                MemorySegment.copy(buffer, 0, out, ValueLayout.JAVA_BYTE, at, n);
                at += n;
            }
        } catch (IOException e) {
            throw Faults.corrupt(source(name), "cannot be unpacked (" + e.getMessage() + ")");
        }
        if (at != size) {
            throw Faults.corrupt(source(name), "ends after " + at + " of " + size + " bytes");
        }
        return out;
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw Faults.reading(file, e);
        }
    }
}
