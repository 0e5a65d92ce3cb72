package dev.filigree.io;

import dev.filigree.base.Floats;
import java.lang.foreign.Arena;

/**
 * Rows of query and key weights in the order of their rotary pairs: as halves (Hugging Face), where rows i and i + size / 2 of a head turn together, or as
 * neighbours (Llama as it was published, GGUF), where rows 2i and 2i + 1 do.
 */
final class RotaryOrder {

    private RotaryOrder() {
    }

    /** Whether the rows of a weight under our name are of such pairs. */
    static boolean has(String name) {
        return name.endsWith("q_proj.weight") || name.endsWith("k_proj.weight");
    }

    /** The same weight {@code [rows x cols]}, its rows from halves to neighbours, or back. */
    static Floats turned(Arena arena, Floats w, int rows, int cols, int size, boolean toNeighbours) {
        Floats out = Floats.allocate(arena, w.length());
        for (int r = 0; r < rows; r++) {
            int j = r % size;
            int pair = r - j + (j % 2 * (size / 2) + j / 2); // where halves have what is the j-th row of neighbours
            int to = toNeighbours ? r : pair;
            int from = toNeighbours ? pair : r;
            for (int c = 0; c < cols; c++) {
                out.set(to * cols + c, w.get(from * cols + c));
            }
        }
        return out;
    }
}
