package dev.filigree.retrieve.store;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.filigree.base.UserError;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.DType;
import dev.filigree.io.Safetensors;
import dev.filigree.io.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Ids and contents of documents in a mapped file; nothing of them is on the heap until it is asked for.
 *
 * @param idStarts      bytes of ids before each document {@code [documents + 1]}
 * @param ids           UTF-8
 * @param contentStarts bytes of contents before each document {@code [documents + 1]}
 * @param contents      UTF-8
 * @param lookup        keys of {@link Ids}, rising {@code [documents]}
 */
record Documents(MemorySegment idStarts, MemorySegment ids, MemorySegment contentStarts, MemorySegment contents, MemorySegment lookup) {

    private static final ValueLayout.OfLong LONG = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Everything that is read later is checked here. */
    Documents {
        long size = lookup.byteSize() / Long.BYTES;
        checkStarts("ids", idStarts, ids, size);
        checkStarts("contents", contentStarts, contents, size);
        for (long i = 0; i < size; i++) {
            long key = lookup.getAtIndex(LONG, i);
            if (Ids.document(key) >= size || i > 0 && key <= lookup.getAtIndex(LONG, i - 1)) {
                throw new IllegalArgumentException("the keys of ids do not rise or lead nowhere");
            }
        }
    }

    private static void checkStarts(String name, MemorySegment starts, MemorySegment bytes, long size) {
        boolean sound = starts.byteSize() == (size + 1) * Long.BYTES && size <= Integer.MAX_VALUE && starts.getAtIndex(LONG, 0) == 0
                && starts.getAtIndex(LONG, size) == bytes.byteSize();
        for (long i = 0; sound && i < size; i++) {
            sound = starts.getAtIndex(LONG, i + 1) >= starts.getAtIndex(LONG, i);
        }
        if (!sound) {
            throw new IllegalArgumentException("the starts of " + name + " do not fit " + size + " documents");
        }
    }

    /** Maps what a {@link DocumentsWriter} wrote, as long as {@code arena} lives. */
    static Documents open(Path file, Arena arena) {
        Checkpoint stored = Safetensors.read(file, arena);
        try {
            return new Documents(tensor(stored, "ids.start", DType.I64), tensor(stored, "ids", DType.U8), tensor(stored, "contents.start", DType.I64),
                    tensor(stored, "contents", DType.U8), tensor(stored, "lookup", DType.I64));
        } catch (IllegalArgumentException e) {
            throw new UserError(file + ": holds no sound documents: " + e.getMessage() + "; index the collection again", e);
        }
    }

    private static MemorySegment tensor(Checkpoint stored, String name, DType type) {
        StoredTensor t = stored.tensor(name);
        if (t.type() != type) {
            throw new IllegalArgumentException(name + " is " + t.type() + ", expected " + type);
        }
        return t.data();
    }

    int size() {
        return (int) (lookup.byteSize() / Long.BYTES);
    }

    String id(int document) {
        return new String(idBytes(document), StandardCharsets.UTF_8);
    }

    byte[] idBytes(int document) {
        return part(idStarts, ids, document).toArray(JAVA_BYTE);
    }

    String content(int document) {
        return new String(contentBytes(document).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    MemorySegment contentBytes(int document) {
        return part(contentStarts, contents, document);
    }

    private static MemorySegment part(MemorySegment starts, MemorySegment bytes, int document) {
        long from = starts.getAtIndex(LONG, document);
        return bytes.asSlice(from, starts.getAtIndex(LONG, document + 1L) - from);
    }

    /**
     * The document with this id that is not deleted, or -1. An id that was updated before a commit occurs twice; at most one of them lives.
     *
     * @param deleted those that do not count
     */
    int find(byte[] id, Bits deleted) {
        long hash = Ids.hash(id);
        MemorySegment wanted = MemorySegment.ofArray(id);
        for (long i = firstAtLeast(Ids.key(hash, 0)); i < size() && Ids.fits(lookup.getAtIndex(LONG, i), hash); i++) {
            int d = Ids.document(lookup.getAtIndex(LONG, i));
            if (!deleted.get(d) && part(idStarts, ids, d).mismatch(wanted) == -1) {
                return d;
            }
        }
        return -1;
    }

    private long firstAtLeast(long key) {
        long from = 0;
        long to = size();
        while (from < to) {
            long middle = (from + to) >>> 1;
            if (lookup.getAtIndex(LONG, middle) < key) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }
}
