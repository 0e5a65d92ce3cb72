package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static java.lang.ref.Reference.reachabilityFence;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.kernel.SparseDots;
import dev.filigree.kernel.TermTable;
import java.lang.foreign.MemorySegment;

/** Documents are called into the caches a few at a time, so that their ways from memory overlap, and then multiplied one after the other. */
final class VectorSparseDots implements SparseDots {

    /** Documents on their way from memory together. */
    private static final int TOGETHER = 32;

    @Override
    public void halves(Ints start, MemorySegment entries, int termBytes, Ints numbers, int count, TermTable query, Floats out) {
        int bytes = termBytes + Short.BYTES;
        long places = Scratch.address(DocumentVectors.PLACE * TOGETHER + Integer.BYTES + Long.BYTES * (query.terms() / Long.SIZE + 2L));
        long nowhere = places + DocumentVectors.PLACE * TOGETHER;
        long matches = nowhere + Long.BYTES;
        long marks = address(query.marks());
        long table = address(query.weights());
        for (int i = 0; i < count; i += TOGETHER) {
            int some = Math.min(TOGETHER, count - i);
            long longest = DocumentVectors.find(address(start), entries.address(), bytes, address(numbers) + 4L * i, some, places);
            DocumentVectors.call(places, some, longest, nowhere);
            for (int j = 0; j < some; j++) {
                long terms = getLong(places + DocumentVectors.PLACE * j);
                int size = (int) (getLong(places + DocumentVectors.PLACE * j + 8) - terms) / bytes;
                if (termBytes == Short.BYTES) {
                    DocumentVectors.match16(terms, size, marks, matches);
                } else {
                    DocumentVectors.match32(terms, size, marks, matches);
                }
                setFloat(address(out) + 4L * (i + j), DocumentVectors.sum(termBytes, terms, size, matches, table));
            }
        }
        reachabilityFence(start);
        reachabilityFence(entries);
        reachabilityFence(numbers);
        reachabilityFence(query);
        reachabilityFence(out);
    }

    @Override
    public void summaries(MemorySegment entries, Ints buckets, int bucket, int bits, Ints terms, Floats weights, int count, Floats scores, int at) {
        long places = Scratch.address(SummaryEntries.PLACE * (count + 1L));
        SummaryEntries.find(entries.address(), address(buckets) + 4L * bucket, bits, address(terms), count, places);
        SummaryEntries.add(places, bits, address(terms), address(weights), count, address(scores) + 4L * at);
        reachabilityFence(entries);
        reachabilityFence(buckets);
        reachabilityFence(terms);
        reachabilityFence(weights);
        reachabilityFence(scores);
    }
}
