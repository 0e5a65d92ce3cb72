package dev.filigree.retrieve;

import java.util.Arrays;

/**
 * Summarises the blocks of a list: for each term the largest weight that a document of the block has there, of these the largest up to a
 * share of their sum, each as a whole number of 255ths of the largest, rounded up. Room for one thread, used again.
 */
final class Summaries {

    private static final int LEVELS = 255;

    private final ForwardIndex index;
    private final double energy;
    private final float[] largest;
    private final int[] count;
    private int[] touched = new int[1024];
    private int touchedCount;

    Summaries(ForwardIndex index, double energy) {
        this.index = index;
        this.energy = energy;
        this.largest = new float[index.vocabulary()];
        this.count = new int[index.vocabulary()];
    }

    /** @param block for each document its block, as {@link Blocks#of} gives them */
    ListOfBlocks of(int[] documents, int[] block) {
        int blocks = Arrays.stream(block).max().orElse(-1) + 1;
        int[] ends = new int[blocks];
        int[] ordered = byBlock(documents, block, ends);
        float[] scales = new float[blocks];
        Entries all = new Entries();
        for (int b = 0; b < blocks; b++) {
            gather(ordered, b == 0 ? 0 : ends[b - 1], ends[b]);
            scales[b] = keep(b, all);
        }
        return turned(ordered, ends, scales, all);
    }

    private static int[] byBlock(int[] documents, int[] block, int[] ends) {
        for (int b : block) {
            ends[b]++;
        }
        for (int b = 1; b < ends.length; b++) {
            ends[b] += ends[b - 1];
        }
        int[] next = new int[ends.length + 1];
        System.arraycopy(ends, 0, next, 1, ends.length);
        int[] ordered = new int[documents.length];
        for (int i = 0; i < documents.length; i++) {
            ordered[next[block[i]]++] = documents[i];
        }
        return ordered;
    }

    /** The largest weight of each term. */
    private void gather(int[] documents, int from, int to) {
        for (int i = from; i < to; i++) {
            int d = documents[i];
            int size = index.size(d);
            if (touchedCount + size > touched.length) {
                touched = Arrays.copyOf(touched, 2 * (touchedCount + size));
            }
            for (int j = 0; j < size; j++) {
                int term = index.term(d, j);
                if (largest[term] == 0) {
                    touched[touchedCount++] = term;
                }
                largest[term] = Math.max(largest[term], index.weight(d, j));
            }
        }
    }

    /** Takes over what is kept of what was gathered, and forgets it; returns the scale. */
    private float keep(int block, Entries out) {
        float most = 0;
        double sum = 0;
        for (int i = 0; i < touchedCount; i++) {
            most = Math.max(most, largest[touched[i]]);
            sum += largest[touched[i]];
        }
        float scale = most / LEVELS * (1 + 0x1p-20f); // a little more, so that no code stands for less than the weight
        double[] sums = new double[LEVELS + 1];
        for (int i = 0; i < touchedCount; i++) {
            sums[code(largest[touched[i]], scale)] += largest[touched[i]];
        }
        int least = LEVELS;
        for (double kept = sums[LEVELS]; least > 1 && kept < energy * sum; kept += sums[least]) {
            least--;
        }
        least = energy == 1 ? 1 : least; // sums are rounded
        for (int i = 0; i < touchedCount; i++) {
            int term = touched[i];
            int code = code(largest[term], scale);
            if (code >= least) {
                out.add(term, block, code);
                count[term]++;
            }
            largest[term] = 0;
        }
        touchedCount = 0;
        return scale;
    }

    private static int code(float weight, float scale) {
        return Math.min(LEVELS, (int) Math.ceil(weight / scale));
    }

    /** Entries term by term: blocks of a term rise as they do in {@code all}. */
    private ListOfBlocks turned(int[] documents, int[] ends, float[] scales, Entries all) {
        int[] terms = Arrays.stream(all.term, 0, all.size).sorted().distinct().toArray();
        int[] termEnds = new int[terms.length];
        int end = 0;
        for (int i = 0; i < terms.length; i++) {
            int begin = end;
            end += count[terms[i]];
            termEnds[i] = end;
            count[terms[i]] = begin;
        }
        short[] blocks = new short[all.size];
        byte[] codes = new byte[all.size];
        for (int e = 0; e < all.size; e++) {
            int at = count[all.term[e]]++;
            blocks[at] = all.block[e];
            codes[at] = all.code[e];
        }
        for (int term : terms) {
            count[term] = 0;
        }
        return new ListOfBlocks(documents, ends, scales, terms, termEnds, blocks, codes);
    }

    /** What grows while the blocks of a list are summarised. */
    private static final class Entries {

        private int[] term = new int[1024];
        private short[] block = new short[1024];
        private byte[] code = new byte[1024];
        private int size;

        void add(int t, int b, int c) {
            if (size == term.length) {
                term = Arrays.copyOf(term, 2 * size);
                block = Arrays.copyOf(block, 2 * size);
                code = Arrays.copyOf(code, 2 * size);
            }
            term[size] = t;
            block[size] = (short) b;
            code[size++] = (byte) c;
        }
    }
}
