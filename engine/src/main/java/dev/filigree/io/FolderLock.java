package dev.filigree.io;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Holds a folder, so that two programs, or two parts of one, never write into it at once. The system frees it when the process
 * dies, however it dies; the file stays and says which process had it last.
 */
public final class FolderLock implements AutoCloseable {

    /** The file that is locked. */
    public static final String FILE = ".lock";

    /**
     * Folders that this process holds. A lock belongs to the process, and where the file is opened and closed a second time it is
     * lost on most systems: so a second holder must be refused before it opens the file.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final Path key;
    private final FileChannel channel;

    private FolderLock(Path folder, Path key, FileChannel channel) {
        this.folder = folder;
        this.key = key;
        this.channel = channel;
    }

    /**
     * Creates {@code folder} when it is missing and takes it.
     *
     * @param taken what to say, after the folder's name, when somebody has it
     */
    public static FolderLock take(Path folder, String taken) {
        Path key = null;
        FileChannel channel = null;
        boolean done = false;
        try {
            Files.createDirectories(folder);
            Path real = folder.toRealPath();
            if (!HELD.add(real)) {
                throw new UserError(folder + ": " + taken);
            }
            key = real;
            channel = FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new UserError(folder + ": " + taken + holder(folder));
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
            done = true;
            return new FolderLock(folder, key, channel);
        } catch (IOException e) {
            throw Faults.writing(folder, e);
        } finally {
            if (!done) {
                free(key, channel);
            }
        }
    }

    private static String holder(Path folder) {
        try {
            String pid = Files.readString(folder.resolve(FILE)).strip();
            return pid.matches("\\d{1,19}") ? " (process " + pid + ")" : "";
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        try {
            if (holdsNothingElse()) { // who failed before writing leaves no trace
                Files.delete(folder.resolve(FILE));
                Files.delete(folder);
            } // else the file stays: deleting it would let two lock two files of one name
        } catch (IOException e) {
            // the lock goes with the process
        }
        free(key, channel);
    }

    private static void free(Path key, FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // the lock goes with the process
        }
        if (key != null) {
            HELD.remove(key);
        }
    }

    private boolean holdsNothingElse() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.allMatch(f -> f.getFileName().toString().equals(FILE));
        }
    }
}
