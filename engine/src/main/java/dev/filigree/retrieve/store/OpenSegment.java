package dev.filigree.retrieve.store;

import dev.filigree.base.UserError;
import dev.filigree.retrieve.Effort;
import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.Inverted;
import dev.filigree.retrieve.MaxScore;
import dev.filigree.retrieve.Searcher;
import dev.filigree.retrieve.Seismic;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.function.Function;

/** The files of a segment, mapped. They stay so until the last who holds it lets go, whatever becomes of the files. */
final class OpenSegment extends Shared {

    private final String name;
    private final Arena arena;
    private final ForwardIndex vectors;
    private final Function<Effort, Searcher> searcher;
    private final Documents documents;

    private OpenSegment(String name, Arena arena, ForwardIndex vectors, Function<Effort, Searcher> searcher, Documents documents) {
        this.name = name;
        this.arena = arena;
        this.vectors = vectors;
        this.searcher = searcher;
        this.documents = documents;
    }

    /** Verifies and maps a segment; a UserError names the file that is not what was written. */
    static OpenSegment open(Path index, Manifest.Segment segment) {
        Path folder = index.resolve(segment.name());
        segment.files().forEach(f -> f.verify(folder));
        Arena arena = Arena.ofShared();
        boolean done = false;
        try {
            ForwardIndex vectors = ForwardIndex.open(folder.resolve(SegmentWriter.VECTORS), arena);
            Function<Effort, Searcher> searcher = segment.exact() ? exact(vectors, folder, arena) : Seismic.open(vectors, folder.resolve(SegmentWriter.LISTS), arena)::with;
            Documents documents = Documents.open(folder.resolve(SegmentWriter.DOCUMENTS), arena);
            if (vectors.documents() != segment.documents() || documents.size() != segment.documents()) {
                throw new UserError(folder + ": holds " + vectors.documents() + " vectors and " + documents.size() + " documents, expected " + segment.documents()
                        + "; index the collection again");
            }
            OpenSegment opened = new OpenSegment(segment.name(), arena, vectors, searcher, documents);
            done = true;
            return opened;
        } finally {
            if (!done) {
                arena.close();
            }
        }
    }

    /** With any effort everything is found. */
    private static Function<Effort, Searcher> exact(ForwardIndex vectors, Path folder, Arena arena) {
        Searcher all = new MaxScore(Inverted.open(vectors, folder.resolve(SegmentWriter.POSTINGS), arena));
        return _ -> all;
    }

    /** The deletions of a segment as a state has them. */
    static Bits deletions(Path index, Manifest.Segment segment) {
        if (segment.deletions() == null) {
            return new Bits();
        }
        Path file = index.resolve(segment.name()).resolve(segment.deletions().name());
        byte[] bytes = segment.deletions().read(index.resolve(segment.name()));
        Bits deleted = Bits.of(bytes);
        if (bytes.length != Bits.bytes(segment.documents()) || deleted.count() != segment.deleted()) {
            throw new UserError(file + ": marks " + deleted.count() + " documents in " + bytes.length + " bytes, expected " + segment.deleted() + " of " + segment.documents());
        }
        return deleted;
    }

    String name() {
        return name;
    }

    ForwardIndex vectors() {
        return vectors;
    }

    Searcher searcher(Effort effort) {
        return searcher.apply(effort);
    }

    Documents documents() {
        return documents;
    }

    @Override
    void free() {
        arena.close();
    }
}
