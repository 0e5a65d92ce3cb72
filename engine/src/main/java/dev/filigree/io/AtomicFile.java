package dev.filigree.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Files that are there whole or not at all: written beside the target, forced to the disk, then moved over it. A crash
 * or a full disk leaves the old files as they were.
 */
public final class AtomicFile {

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(FileChannel out) throws IOException;
    }

    private AtomicFile() {
    }

    /** Replaces {@code target}; a UserError names it when that fails, and nothing is left behind. */
    public static void write(Path target, Content content) {
        writeAll(new LinkedHashMap<>(Map.of(target, content)));
    }

    public static void write(Path target, byte[] bytes) {
        write(target, of(bytes));
    }

    static Content of(byte[] bytes) {
        return out -> writeFully(out, ByteBuffer.wrap(bytes));
    }

    /**
     * Replaces several files: all of them are on the disk beside their targets before the first one is moved, in the
     * order given. When that fails nothing is left behind, folders that were made for them included.
     */
    public static void writeAll(SequencedMap<Path, Content> files) {
        Map<Path, Path> partials = new LinkedHashMap<>();
        Deque<Path> madeFolders = new ArrayDeque<>();
        Path current = null;
        boolean done = false;
        try {
            for (Map.Entry<Path, Content> file : files.entrySet()) {
                current = file.getKey();
                Path target = current.toAbsolutePath();
                createFolders(target.getParent(), madeFolders);
                Path partial = target.resolveSibling("." + target.getFileName() + "." + ProcessHandle.current().pid() + "-"
                        + Thread.currentThread().threadId() + ".partial");
                partials.put(target, partial);
                try (FileChannel out = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
                    file.getValue().writeTo(out);
                    out.force(true);
                }
            }
            for (Map.Entry<Path, Path> file : partials.entrySet()) {
                current = file.getKey();
                move(file.getValue(), file.getKey());
            }
            done = true;
        } catch (IOException e) {
            throw Faults.writing(current, e);
        } finally {
            if (!done) {
                partials.values().forEach(AtomicFile::discard);
                madeFolders.forEach(AtomicFile::discard);
            }
        }
    }

    /** Creates a folder and its parents; a UserError names it when that fails. */
    public static void createFolders(Path folder) {
        try {
            createFolders(folder.toAbsolutePath(), new ArrayDeque<>());
        } catch (IOException e) {
            throw Faults.writing(folder, e);
        }
    }

    /**
     * Makes sure that what was created, moved and deleted in a folder is on the disk; where the system does not let folders be
     * opened (Windows) it does so by itself.
     */
    public static void force(Path folder) {
        try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
            opened.force(true);
        } catch (ClosedByInterruptException e) {
            throw Faults.writing(folder, e);
        } catch (IOException e) {
            // no system that opens folders refuses to force them
        }
    }

    /** Puts every folder that had to be made in front of {@code made}, the deepest first. */
    private static void createFolders(Path folder, Deque<Path> made) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        if (folder.getParent() != null) {
            createFolders(folder.getParent(), made);
        }
        try {
            Files.createDirectory(folder);
            made.push(folder);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) { // else another process was faster
                throw new IOException(folder + " is a file, expected a folder", e);
            }
        }
    }

    static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private static void move(Path partial, Path target) throws IOException {
        if (Files.isDirectory(target)) {
            throw new IOException("it is a folder, expected a file");
        }
        try {
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Deletes a file, or a folder that is empty. */
    private static void discard(Path leftover) {
        try {
            Files.deleteIfExists(leftover);
        } catch (IOException e) {
            // the fault that matters is already on its way; a leftover is named *.partial
        }
    }
}
