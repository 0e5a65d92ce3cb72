package dev.filigree.retrieve;

import static dev.filigree.retrieve.ForwardIndex.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.DType;
import dev.filigree.kernel.SparseDots;
import java.lang.foreign.MemorySegment;

/**
 * The lists of a {@link Seismic} index as its file holds them, one after the other.
 *
 * @param lists       blocks before each list, {@code [terms + 1]}
 * @param ends        documents before each block, {@code [blocks + 1]}
 * @param documents   of all blocks
 * @param scales      for each list what a code of one is worth
 * @param directories buckets before each list, {@code [terms + 1]}
 * @param buckets     entries before each bucket, {@code [buckets + 1]}
 * @param entries     of all summaries, see {@link SparseDots#summaries}
 */
record Lists(Ints lists, Ints ends, Ints documents, Floats scales, Ints directories, Ints buckets, MemorySegment entries) {

    /** The lists of a file, mapped; every place that is read later is checked here. */
    static Lists of(ForwardIndex forward, Checkpoint stored) {
        MemorySegment scales = tensor(stored, "scales", DType.F32).data();
        Lists l = new Lists(ints(stored, "lists"), ints(stored, "ends"), ints(stored, "documents"), new Floats(scales, (int) (scales.byteSize() / Float.BYTES)),
                ints(stored, "directories"), ints(stored, "buckets"), tensor(stored, "entries", DType.U8).data());
        l.check(forward);
        return l;
    }

    private static Ints ints(Checkpoint stored, String name) {
        MemorySegment data = tensor(stored, name, DType.I32).data();
        return new Ints(data, Math.toIntExact(data.byteSize() / Integer.BYTES));
    }

    private void check(ForwardIndex forward) {
        int terms = forward.vocabulary();
        if (scales.length() != terms) {
            throw new IllegalArgumentException("it has lists for " + scales.length() + " terms, expected " + terms);
        }
        rising("lists", lists, terms, ends.length() - 1);
        rising("ends", ends, ends.length() - 1, documents.length());
        rising("directories", directories, terms, buckets.length() - 1);
        long bytes = entries.byteSize() - SparseDots.PADDING;
        if (bytes < 0 || bytes % SparseDots.ENTRY != 0 || bytes / SparseDots.ENTRY > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("entries takes " + entries.byteSize() + " bytes");
        }
        rising("buckets", buckets, buckets.length() - 1, (int) (bytes / SparseDots.ENTRY));
        for (int t = 0; t < terms; t++) {
            int blocks = lists.get(t + 1) - lists.get(t);
            int many = directories.get(t + 1) - directories.get(t);
            if (blocks > ListOfBlocks.MOST_BLOCKS || many > 1 << SparseDots.TERM_BITS || (blocks == 0 ? many != 0 : Integer.bitCount(many) != 1)) {
                throw new IllegalArgumentException("list " + t + " has " + blocks + " blocks and " + many + " buckets");
            }
        }
        for (int i = 0; i < documents.length(); i++) {
            if (documents.get(i) < 0 || documents.get(i) >= forward.documents()) {
                throw new IllegalArgumentException("it lists document " + documents.get(i) + ", expected a number below " + forward.documents());
            }
        }
    }

    private static void rising(String name, Ints numbers, int count, int last) {
        if (count < 0 || numbers.length() != count + 1 || numbers.get(0) != 0 || numbers.get(count) != last) {
            throw new IllegalArgumentException(name + " holds " + numbers.length() + " numbers, expected " + (count + 1) + " from 0 to " + last);
        }
        for (int i = 0; i < count; i++) {
            if (numbers.get(i + 1) < numbers.get(i)) {
                throw new IllegalArgumentException(name + " falls at place " + i);
            }
        }
    }
}
