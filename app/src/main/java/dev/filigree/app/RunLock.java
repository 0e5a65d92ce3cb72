package dev.filigree.app;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** Holds a run's folder, so that two runs never write into one. The system frees it when the process dies. */
public final class RunLock implements AutoCloseable {

    private static final String FILE = ".lock";

    private final Path folder;
    private final FileChannel channel;

    private RunLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** Creates {@code folder} when it is missing and takes it, or says who has it. */
    public static RunLock take(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new UserError(folder + ": another run is writing into this folder; wait for it, or give another --out");
            }
            return new RunLock(folder, channel);
        } catch (IOException e) {
            throw new UserError(folder + ": cannot be written (" + e.getMessage() + "); give another --out", e);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this very process holds it
        }
    }

    @Override
    public void close() {
        try {
            if (holdsNothingElse()) { // a run that failed before it wrote leaves no trace
                Files.delete(folder.resolve(FILE));
                Files.delete(folder);
            }
            channel.close(); // otherwise the file stays: deleting it would let two runs lock two files of one name
        } catch (IOException e) {
            // the lock goes with the process
        }
    }

    private boolean holdsNothingElse() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.allMatch(f -> f.getFileName().toString().equals(FILE));
        }
    }
}
