package dev.filigree.retrieve.store;

import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.retrieve.ForwardWriter;
import dev.filigree.retrieve.SparseVector;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/** Writes the files of a segment. Vectors and contents go to the disk as they come. */
final class SegmentWriter implements AutoCloseable {

    static final String VECTORS = "vectors.safetensors";
    static final String DOCUMENTS = "documents.safetensors";
    /** What it is searched by: one of these. */
    static final String LISTS = "lists.safetensors";
    static final String POSTINGS = "postings.safetensors";

    private final String name;
    private final Path folder;
    private final ForwardWriter vectors;
    private final DocumentsWriter documents;
    private final Bits deleted = new Bits();

    SegmentWriter(Path index, String name, int vocabulary) {
        this.name = name;
        this.folder = index.resolve(name);
        AtomicFile.createFolders(folder);
        this.vectors = new ForwardWriter(folder.resolve(VECTORS), vocabulary);
        this.documents = new DocumentsWriter(folder.resolve(DOCUMENTS));
    }

    String name() {
        return name;
    }

    int size() {
        return documents.size();
    }

    int entries() {
        return vectors.entries();
    }

    /** Documents that were added and deleted again. */
    Bits deleted() {
        return deleted;
    }

    /** @throws IllegalArgumentException when the vector does not fit; then nothing was added */
    void add(byte[] id, MemorySegment content, SparseVector vector) {
        vectors.add(vector);
        documents.add(id, content);
    }

    /** The document with this id that was not deleted again, or -1. */
    int find(byte[] id) {
        int found = documents.find(id);
        return found >= 0 && deleted.get(found) ? -1 : found;
    }

    /** What a manifest says of the segment; its files are on the disk. */
    Manifest.Segment finish(Lists lists) {
        int size = size();
        int entries = entries();
        vectors.finish();
        documents.finish();
        String searched = lists.build(folder);
        AtomicFile.force(folder);
        return new Manifest.Segment(name, size, entries, 0, List.of(StoredFile.of(folder, VECTORS), StoredFile.of(folder, searched), StoredFile.of(folder, DOCUMENTS)), null);
    }

    /** Throws away what was not finished. */
    @Override
    public void close() {
        try {
            vectors.close();
        } finally {
            documents.close();
        }
    }

    /** Makes what a segment is searched by from its vectors. */
    @FunctionalInterface
    interface Lists {
        /**
         * @param folder of the segment
         * @return the name of the file
         * @throws UserError when it cannot be written
         */
        String build(Path folder);
    }
}
