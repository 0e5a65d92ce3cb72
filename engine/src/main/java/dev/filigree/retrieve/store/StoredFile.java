package dev.filigree.retrieve.store;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * A file that a manifest names.
 *
 * @param name   below its folder, parts divided by /
 * @param bytes  its size
 * @param crc32c checksum of all of it
 */
record StoredFile(String name, long bytes, int crc32c) {

    private static final long CHUNK = 1 << 26;

    StoredFile {
        if (name == null || name.isEmpty() || name.startsWith("/") || name.contains("\\") || name.contains("\0") || ("/" + name + "/").contains("/../") || bytes < 0) {
            throw new IllegalArgumentException("a file is named " + name + " and has " + bytes + " bytes");
        }
    }

    /** A file, or a folder's file, as it is now. */
    static StoredFile of(Path folder, String name) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment bytes = mapped(folder.resolve(name), arena);
            return new StoredFile(name, bytes.byteSize(), crc(bytes));
        } catch (IOException e) {
            throw unreadable(folder.resolve(name), e);
        }
    }

    /** Makes sure that the file is what was written; a UserError names it when it is not. */
    void verify(Path folder) {
        Path file = folder.resolve(name);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment found = mapped(file, arena);
            if (found.byteSize() != bytes) {
                throw new UserError(file + ": has " + found.byteSize() + " bytes, expected " + bytes
                        + "; it was cut off or written over: restore this file, or index the collection again");
            }
            check(file, crc(found));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** The bytes of a small file, verified. */
    byte[] read(Path folder) {
        Path file = folder.resolve(name);
        try {
            byte[] found = Files.readAllBytes(file);
            if (found.length != bytes) {
                throw new UserError(file + ": has " + found.length + " bytes, expected " + bytes
                        + "; it was cut off or written over: restore this file, or index the collection again");
            }
            check(file, crc(MemorySegment.ofArray(found)));
            return found;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private void check(Path file, int found) {
        if (found != crc32c) {
            throw new UserError(file + String.format(": has the checksum %08x, expected %08x; it was altered: restore this file, or index the collection again", found, crc32c));
        }
    }

    private static MemorySegment mapped(Path file, Arena arena) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            return in.map(FileChannel.MapMode.READ_ONLY, 0, in.size(), arena);
        }
    }

    static int crc(MemorySegment bytes) {
        CRC32C sum = new CRC32C();
        for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
            sum.update(bytes.asSlice(at, Math.min(CHUNK, bytes.byteSize() - at)).asByteBuffer());
        }
        return (int) sum.getValue();
    }

    static UserError unreadable(Path file, IOException e) {
        String reason = switch (e) {
            case NoSuchFileException _ -> "is missing; restore this file, or index the collection again";
            case FileSystemException f when f.getReason() != null -> "cannot be read: " + f.getReason();
            default -> "cannot be read: " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        };
        return new UserError(file + ": " + reason, e);
    }
}
