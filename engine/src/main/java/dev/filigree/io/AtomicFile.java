package dev.filigree.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Files that are there whole or not at all: written beside the target, forced to the disk, then moved over it. A crash
 * or a full disk leaves the old file as it was.
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
        Path absolute = target.toAbsolutePath();
        Path partial = null;
        try {
            createFolder(absolute.getParent());
            partial = absolute.resolveSibling("." + absolute.getFileName() + "." + ProcessHandle.current().pid() + "-"
                    + Thread.currentThread().threadId() + ".partial");
            try (FileChannel out = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                content.writeTo(out);
                out.force(true);
            }
            move(partial, absolute);
        } catch (IOException e) {
            throw Faults.writing(target, e);
        } finally {
            discard(partial);
        }
    }

    public static void write(Path target, byte[] bytes) {
        write(target, out -> writeFully(out, ByteBuffer.wrap(bytes)));
    }

    /** Creates a folder and its parents; a UserError names it when that fails. */
    public static void createFolders(Path folder) {
        try {
            createFolder(folder.toAbsolutePath());
        } catch (IOException e) {
            throw Faults.writing(folder, e);
        }
    }

    static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private static void createFolder(Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(e.getFile() + " is a file, expected a folder", e);
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

    private static void discard(Path partial) {
        if (partial != null) {
            try {
                Files.deleteIfExists(partial);
            } catch (IOException e) {
                // the fault that matters is already on its way; a leftover is named *.partial
            }
        }
    }
}
