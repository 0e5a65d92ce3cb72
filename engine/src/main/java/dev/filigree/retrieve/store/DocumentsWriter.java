package dev.filigree.retrieve.store;

import dev.filigree.base.Ints;
import dev.filigree.io.DType;
import dev.filigree.io.TensorSpool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes the file of {@link Documents}, one after the other, and knows which ids it was given. Contents go to the disk at once; ids,
 * and some thirty bytes for each, are held outside of the heap until the file is finished.
 */
final class DocumentsWriter implements AutoCloseable {

    private final TensorSpool spool;
    private final TensorSpool.Part idStarts;
    private final TensorSpool.Part idBytes;
    private final TensorSpool.Part contentStarts;
    private final TensorSpool.Part contentBytes;
    private final TensorSpool.Part lookup;
    private final Growing ids = new Growing();
    private final Growing starts = new Growing();
    private final Growing keys = new Growing();
    private Slots slots = new Slots(1 << 10);
    private long contents;
    private int documents;

    DocumentsWriter(Path file) {
        spool = new TensorSpool(file);
        idStarts = spool.part("ids.start", DType.I64);
        idBytes = spool.part("ids", DType.U8);
        contentStarts = spool.part("contents.start", DType.I64);
        contentBytes = spool.part("contents", DType.U8);
        lookup = spool.part("lookup", DType.I64);
        idStarts.add(0L);
        contentStarts.add(0L);
        starts.add(0L);
    }

    int size() {
        return documents;
    }

    /** The ids and contents are UTF-8; returns the number of the document. */
    int add(byte[] id, MemorySegment content) {
        long key = Ids.key(Ids.hash(id), documents);
        contentBytes.add(content);
        contents += content.byteSize();
        contentStarts.add(contents);
        ids.add(id);
        idBytes.add(MemorySegment.ofArray(id));
        idStarts.add(ids.size());
        starts.add(ids.size());
        keys.add(key);
        if (2 * (documents + 1L) > slots.size()) {
            slots = slots.larger(keys, documents);
        }
        slots.put(key);
        return documents++;
    }

    /** The document that was last added with this id, or -1. */
    int find(byte[] id) {
        long hash = Ids.hash(id);
        MemorySegment wanted = MemorySegment.ofArray(id);
        int found = -1;
        for (long slot = slots.first(hash); slots.at(slot) >= 0; slot = slots.next(slot)) {
            int d = slots.at(slot);
            if (d > found && Ids.fits(keys.number(d), hash)
                    && ids.all().asSlice(starts.number(d), starts.number(d + 1L) - starts.number(d)).mismatch(wanted) == -1) {
                found = d;
            }
        }
        return found;
    }

    /** The file is there, whole and on the disk, when this returns. */
    void finish() {
        long[] sorted = new long[documents];
        Arrays.setAll(sorted, keys::number);
        Arrays.sort(sorted);
        for (long key : sorted) {
            lookup.add(key);
        }
        spool.finish(Map.of("kind", "documents"));
    }

    /** Throws away what was not finished. */
    @Override
    public void close() {
        spool.close();
        ids.close();
        starts.close();
        keys.close();
        slots.close();
    }

    /** Numbers of documents by the hashes of their ids, at most half full. */
    private static final class Slots implements AutoCloseable {

        private final Ints numbers;
        private final Arena arena = Arena.ofShared();

        /** @param size a power of two */
        Slots(int size) {
            numbers = Ints.allocate(arena, size);
        }

        int size() {
            return numbers.length();
        }

        Slots larger(Growing keys, int documents) {
            Slots l = new Slots(Math.multiplyExact(2, size()));
            for (int d = 0; d < documents; d++) {
                l.put(keys.number(d));
            }
            close();
            return l;
        }

        void put(long key) {
            long slot = first(key);
            while (at(slot) >= 0) {
                slot = next(slot);
            }
            numbers.set((int) slot, Ids.document(key) + 1);
        }

        /** Where to begin: by those bits of a hash that its key has too. */
        long first(long hash) {
            return hash >>> 33 & size() - 1;
        }

        long next(long slot) {
            return slot + 1 & size() - 1;
        }

        /** The document in a slot, or -1. */
        int at(long slot) {
            return numbers.get((int) slot) - 1;
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
