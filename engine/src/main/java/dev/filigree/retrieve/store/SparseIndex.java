package dev.filigree.retrieve.store;

import dev.filigree.retrieve.Effort;
import dev.filigree.retrieve.SparseVector;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An index in a folder, opened to be searched. Many threads may search at once; none of them ever waits, neither for another nor for an
 * {@link IndexWriter}, in this process or another one. What a writer commits is seen after {@link #refresh}. Vectors, lists, ids and contents
 * lie in mapped files outside of the heap.
 */
public final class SparseIndex implements AutoCloseable {

    private final Path folder;
    private volatile View view; // null once it is closed

    private SparseIndex(Path folder, View view) {
        this.folder = folder;
        this.view = view;
    }

    /**
     * Opens the state that was committed last, and verifies the checksum of every file.
     *
     * @throws dev.filigree.base.UserError naming the folder when it holds no index, or the file that is missing, cut off or altered
     */
    public static SparseIndex open(Path folder) {
        return new SparseIndex(folder, View.open(folder, null));
    }

    /** Shows what was committed meanwhile, if anything was; files that are known are not opened again. Snapshots in use stay as they are. */
    public synchronized boolean refresh() {
        View before = view;
        if (before == null) {
            throw closed();
        }
        if (Manifest.read(folder).commit() == before.manifest().commit()) {
            return false;
        }
        view = View.open(folder, before);
        before.release();
        return true;
    }

    /** The state that is shown now. Close it when it is no longer needed. */
    public Snapshot snapshot() {
        while (true) {
            View v = view;
            if (v == null) {
                throw closed();
            }
            if (v.hold()) { // else a refresh has just replaced it
                return new Snapshot(v);
            }
        }
    }

    /** The {@code k} best documents, nearly all of them, with ids and contents. */
    public List<Hit> search(SparseVector query, int k) {
        try (Snapshot s = snapshot()) {
            return s.read(s.search(query, k, Effort.STANDARD));
        }
    }

    /** The folder in which the {@link dev.filigree.retrieve.TextEncoding} of this index was saved, if it was. */
    public Optional<Path> encoding() {
        View v = view;
        if (v == null) {
            throw closed();
        }
        return v.manifest().encodingFolder(folder);
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("the index is closed");
    }

    /** Snapshots in use stay as they are; memory is freed when the last of them is closed. */
    @Override
    public synchronized void close() {
        View v = view;
        view = null;
        if (v != null) {
            v.release();
        }
    }
}
