package dev.filigree.tensor;

import dev.filigree.base.Floats;

/** Every position stored, row by row: tables to look rows up in, biases [n x 1], and weights before they are packed. */
public record Dense(int rows, int cols, Values values) implements Weight {

    public Dense {
        if ((long) rows * cols != values.length()) {
            throw new IllegalArgumentException("a dense " + rows + " x " + cols + " weight has " + values.length() + " values");
        }
    }

    public static Dense of(int rows, int cols, Floats values) {
        return new Dense(rows, cols, new Values.F32(values));
    }

    /** The 32-bit values {@code [rows x cols]}; a weight held in another type has none. */
    public Floats floats() {
        if (values instanceof Values.F32 f) {
            return f.floats();
        }
        throw new IllegalStateException("this dense weight is held as " + values.getClass().getSimpleName());
    }

    @Override
    public long nonZeros() {
        return positions();
    }

    @Override
    public long bytes() {
        return values.bytes();
    }

    @Override
    public String layout() {
        return "dense";
    }

    @Override
    public void forEach(Visitor visitor) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                int i = r * cols + c;
                visitor.at(r, c, i, values.get(i));
            }
        }
    }
}
