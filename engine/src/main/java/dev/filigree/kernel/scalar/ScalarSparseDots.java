package dev.filigree.kernel.scalar;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_CHAR_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.kernel.SparseDots;
import dev.filigree.kernel.TermTable;
import java.lang.foreign.MemorySegment;

final class ScalarSparseDots implements SparseDots {

    @Override
    public void halves(Ints start, MemorySegment entries, int termBytes, Ints numbers, int count, TermTable query, Floats out) {
        for (int i = 0; i < count; i++) {
            int from = start.get(numbers.get(i));
            int size = start.get(numbers.get(i) + 1) - from;
            long terms = (long) from * (termBytes + Short.BYTES);
            long weights = terms + (long) size * termBytes;
            float sum = 0;
            for (int j = 0; j < size; j++) {
                int term = termBytes == Short.BYTES ? entries.get(JAVA_CHAR_UNALIGNED, terms + 2L * j) : entries.get(JAVA_INT_UNALIGNED, terms + 4L * j);
                sum += query.weight(term) * Float.float16ToFloat(entries.get(JAVA_SHORT_UNALIGNED, weights + 2L * j));
            }
            out.set(i, sum);
        }
    }

    @Override
    public void summaries(MemorySegment entries, Ints buckets, int bucket, int bits, Ints terms, Floats weights, int count, Floats scores, int at) {
        for (int i = 0; i < count; i++) {
            int b = bucket + SparseDots.bucket(terms.get(i), bits);
            for (int e = buckets.get(b); e < buckets.get(b + 1); e++) {
                if (number(entries, e, 0) == SparseDots.key(terms.get(i), bits)) {
                    int block = at + number(entries, e, 1);
                    scores.set(block, scores.get(block) + weights.get(i) * number(entries, e, 2));
                }
            }
        }
    }

    private static int number(MemorySegment entries, int entry, int i) {
        return Byte.toUnsignedInt(entries.get(JAVA_BYTE, (long) ENTRY * entry + i));
    }
}
