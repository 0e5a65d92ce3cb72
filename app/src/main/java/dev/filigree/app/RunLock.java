package dev.filigree.app;

import dev.filigree.io.FolderLock;
import java.nio.file.Path;

/** Holds a run's folder, so that two runs never write into one. The system frees it when the process dies. */
public record RunLock(FolderLock lock) implements AutoCloseable {

    /** Creates {@code folder} when it is missing and takes it, or says who has it. */
    public static RunLock take(Path folder) {
        return new RunLock(FolderLock.take(folder, "another run is writing into this folder; wait for it, or give another --out"));
    }

    @Override
    public void close() {
        lock.close();
    }
}
