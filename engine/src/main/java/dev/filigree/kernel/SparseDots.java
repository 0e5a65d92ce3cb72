package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import java.lang.foreign.MemorySegment;

/** Inner products of many short sparse vectors and one that lies in a table. Whole numbers in memory have their lowest byte first. */
public interface SparseDots {

    /** Bytes behind the last vector that may be read. */
    int PADDING = 64;

    /** Bytes of an entry of a summary: its key, its block, its code. */
    int ENTRY = 3;

    /** Bits of a term that tell it from others, and of these the key. */
    int TERM_BITS = 16;
    int KEY_BITS = 8;

    /**
     * {@code out[i] = sum over the entries of vector numbers[i], in their order, of query[term] weight}: the same bits from every kernel. A vector
     * is its terms and behind them its weights, as bits of binary16 that are finite and not below zero; vectors lie end to end.
     *
     * @param start     entries before each vector, {@code [vectors + 1]}
     * @param entries   all vectors, and {@link #PADDING} bytes more
     * @param termBytes 2 or 4
     * @param numbers   vectors wanted {@code [count]}
     */
    void halves(Ints start, MemorySegment entries, int termBytes, Ints numbers, int count, TermTable query, Floats out);

    /**
     * {@code scores[at + block] += weights[i] code} for every entry of the term {@code terms[i]}, i below {@code count}. Entries lie in
     * {@code 2^bits} buckets: which is told by the highest bits of the hash of a term, and the next {@link #KEY_BITS} are the key of an entry,
     * so that some terms that differ are taken for one another where there are few buckets.
     *
     * @param entries {@link #ENTRY} unsigned bytes each: key, block, code
     * @param buckets entries before each bucket, and before the one after the last
     * @param bucket  number of the first of the buckets
     * @param terms   as {@link #hash} gives them
     */
    void summaries(MemorySegment entries, Ints buckets, int bucket, int bits, Ints terms, Floats weights, int count, Floats scores, int at);

    /** {@value #TERM_BITS} bits of a term, its high bits well mixed; terms below 65,536 have different ones. */
    static int hash(int term) {
        return term * 40503 & (1 << TERM_BITS) - 1;
    }

    /** The number of the bucket among {@code 2^bits}. */
    static int bucket(int hash, int bits) {
        return hash >>> TERM_BITS - bits;
    }

    /** The key in a bucket of {@code 2^bits}. */
    static int key(int hash, int bits) {
        return (hash << bits & (1 << TERM_BITS) - 1) >>> TERM_BITS - KEY_BITS;
    }
}
