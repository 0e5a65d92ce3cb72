package dev.filigree.retrieve.store;

import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.io.FolderLock;
import dev.filigree.retrieve.Document;
import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.TextEncoding;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

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
    private final IndexSettings settings;
    private final MergePolicy policy;
    private final Moments moments;
    private final FolderLock lock;
    private final Parallel parallel;
    private final ReentrantLock merging = new ReentrantLock(); // taken before the writer's own lock
    private final Set<String> underway = new HashSet<>(); // segments of no commit yet
    private final Set<String> sources = new HashSet<>(); // segments that are being merged
    private Manifest manifest;
    private List<Held> held;
    private SegmentWriter pending; // null where nothing was added since the last commit
    private TextEncoding encoding; // to be saved by the next commit
    private long next;
    private int vocabulary;
    private String spent;
    private boolean closed;

    /** Is told what will happen next; a test makes it fail. */
    @FunctionalInterface
    interface Moments {
        void before(String what);
    }

    private IndexWriter(Path folder, IndexSettings settings, MergePolicy policy, Moments moments, FolderLock lock, Manifest manifest) {
        this.folder = folder;
        this.settings = settings;
        this.policy = policy;
        this.moments = moments;
        this.lock = lock;
        this.manifest = manifest;
        this.next = manifest.next();
        this.vocabulary = manifest.vocabulary();
        this.held = Held.open(folder, manifest);
        this.parallel = new Parallel(settings.threads());
        Leftovers.clear(folder, underway);
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
        return vocabulary;
    }

    /** Makes room for so many terms, from the next document on; segments that there are keep theirs, and a merge gives what it writes the larger one. */
    public synchronized void vocabulary(int terms) {
        requireUsable();
        if (terms < vocabulary) {
            throw new IllegalArgumentException("a vocabulary of " + vocabulary + " terms does not shrink to " + terms);
        }
        if (terms > vocabulary && pending != null) {
            whole(() -> {
                closePending();
                return null;
            });
        }
        vocabulary = terms;
    }

    /** The folder in which the encoding of the last commit was saved, if there is one; verified. */
    public synchronized Optional<Path> savedEncoding() {
        return manifest.encodingFolder(folder);
    }

    /** Documents that were not deleted, with those of no commit yet. */
    public synchronized long documents() {
        return held.stream().mapToLong(Held::live).sum() + (pending == null ? 0 : pending.size() - pending.deleted().count());
    }

    /** Number of the last commit; 0 where there is none. */
    public synchronized long committed() {
        return manifest.commit();
    }

    /**
     * @throws UserError                when there is a document with this id
     * @throws IllegalArgumentException when the vector does not fit; nothing was added then
     */
    public synchronized void add(Document document) {
        requireUsable();
        byte[] id = bytes(document.id());
        if (contains(id)) {
            throw new UserError("document " + document.id() + ": the index holds one with this id already; update it, or delete it first");
        }
        put(id, document);
    }

    /** Adds a document in the place of the one with its id, if there is one; both are seen with the next commit, or neither. */
    public synchronized void update(Document document) {
        requireUsable();
        byte[] id = bytes(document.id());
        checkVector(document.vector());
        remove(id);
        put(id, document);
    }

    /** Deletes the document with this id; false where there is none. */
    public synchronized boolean delete(String id) {
        requireUsable();
        return remove(bytes(id));
    }

    /** Whether there is a document with this id that was not deleted. */
    public synchronized boolean contains(String id) {
        requireUsable();
        return contains(bytes(id));
    }

    /** Has the next commit save what turns texts into vectors. It is called when that changed. */
    public synchronized void encoding(TextEncoding changed) {
        requireUsable();
        encoding = changed;
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
            number = writeCommit();
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
                merged = merge(segments -> policy.all(segments, done));
            }
        } finally {
            merging.unlock();
        }
    }

    private boolean contains(byte[] id) {
        return pending != null && pending.find(id) >= 0 || held.stream().anyMatch(h -> h.find(id) >= 0);
    }

    private boolean remove(byte[] id) {
        int d = pending == null ? -1 : pending.find(id);
        if (d >= 0) {
            pending.deleted().set(d);
            return true;
        }
        for (Held h : held) {
            d = h.find(id);
            if (d >= 0) {
                h.delete(d);
                return true;
            }
        }
        return false;
    }

    private void checkVector(SparseVector v) {
        if (v.size() > 0 && v.terms()[v.size() - 1] >= vocabulary) {
            throw new IllegalArgumentException("term " + v.terms()[v.size() - 1] + " is none of the " + vocabulary + " terms of this index");
        }
        for (float w : v.weights()) {
            if (w > ForwardIndex.MOST) {
                throw new IllegalArgumentException("the weight " + w + " is larger than " + ForwardIndex.MOST);
            }
        }
    }

    private void put(byte[] id, Document document) {
        checkVector(document.vector());
        whole(() -> {
            if (pending != null && (pending.entries() > policy.most() - document.vector().size() || pending.size() == Integer.MAX_VALUE - 1)) {
                closePending();
            }
            if (pending == null) {
                pending = new SegmentWriter(folder, take(), vocabulary);
            }
            pending.add(id, MemorySegment.ofArray(bytes(document.content())), document.vector());
            return null;
        });
    }

    /** Finishes the segment that is being written, to be committed with the next one. */
    private void closePending() {
        moments.before("finish " + pending.name());
        Manifest.Segment finished = pending.finish(this::buildLists);
        held.add(Held.fresh(finished, OpenSegment.open(folder, finished), pending.deleted()));
        pending.close();
        pending = null;
    }

    private String buildLists(Path segment) {
        return settings.build(segment, manifest, parallel);
    }

    private String take() {
        String name = "segment-" + next++;
        underway.add(name);
        return name;
    }

    private long writeCommit() {
        return whole(() -> {
            if (pending == null && encoding == null && held.stream().noneMatch(Held::changed)) {
                return manifest.commit();
            }
            if (pending != null) {
                closePending();
            }
            Manifest.Encoding saved = manifest.encoding();
            if (encoding != null) {
                moments.before("encoding");
                saved = Leftovers.save(folder, "encoding-" + (manifest.commit() + 1), encoding);
            }
            List<Held> after = new ArrayList<>();
            for (Held h : held) {
                moments.before("deletions of " + h.name());
                if (h.live() > 0 || sources.contains(h.name())) {
                    after.add(h.committed(folder, manifest.commit() + 1));
                }
            }
            publish(saved, after);
            encoding = null;
            return manifest.commit();
        });
    }

    /** Writes the manifest: from now on this is the state that counts. */
    private void publish(Manifest.Encoding saved, List<Held> after) {
        AtomicFile.force(folder);
        Manifest following = manifest.following(next, vocabulary, saved, after.stream().filter(h -> !h.fresh()).map(Held::entry).toList());
        moments.before("manifest " + following.commit());
        whole(() -> {
            following.write(folder);
            moments.before("forcing " + following.commit());
            AtomicFile.force(folder);
            if (following.commit() == 1) {
                AtomicFile.force(folder.toAbsolutePath().getParent()); // it was made for this index
            }
            return null;
        });
        Set<OpenSegment> kept = after.stream().map(Held::opened).collect(Collectors.toSet());
        held.stream().map(Held::opened).filter(o -> !kept.contains(o)).forEach(OpenSegment::release);
        manifest = following;
        held = after;
        manifest.segments().forEach(s -> underway.remove(s.name()));
        moments.before("clearing after " + following.commit());
        Leftovers.clear(folder, underway);
    }

    /** Merges what {@code choice} names of the committed segments; returns the name of what was made, or null where nothing was chosen. */
    private String merge(Function<List<Manifest.Segment>, List<String>> choice) {
        List<Held> chosen;
        String name;
        int terms;
        synchronized (this) {
            requireUsable();
            List<String> names = choice.apply(manifest.segments());
            if (names.isEmpty()) {
                return null;
            }
            chosen = held.stream().filter(h -> names.contains(h.name())).toList();
            chosen.forEach(h -> h.opened().hold());
            sources.addAll(names);
            name = take();
            terms = vocabulary;
        }
        try {
            Optional<Manifest.Segment> written = Merge.write(folder, name, terms, chosen, this::buildLists, moments);
            synchronized (this) {
                requireUsable();
                publishMerged(chosen, written);
            }
            return name;
        } finally {
            synchronized (this) {
                sources.clear();
                underway.remove(name);
                chosen.forEach(h -> h.opened().release());
                if (!closed) {
                    Leftovers.clear(folder, underway);
                }
            }
        }
    }

    /** Puts what was written in the place of the first segment of which it was made; what was deleted meanwhile is deleted in it too. */
    private void publishMerged(List<Held> chosen, Optional<Manifest.Segment> written) {
        List<Held> after = new ArrayList<>();
        boolean placed = false;
        List<Held> now = held.stream().filter(h -> sources.contains(h.name())).toList();
        for (Held h : held) {
            if (!sources.contains(h.name())) {
                after.add(h);
            } else if (!placed && written.isPresent()) {
                after.add(Merge.held(folder, written.get(), manifest.commit() + 1, chosen, now));
                placed = true;
            }
        }
        publish(manifest.encoding(), after);
    }

    /** What must be done whole or not at all: when it fails, what is in memory and what is on the disk may be no longer the same. */
    private <T> T whole(Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException | Error e) {
            spent = String.valueOf(e.getMessage());
            throw e;
        }
    }

    private void requireUsable() {
        if (closed) {
            throw new IllegalStateException("the writer is closed");
        }
        if (spent != null) {
            throw new UserError(folder + ": this writer failed before (" + spent + "); close it and open another, commit " + manifest.commit() + " stands");
        }
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
                abandon();
                Leftovers.clear(folder, Set.of());
                lock.close();
            }
        } finally {
            merging.unlock();
        }
    }

    /** Frees memory and leaves the folder as it is. */
    private void abandon() {
        closed = true;
        if (pending != null) {
            pending.close();
        }
        held.forEach(h -> h.opened().release());
        parallel.close();
    }
}
