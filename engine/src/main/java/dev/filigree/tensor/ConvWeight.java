package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Window;
import java.lang.foreign.Arena;

/**
 * A sparse convolution weight {@code [outputs x (inputs / groups * height * width)]}, held in rows and column chunks as
 * {@link dev.filigree.kernel.Convolutions#csr} reads it. Column {@code (i*height + ty)*width + tx} is tap (ty, tx) of
 * input i. Outputs in groups see the inputs of their own group alone: row r has the i-th input of group
 * {@code r / (outputs / groups)}, so columns are those of one group, and no position stands for what cannot be. Only stored
 * columns count all inputs, as kernels do. Only {@link #pack} makes one, from positions that were checked, so that no entry
 * leads out of an image.
 */
public final class ConvWeight implements Weight {

    /** Ranges of rows into which work is cut at most. */
    static final int PARTS = 8;

    private final int outputs;
    private final int inputs;
    private final int height;
    private final int width;
    private final int groups;
    private final int chunk;
    private final Ints start;
    private final Ints column;
    private final Floats values;
    private final int[] cuts;

    private ConvWeight(int outputs, int inputs, int height, int width, int groups, int chunk, Ints start, Ints column, Floats values, int[] cuts) {
        this.outputs = outputs;
        this.inputs = inputs;
        this.height = height;
        this.width = width;
        this.groups = groups;
        this.chunk = chunk;
        this.start = start;
        this.column = column;
        this.values = values;
        this.cuts = cuts;
    }

    /**
     * Packs {@code values}, which are in the canonical order of {@code live}.
     *
     * @param name what messages call the weight
     * @param live positions of the matrix {@code [outputs x (inputs * height * width)]}
     */
    public static ConvWeight pack(Arena arena, String name, Topology live, Floats values, int inputs, int height, int width) {
        return pack(arena, name, live, values, inputs, height, width, 1, chunkFor(live.count(), (long) live.rows() * live.cols()));
    }

    /**
     * The same with outputs and inputs in {@code groups}.
     *
     * @param live positions of the matrix {@code [outputs x (inputs / groups * height * width)]}
     */
    public static ConvWeight grouped(Arena arena, String name, Topology live, Floats values, int groups, int height, int width) {
        return pack(arena, name, live, values, live.cols() / (height * width) * groups, height, width, groups,
                chunkFor(live.count(), (long) live.rows() * live.cols() * groups));
    }

    /** Both with a given number of columns, of all inputs, per chunk. */
    public static ConvWeight pack(Arena arena, String name, Topology live, Floats values, int inputs, int height, int width, int groups, int chunk) {
        positive(name, "inputs", inputs);
        positive(name, "height", height);
        positive(name, "width", width);
        positive(name, "groups", groups);
        positive(name, "chunk", chunk);
        positive(name, "outputs", live.rows());
        if (inputs % groups != 0 || live.rows() % groups != 0) {
            throw new UserError(name + ": " + inputs + " inputs and " + live.rows() + " outputs, expected multiples of " + groups + " groups");
        }
        if ((long) (inputs / groups) * height * width != live.cols()) {
            throw new UserError(name + ": positions have " + live.cols() + " columns, expected " + inputs / groups + " inputs * " + height + " * " + width + " taps");
        }
        if (values.length() != live.count()) {
            throw new UserError(name + ": " + values.length() + " values for " + live.count() + " positions, expected one each");
        }
        int rows = live.rows();
        int chunks = Math.ceilDiv(Math.multiplyExact(live.cols(), groups), chunk);
        Ints start = Ints.allocate(arena, Math.addExact(Math.multiplyExact(chunks, rows), 1));
        Ints column = Ints.allocate(arena, live.count());
        Floats packed = Floats.allocate(arena, live.count());
        int[] next = live.start().toArray();
        int slot = 0;
        for (int c = 0; c < chunks; c++) {
            for (int r = 0; r < rows; r++) {
                start.set(c * rows + r, slot);
                int first = r / (rows / groups) * live.cols();
                for (; next[r] < live.start().get(r + 1) && (first + live.column().get(next[r])) / chunk == c; next[r]++, slot++) {
                    column.set(slot, first + live.column().get(next[r]));
                    packed.set(slot, values.get(next[r]));
                }
            }
        }
        start.set(chunks * rows, slot);
        return new ConvWeight(rows, inputs, height, width, groups, chunk, start, column, packed, cuts(live));
    }

    private static void positive(String name, String field, int value) {
        if (value < 1) {
            throw new UserError(name + ": " + field + " is " + value + ", expected at least 1");
        }
    }

    /**
     * Columns per chunk: few, so that the strip of the image in use stays near, but enough that a row meets a dozen
     * entries of each chunk. Measured at 80 and 90 % sparsity on images of 7x7 to 56x56 pixels.
     */
    static int chunkFor(long entries, long positions) {
        return entries * 7 > positions ? 128 : 256;
    }

    /** Rows at which work may be cut into {@link #PARTS} ranges with about equal numbers of entries. */
    private static int[] cuts(Topology live) {
        int[] cuts = new int[PARTS + 1];
        int row = 0;
        for (int i = 1; i < PARTS; i++) {
            while (row < live.rows() && (long) live.start().get(row) * PARTS < (long) live.count() * i) {
                row++;
            }
            cuts[i] = row;
        }
        cuts[PARTS] = live.rows();
        return cuts;
    }

    /**
     * The weight of the gradient with respect to the input: {@code [inputs x (outputs / groups * height * width)]} with the taps
     * in reverse order, to be laid over {@link Window#backward}.
     */
    public ConvTranspose transpose(Arena arena) {
        return ConvTranspose.of(arena, this);
    }

    @Override
    public int rows() {
        return outputs;
    }

    @Override
    public int cols() {
        return inputs / groups * taps();
    }

    @Override
    public long nonZeros() {
        return values.length();
    }

    @Override
    public long bytes() {
        return start.bytes() + column.bytes() + values.bytes();
    }

    @Override
    public String layout() {
        return "convolution";
    }

    public int outputs() {
        return outputs;
    }

    /** Of all groups. */
    public int inputs() {
        return inputs;
    }

    /** Into which outputs and inputs are cut. */
    public int groups() {
        return groups;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    public int taps() {
        return height * width;
    }

    /** Columns per chunk. */
    public int chunk() {
        return chunk;
    }

    public int chunks() {
        return Math.ceilDiv(inputs * taps(), chunk);
    }

    /** Values of the live positions in the order of {@link #forEach}; gradients and optimizer state lie in the same order. */
    public Floats values() {
        return values;
    }

    Ints start() {
        return start;
    }

    Ints column() {
        return column;
    }

    /** First row of range {@code i}, and one past the last row for {@link #PARTS}. */
    int cut(int i) {
        return cuts[i];
    }

    @Override
    public void forEach(Visitor visitor) {
        for (int c = 0; c < chunks(); c++) {
            for (int r = 0; r < outputs; r++) {
                for (int j = start.get(c * outputs + r); j < start.get(c * outputs + r + 1); j++) {
                    visitor.at(r, column.get(j) % cols(), j, values.get(j)); // groups begin at multiples of cols
                }
            }
        }
    }
}
