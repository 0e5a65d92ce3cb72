package dev.filigree.retrieve.store;

import dev.filigree.io.AtomicFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A segment as a writer sees it: what was committed of it, and what was deleted since. */
final class Held {

    private final Manifest.Segment entry;
    private final OpenSegment opened;
    private final Bits committed;
    private final boolean fresh;
    private Bits now;

    /**
     * @param committed what was deleted at the last commit; never changed
     * @param now       what is deleted, the same while nothing was deleted since
     * @param fresh     whether no commit knows this segment
     */
    private Held(Manifest.Segment entry, OpenSegment opened, Bits committed, Bits now, boolean fresh) {
        this.entry = entry;
        this.opened = opened;
        this.committed = committed;
        this.now = now;
        this.fresh = fresh;
    }

    /** The segments of a state. */
    static List<Held> open(Path index, Manifest manifest) {
        List<Held> all = new ArrayList<>();
        boolean done = false;
        try {
            for (Manifest.Segment s : manifest.segments()) {
                OpenSegment opened = OpenSegment.unsearched(index, s);
                all.add(new Held(s, opened, null, null, false));
                Bits deleted = OpenSegment.deletions(index, s);
                all.set(all.size() - 1, new Held(s, opened, deleted, deleted, false));
            }
            done = true;
            return all;
        } finally {
            if (!done) {
                all.forEach(h -> h.opened.release());
            }
        }
    }

    /** A segment that was just written, of which some documents were deleted again. */
    static Held fresh(Manifest.Segment entry, OpenSegment opened, Bits deleted) {
        return new Held(entry, opened, new Bits(), deleted.count() == 0 ? deleted : deleted.copy(), true);
    }

    /** What a merge has written: {@code committed} of it was deleted by commits since the merge began, {@code now} since the last one. */
    static Held merged(Path index, Manifest.Segment entry, OpenSegment opened, Bits committed, Bits now, long commit) {
        Held h = new Held(entry, opened, new Bits(), committed, true).committed(index, commit);
        return new Held(h.entry, opened, h.committed, now.count() == committed.count() ? h.committed : now, false);
    }

    String name() {
        return entry.name();
    }

    Manifest.Segment entry() {
        return entry;
    }

    OpenSegment opened() {
        return opened;
    }

    Bits deletedAtCommit() {
        return committed;
    }

    Bits deletedNow() {
        return now;
    }

    boolean fresh() {
        return fresh;
    }

    boolean changed() {
        return fresh || now != committed;
    }

    int live() {
        return entry.documents() - now.count();
    }

    int find(byte[] id) {
        return opened.documents().find(id, now);
    }

    void delete(int document) {
        if (now == committed) {
            now = committed.copy();
        }
        now.set(document);
    }

    /** The same when this commit is done: its deletions are on the disk. */
    Held committed(Path index, long commit) {
        Manifest.Segment e = entry;
        if (now.count() > committed.count()) {
            Path folder = index.resolve(name());
            String file = "deleted-" + commit;
            AtomicFile.write(folder.resolve(file), now.bytesOf(entry.documents()));
            AtomicFile.force(folder);
            e = new Manifest.Segment(name(), entry.documents(), entry.entries(), now.count(), entry.files(), StoredFile.of(folder, file));
        }
        return new Held(e, opened, now, now, false);
    }
}
