package dev.filigree.retrieve.store;

import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.TextEncoding;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What an {@link IndexWriter} works on: the segments of the last commit with what was deleted of them since, those that were finished since, and
 * the one that is being written. The writer sees to it that one thread at a time is here.
 */
final class WrittenSegments implements AutoCloseable {

    /** Builds what a segment of this index is searched by, in its folder; returns the name of the file. */
    @FunctionalInterface
    interface Build {
        String of(Path segment, Manifest begun);
    }

    private final Path folder;
    private final long most;
    private final Build build;
    private final IndexWriter.Moments moments;
    private final Set<String> underway = new HashSet<>(); // segments of no commit yet
    private final Set<String> sources = new HashSet<>(); // segments that are being merged
    private Manifest manifest;
    private List<Held> held;
    private SegmentWriter pending; // null where nothing was added since the last commit
    private TextEncoding encoding; // to be saved by the next commit
    private long next;
    private int vocabulary;
    private String spent;

    /**
     * @param manifest that counts
     * @param most     terms of a segment at most
     */
    WrittenSegments(Path folder, Manifest manifest, long most, Build build, IndexWriter.Moments moments) {
        this.folder = folder;
        this.most = most;
        this.build = build;
        this.moments = moments;
        this.manifest = manifest;
        this.next = manifest.next();
        this.vocabulary = manifest.vocabulary();
        this.held = Held.open(folder, manifest);
        clear();
    }

    /** The state that counts. */
    Manifest manifest() {
        return manifest;
    }

    int vocabulary() {
        return vocabulary;
    }

    void requireUsable() {
        if (spent != null) {
            throw new UserError(folder + ": this writer failed before (" + spent + "); close it and open another, commit " + manifest.commit() + " stands");
        }
    }

    long documents() {
        return held.stream().mapToLong(Held::live).sum() + (pending == null ? 0 : pending.size() - pending.deleted().count());
    }

    void vocabulary(int terms) {
        if (terms < vocabulary) {
            throw new IllegalArgumentException("a vocabulary of " + vocabulary + " terms does not shrink to " + terms);
        }
        if (terms > vocabulary && pending != null) {
            whole(this::closePending);
        }
        vocabulary = terms;
    }

    void encoding(TextEncoding changed) {
        encoding = changed;
    }

    boolean contains(byte[] id) {
        return pending != null && pending.find(id) >= 0 || held.stream().anyMatch(h -> h.find(id) >= 0);
    }

    boolean remove(byte[] id) {
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

    /** @throws IllegalArgumentException when the vector does not fit */
    void check(SparseVector v) {
        if (v.size() > 0 && v.terms()[v.size() - 1] >= vocabulary) {
            throw new IllegalArgumentException("term " + v.terms()[v.size() - 1] + " is none of the " + vocabulary + " terms of this index");
        }
        for (float w : v.weights()) {
            if (w > ForwardIndex.MOST) {
                throw new IllegalArgumentException("the weight " + w + " is larger than " + ForwardIndex.MOST);
            }
        }
    }

    /** Adds a document whose vector was checked. */
    void put(byte[] id, byte[] content, SparseVector vector) {
        whole(() -> {
            if (pending != null && (pending.entries() > most - vector.size() || pending.size() == Integer.MAX_VALUE - 1)) {
                closePending();
            }
            if (pending == null) {
                pending = new SegmentWriter(folder, take(), vocabulary);
            }
            pending.add(id, MemorySegment.ofArray(content), vector);
        });
    }

    /** Finishes the segment that is being written, to be committed with the next one. */
    private void closePending() {
        moments.before("finish " + pending.name());
        Manifest.Segment finished = pending.finish(this::lists);
        held.add(Held.fresh(finished, OpenSegment.open(folder, finished), pending.deleted()));
        pending.close();
        pending = null;
    }

    /** Builds what the segment in a folder is searched by. */
    String lists(Path segment) {
        return build.of(segment, manifest);
    }

    private String take() {
        String name = "segment-" + next++;
        underway.add(name);
        return name;
    }

    /** Makes what was added and deleted the state that counts; returns its number. */
    long commit() {
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
        });
        Set<OpenSegment> kept = after.stream().map(Held::opened).collect(Collectors.toSet());
        held.stream().map(Held::opened).filter(o -> !kept.contains(o)).forEach(OpenSegment::release);
        manifest = following;
        held = after;
        manifest.segments().forEach(s -> underway.remove(s.name()));
        moments.before("clearing after " + following.commit());
        clear();
    }

    /** Holds the segments that are to be merged until {@link #mergeEnds}. */
    List<Held> mergeBegins(List<String> names) {
        List<Held> chosen = held.stream().filter(h -> names.contains(h.name())).toList();
        chosen.forEach(h -> h.opened().hold());
        sources.addAll(names);
        return chosen;
    }

    /** The name of the segment that a merge will write. */
    String mergeInto() {
        return take();
    }

    /** Puts what a merge has written in the place of the first segment of which it was made; what was deleted meanwhile is deleted in it too. */
    void merged(List<Held> chosen, Optional<Manifest.Segment> written) {
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

    /** Lets go of what was merged, whether it went well or not. */
    void mergeEnds(List<Held> chosen, String name) {
        sources.clear();
        underway.remove(name);
        chosen.forEach(h -> h.opened().release());
    }

    /** Deletes what is needed no more. */
    void clear() {
        Leftovers.clear(folder, underway);
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

    private void whole(Runnable work) {
        whole(() -> {
            work.run();
            return null;
        });
    }

    /** Frees memory; what was not committed is lost. */
    @Override
    public void close() {
        if (pending != null) {
            pending.close();
        }
        held.forEach(h -> h.opened().release());
    }
}
