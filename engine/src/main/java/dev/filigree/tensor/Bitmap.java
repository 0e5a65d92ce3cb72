package dev.filigree.tensor;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One bit for every position and the live values row by row: the smallest index below about 97 % sparsity.
 *
 * @param bits  {@code [rows] [ceil(cols/64)]} words, lowest bit first
 * @param start offsets of the rows in {@code values}, {@code rows + 1} of them
 */
public record Bitmap(int rows, int cols, MemorySegment bits, Ints start, Floats values) implements Weight {

    /** @throws dev.filigree.base.UserError rows whose bits do not match their values, or a bit past the last column */
    public Bitmap {
        Checked.shape("bitmap", rows, cols);
        Checked.nativeMemory("bitmap", bits);
        int words = Math.ceilDiv(cols, 64);
        Checked.length("bitmap", "bytes of bits", bits.byteSize(), 8L * rows * words);
        Checked.offsets("bitmap", start, rows, values.length());
        for (int r = 0; r < rows; r++) {
            int count = 0;
            for (int i = 0; i < words; i++) {
                count += Long.bitCount(bits.getAtIndex(JAVA_LONG, (long) r * words + i));
            }
            Checked.length("bitmap", "values in row " + r, start.get(r + 1) - start.get(r), count);
            long last = bits.getAtIndex(JAVA_LONG, (long) (r + 1) * words - 1);
            Checked.length("bitmap", "bits past the last column in row " + r, cols % 64 == 0 ? 0 : Long.bitCount(last >>> cols % 64), 0);
        }
    }

    /** Packs {@code values}, in the canonical order of {@code t}. */
    public static Bitmap pack(Arena arena, Topology t, Floats values) {
        int words = Math.ceilDiv(t.cols(), 64);
        MemorySegment bits = arena.allocate(8L * t.rows() * words, Floats.ALIGNMENT);
        for (int r = 0; r < t.rows(); r++) {
            for (int j = t.start().get(r); j < t.start().get(r + 1); j++) {
                int c = t.column().get(j);
                long word = (long) r * words + c / 64;
                bits.setAtIndex(JAVA_LONG, word, bits.getAtIndex(JAVA_LONG, word) | 1L << c % 64);
            }
        }
        Ints start = Ints.allocate(arena, t.rows() + 1);
        MemorySegment.copy(t.start().segment(), 0, start.segment(), 0, start.bytes());
        return new Bitmap(t.rows(), t.cols(), bits, start, Floats.allocate(arena, values.length()).copyFrom(values));
    }

    @Override
    public long nonZeros() {
        return values.length();
    }

    @Override
    public long bytes() {
        return bits.byteSize() + start.bytes() + values.bytes();
    }

    @Override
    public String layout() {
        return "bitmap";
    }

    @Override
    public void forEach(Visitor visitor) {
        int words = Math.ceilDiv(cols, 64);
        for (int r = 0; r < rows; r++) {
            int slot = start.get(r);
            for (int i = 0; i < words; i++) {
                for (long left = bits.getAtIndex(JAVA_LONG, (long) r * words + i); left != 0; left &= left - 1, slot++) {
                    visitor.at(r, i * 64 + Long.numberOfTrailingZeros(left), slot, values.get(slot));
                }
            }
        }
    }
}
