package dev.filigree.io;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

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
        try (InputStream in = zip.getInputStream(entry)) {
            fill(out, in, source(name));
        } catch (IOException e) {
            throw Faults.corrupt(source(name), "cannot be unpacked (" + e.getMessage() + ")");
        }
        return out;
    }

    /** Files of an archive that is itself an entry, which is read once from end to end. */
    Map<String, MemorySegment> nested(String name, List<String> wanted, long longest, Arena arena) {
        Map<String, MemorySegment> found = new HashMap<>();
        long left = Math.min(longest, zip.getEntry(name).getSize());
        try (ZipInputStream in = new ZipInputStream(zip.getInputStream(zip.getEntry(name)))) {
            for (ZipEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                if (!wanted.contains(e.getName())) {
                    continue;
                }
                if (e.getMethod() != ZipEntry.STORED || e.getSize() < 0 || e.getSize() > left) {
                    throw Faults.unsupported(source(name), "holds " + Faults.quote(e.getName()) + " compressed or with " + e.getSize() + " bytes",
                            "expected it as it is, and at most " + left + " bytes");
                }
                left -= e.getSize();
                MemorySegment out = arena.allocate(Math.max(1, e.getSize()), 64).asSlice(0, e.getSize());
                fill(out, in, source(name) + "!/" + e.getName());
                found.put(e.getName(), out);
            }
        } catch (IOException e) {
            throw Faults.corrupt(source(name), "cannot be unpacked (" + e.getMessage() + ")");
        }
        for (String w : wanted) {
            if (!found.containsKey(w)) {
                throw Faults.unsupported(source(name), "holds no " + w, "expected " + String.join(", ", wanted));
            }
        }
        return found;
    }

    /** Reads a stream, which must be just as long, into {@code out}. */
    private static void fill(MemorySegment out, InputStream in, String source) throws IOException {
        byte[] buffer = new byte[CHUNK];
        long at = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            if (n > out.byteSize() - at) {
                throw Faults.corrupt(source, "is longer than the " + out.byteSize() + " bytes it claims");
            }
            MemorySegment.copy(buffer, 0, out, ValueLayout.JAVA_BYTE, at, n);
            at += n;
        }
        if (at != out.byteSize()) {
            throw Faults.corrupt(source, "ends after " + at + " of " + out.byteSize() + " bytes");
        }
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
