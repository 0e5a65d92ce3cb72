package dev.filigree.retrieve.store;

import dev.filigree.base.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Writes what is left of some segments into one, document by document. */
final class Merge {

    /** Documents between two looks at whether the thread was interrupted. */
    private static final int OFTEN = 1 << 10;

    private Merge() {
    }

    /**
     * Copies the documents that were not deleted at the last commit.
     *
     * @return nothing where none is left
     */
    static Optional<Manifest.Segment> write(Path index, String name, int vocabulary, List<Held> sources, SegmentWriter.Lists lists, IndexWriter.Moments moments) {
        if (sources.stream().allMatch(s -> s.deletedAtCommit().count() == s.entry().documents())) {
            return Optional.empty();
        }
        try (SegmentWriter out = new SegmentWriter(index, name, vocabulary)) {
            for (Held s : sources) {
                moments.before("merge of " + s.name());
                Documents documents = s.opened().documents();
                for (int d = 0; d < documents.size(); d++) {
                    if (d % OFTEN == 0 && Thread.currentThread().isInterrupted()) {
                        throw new UserError(index + ": merging was interrupted; the index is as it was");
                    }
                    if (!s.deletedAtCommit().get(d)) {
                        out.add(documents.idBytes(d), documents.contentBytes(d), s.opened().vectors().vector(d));
                    }
                }
            }
            moments.before("finish " + name);
            return Optional.of(out.finish(lists));
        }
    }

    /**
     * What was written, with the deletions that came since.
     *
     * @param then the segments as they were when it began
     * @param now  the same segments, in the same order, as they are
     */
    static Held held(Path index, Manifest.Segment written, long commit, List<Held> then, List<Held> now) {
        Bits committed = new Bits();
        Bits deleted = new Bits();
        int to = 0;
        for (int s = 0; s < then.size(); s++) {
            for (int d = 0; d < then.get(s).entry().documents(); d++) {
                if (then.get(s).deletedAtCommit().get(d)) {
                    continue;
                }
                if (now.get(s).deletedAtCommit().get(d)) {
                    committed.set(to);
                }
                if (now.get(s).deletedNow().get(d)) {
                    deleted.set(to);
                }
                to++;
            }
        }
        OpenSegment opened = OpenSegment.unsearched(index, written);
        boolean done = false;
        try {
            Held h = Held.merged(index, written, opened, committed, deleted, commit);
            done = true;
            return h;
        } finally {
            if (!done) {
                opened.release();
            }
        }
    }
}
