package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.UserError;
import dev.filigree.kernel.CodedGroup;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Groups of 16 consecutive inputs of one output in 4 bits, with a scale and a zero of their own: 96 bits a group, as {@link CodedGroup} lays them out. Where half of the groups
 * are live a weight takes three bits for each of its positions, and what fills up its rows.
 *
 * @param start first group of each row, {@code rows + 1} multiples of {@link CodedGroup#PER_STEP}
 * @param word  scale, zero and column of each group, those of a row in order; {@link CodedGroup#FILLER}s after the last of a row
 * @param codes units of eight groups, aligned to 64 bytes
 */
public record CodedGroups(int rows, int cols, Ints start, Ints word, MemorySegment codes) implements Weight {

    /** How it is called in files and reports. */
    public static final String LAYOUT = "1x16 int4";

    /** @throws UserError a size, an offset, a column or a scale with which products would go astray */
    public CodedGroups {
        Checked.shape(LAYOUT, rows, cols);
        Checked.nativeMemory(LAYOUT, codes);
        if (cols % CodedGroup.SIZE != 0 || cols > CodedGroup.MOST_COLS) {
            throw new UserError(LAYOUT + ": found " + cols + " inputs, expected a multiple of " + CodedGroup.SIZE + " up to " + CodedGroup.MOST_COLS);
        }
        Checked.offsets(LAYOUT, start, rows, word.length());
        Checked.length(LAYOUT, "bytes of codes", codes.byteSize(), bytesOfCodes(word.length()));
        for (int r = 0; r < rows; r++) {
            row(start, word, r, cols);
        }
    }

    /** Looks at the groups of one row. */
    private static void row(Ints start, Ints word, int r, int cols) {
        if (start.get(r + 1) % CodedGroup.PER_STEP != 0) {
            throw new UserError(LAYOUT + ": row " + r + " ends at group " + start.get(r + 1) + ", expected a multiple of " + CodedGroup.PER_STEP);
        }
        int previous = -1;
        for (int j = start.get(r); j < start.get(r + 1); j++) {
            if (word.get(j) == CodedGroup.FILLER) {
                previous = cols; // none may follow
                continue;
            }
            int column = CodedGroup.column(word.get(j));
            float scale = CodedGroup.scale(word.get(j));
            if (column <= previous || column >= cols) {
                throw new UserError(LAYOUT + ": group " + j + " of row " + r + " begins at column " + column + ", which is out of order or outside 0.." + (cols - 1));
            }
            if (!(scale > 0) || Float.isInfinite(scale)) {
                throw new UserError(LAYOUT + ": scale " + j + " is " + scale + ", expected a finite number above zero");
            }
            previous = column;
        }
    }

    /** Bytes of the codes of so many groups: whole units. */
    public static long bytesOfCodes(long groups) {
        return Math.ceilDiv(groups, CodedGroup.PER_UNIT) * (long) CodedGroup.SIZE * Integer.BYTES;
    }

    /** Rounds values to the {@link Grid} of their group. */
    public static CodedGroups pack(Arena arena, Topology t, Floats values) {
        RowGroups g = RowGroups.pack(Arena.ofAuto(), t, values, CodedGroup.SIZE, CodedGroup.MOST_COLS);
        Ints start = Ints.allocate(arena, t.rows() + 1);
        for (int r = 0; r < t.rows(); r++) {
            int groups = g.start().get(r + 1) - g.start().get(r);
            start.set(r + 1, start.get(r) + Math.ceilDiv(groups, CodedGroup.PER_STEP) * CodedGroup.PER_STEP);
        }
        int groups = start.get(t.rows());
        Ints word = Ints.allocate(arena, groups); // of fillers
        MemorySegment codes = arena.allocate(Math.max(1, bytesOfCodes(groups)), Floats.ALIGNMENT).asSlice(0, bytesOfCodes(groups));
        float[] group = new float[CodedGroup.SIZE];
        for (int r = 0; r < t.rows(); r++) {
            int to = start.get(r);
            for (int j = g.start().get(r); j < g.start().get(r + 1); j++, to++) {
                for (int i = 0; i < group.length; i++) {
                    group[i] = g.values().get(j * group.length + i);
                }
                Grid grid = Grid.of(group, 0, group.length);
                word.set(to, CodedGroup.word(grid.scale(), grid.zero(), g.column().get(j)));
                for (int i = 0; i < group.length; i++) {
                    CodedGroup.code(codes, to, i, grid.code(group[i]));
                }
            }
        }
        return new CodedGroups(t.rows(), t.cols(), start, word, codes);
    }

    @Override
    public long nonZeros() {
        long groups = 0;
        for (int j = 0; j < word.length(); j++) {
            groups += word.get(j) == CodedGroup.FILLER ? 0 : 1;
        }
        return groups * CodedGroup.SIZE;
    }

    @Override
    public long bytes() {
        return start.bytes() + word.bytes() + codes.byteSize();
    }

    @Override
    public String layout() {
        return LAYOUT;
    }

    @Override
    public void forEach(Visitor visitor) {
        for (int r = 0; r < rows; r++) {
            for (int j = start.get(r); j < start.get(r + 1); j++) {
                int w = word.get(j);
                for (int i = 0; w != CodedGroup.FILLER && i < CodedGroup.SIZE; i++) {
                    visitor.at(r, CodedGroup.column(w) + i, j * CodedGroup.SIZE + i, CodedGroup.scale(w) * (CodedGroup.code(codes, j, i) - CodedGroup.zero(w)));
                }
            }
        }
    }
}
