package dev.filigree.retrieve.store;

import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.io.FolderLock;
import dev.filigree.retrieve.Document;
import dev.filigree.retrieve.TextEncoding;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Changes an index in a folder. There is one writer at a time, on all processes: a second one is refused, and what a killed one has left is
 * cleared away. Nothing that it does is seen, or survives it, until {@link #commit}; what was committed survives everything, also the loss of power
 * while the next commit is written: files are forced to the disk, then their folders, and then the manifest that names them is moved into place.
 *
 * <p>Vectors and contents of added documents go to the disk at once; in memory are their ids and some thirty bytes for each. Many threads may use
 * one writer. A commit lets others wait while it builds lists, a merge only while it begins and ends.
 *
 * <p>Where a file cannot be written (a full disk, a thread that is interrupted) in adding or committing, the writer is spent: it refuses everything
 * but to be closed, and the last commit stands. A merge that fails changes nothing and leaves the writer as it was, unless it failed with the manifest.
 */
public final class IndexWriter implements AutoCloseable {

    private final Path folder;
    private final MergePolicy policy;
    private final Moments moments;
    private final FolderLock lock;
    private final Parallel parallel;
    private final WrittenSegments segments;
    private final ReentrantLock merging = new ReentrantLock(); // taken before the writer's own lock
    private boolean closed;

    /** Is told what will happen next; a test makes it fail. */
    @FunctionalInterface
    interface Moments {
        void before(String what);
    }

    private IndexWriter(Path folder, IndexSettings settings, MergePolicy policy, Moments moments, FolderLock lock, Manifest manifest) {
        this.folder = folder;
        this.policy = policy;
        this.moments = moments;
        this.lock = lock;
        this.parallel = new Parallel(settings.threads());
        boolean done = false;
        try {
            this.segments = new WrittenSegments(folder, manifest, policy.most(), (segment, begun) -> settings.build(segment, begun, parallel), moments);
            done = true;
        } finally {
            if (!done) {
                parallel.close();
            }
        }
    }

    /**
     * Begins an index in a folder that is empty or not there. It is an index from the first commit on.
     *
     * @throws UserError when the folder holds something, or another process writes there
     */
    public static IndexWriter create(Path folder, int vocabulary, IndexSettings settings) {
        return open(folder, settings, MergePolicy.STANDARD, _ -> { }, f -> {
            if (Manifest.in(f)) {
                throw new UserError(f + ": holds an index already; append to it, or give another folder");
            }
            Leftovers.requireNoOthers(f);
            return Manifest.empty(vocabulary, settings);
        });
    }

    /**
     * Goes on with the index that a folder holds.
     *
     * @throws UserError when it holds none, a file of it is damaged, or another process writes there
     */
    public static IndexWriter open(Path folder, IndexSettings settings) {
        return open(folder, settings, MergePolicy.STANDARD, _ -> { });
    }

    static IndexWriter open(Path folder, IndexSettings settings, MergePolicy policy, Moments moments) {
        Manifest.read(folder); // before a lock makes the folder
        return open(folder, settings, policy, moments, Manifest::read);
    }

    static IndexWriter open(Path folder, IndexSettings settings, MergePolicy policy, Moments moments, Function<Path, Manifest> state) {
        FolderLock lock = FolderLock.take(folder, "another writer has this index; wait for it, or end it");
        boolean done = false;
        try {
            IndexWriter writer = new IndexWriter(folder, settings, policy, moments, lock, state.apply(folder));
            done = true;
            return writer;
        } finally {
            if (!done) {
                lock.close();
            }
        }
    }

    /** Terms that vectors may have. */
    public synchronized int vocabulary() {
        return segments.vocabulary();
    }

    /** Makes room for so many terms, from the next document on; segments that there are keep theirs, and a merge gives what it writes the larger one. */
    public synchronized void vocabulary(int terms) {
        requireUsable();
        segments.vocabulary(terms);
    }

    /** The folder in which the encoding of the last commit was saved, if there is one; verified. */
    public synchronized Optional<Path> savedEncoding() {
        return segments.manifest().encodingFolder(folder);
    }

    /** Documents that were not deleted, with those of no commit yet. */
    public synchronized long documents() {
        return segments.documents();
    }

    /** Number of the last commit; 0 where there is none. */
    public synchronized long committed() {
        return segments.manifest().commit();
    }

    /**
     * @throws UserError                when there is a document with this id
     * @throws IllegalArgumentException when the vector does not fit; nothing was added then
     */
    public synchronized void add(Document document) {
        requireUsable();
        byte[] id = bytes(document.id());
        if (segments.contains(id)) {
            throw new UserError("document " + document.id() + ": the index holds one with this id already; update it, or delete it first");
        }
        segments.check(document.vector());
        segments.put(id, bytes(document.content()), document.vector());
    }

    /** Adds a document in the place of the one with its id, if there is one; both are seen with the next commit, or neither. */
    public synchronized void update(Document document) {
        requireUsable();
        byte[] id = bytes(document.id());
        segments.check(document.vector());
        segments.remove(id);
        segments.put(id, bytes(document.content()), document.vector());
    }

    /** Deletes the document with this id; false where there is none. */
    public synchronized boolean delete(String id) {
        requireUsable();
        return segments.remove(bytes(id));
    }

    /** Whether there is a document with this id that was not deleted. */
    public synchronized boolean contains(String id) {
        requireUsable();
        return segments.contains(bytes(id));
    }

    /** Has the next commit save what turns texts into vectors. It is called when that changed. */
    public synchronized void encoding(TextEncoding changed) {
        requireUsable();
        segments.encoding(changed);
    }

    /**
     * Makes what was added and deleted the state that counts, then merges what is worth merging.
     *
     * @return the number of the commit; where nothing had changed that of the last one
     * @throws UserError when a file cannot be written; where the message says that the commit stands it was the merge that failed
     */
    public long commit() {
        long number;
        synchronized (this) {
            requireUsable();
            number = segments.commit();
        }
        if (merging.tryLock()) { // else another thread merges just now
            try {
                while (merge(policy::pick) != null) {
                    moments.before("another merge");
                }
            } catch (UserError e) {
                throw new UserError(e.getMessage() + " (while merging; commit " + number + " stands)", e);
            } finally {
                merging.unlock();
            }
        }
        return number;
    }

    /** Writes what was committed into one segment, or as few as can hold it, and leaves out what was deleted. What was not committed stays so. */
    public void merge() {
        merging.lock();
        try {
            Set<String> done = new HashSet<>();
            for (String merged = ""; merged != null; done.add(merged)) {
                merged = merge(committed -> policy.all(committed, done));
            }
        } finally {
            merging.unlock();
        }
    }

    /** Merges what {@code choice} names of the committed segments; returns the name of what was made, or null where nothing was chosen. */
    private String merge(Function<List<Manifest.Segment>, List<String>> choice) {
        List<Held> chosen;
        String name;
        int terms;
        synchronized (this) {
            requireUsable();
            List<String> names = choice.apply(segments.manifest().segments());
            if (names.isEmpty()) {
                return null;
            }
            chosen = segments.mergeBegins(names);
            name = segments.mergeInto();
            terms = segments.vocabulary();
        }
        try {
            Optional<Manifest.Segment> written = Merge.write(folder, name, terms, chosen, segments::lists, moments);
            synchronized (this) {
                requireUsable();
                segments.merged(chosen, written);
            }
            return name;
        } finally {
            synchronized (this) {
                segments.mergeEnds(chosen, name);
                if (!closed) {
                    segments.clear();
                }
            }
        }
    }

    private void requireUsable() {
        if (closed) {
            throw new IllegalStateException("the writer is closed");
        }
        segments.requireUsable();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What was not committed is lost. Waits for a merge that is under way. */
    @Override
    public void close() {
        merging.lock();
        try {
            synchronized (this) {
                if (closed) {
                    return;
                }
                closed = true;
                segments.close();
                parallel.close();
                Leftovers.clear(folder, Set.of());
                lock.close();
            }
        } finally {
            merging.unlock();
        }
    }
}
