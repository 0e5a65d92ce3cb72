package dev.filigree.io;

import dev.filigree.base.UserError;
import java.util.Locale;

/**
 * How the positions of a sparse matrix are stored in safetensors. The parts of matrix {@code x.weight} are tensors named
 * {@code x.<part>}; values may be of any {@link Store}, with scales in {@code x.weight_scale}.
 *
 * <ul>
 * <li>{@link #BITMASK}: compressed-tensors' {@code sparse-bitmask}: {@code shape} I64 [2], {@code bitmask} U8
 * [rows x ceil(cols/8)] with the lowest bit first, {@code compressed} [nnz] row by row, {@code row_offsets} I64 [rows],
 * left out for INT8, which that library does not know here.</li>
 * <li>{@link #BITMASK_24}: its {@code sparse-24-bitmask}: {@code shape} I64 [2 x 1], {@code compressed}
 * [rows x cols/2], {@code bitmask} as above with exactly two bits of every four.</li>
 * <li>{@link #CSR}: Filigree's own, version 1: {@code shape} I64 [2], {@code csr_offsets} I32 [rows + 1],
 * {@code csr_columns} U16 (I32 beyond 65536 columns) [nnz], {@code csr_values} [nnz].</li>
 * <li>{@link #BLOCKS}: Filigree's own, version 1, for Rx1 blocks: {@code shape} I64 [2], {@code block_offsets} I32
 * [ceil(rows/R) + 1], {@code block_columns} U16 or I32 [blocks], {@code block_values} [blocks x R].</li>
 * <li>{@link #GROUPS}: Filigree's own, version 1, for groups of 16 inputs in 4 bits: {@code shape} I64 [2], {@code group_offsets} I32 [rows + 1],
 * {@code group_words} I32 [groups, those that fill up rows included] and {@code group_codes} U8, both as {@link dev.filigree.kernel.CodedGroup} says.</li>
 * </ul>
 */
public enum SparseFormat {
    BITMASK, BITMASK_24, CSR, BLOCKS, GROUPS;

    /** Metadata that names the format and its version; a reader refuses versions it does not know. */
    static final String VERSION = "1";

    static final String SHAPE = "shape";
    static final String COMPRESSED = "compressed";
    static final String MASK = "bitmask";
    static final String ROW_OFFSETS = "row_offsets";
    static final String CSR_OFFSETS = "csr_offsets";
    static final String CSR_COLUMNS = "csr_columns";
    static final String CSR_VALUES = "csr_values";
    static final String BLOCK_OFFSETS = "block_offsets";
    static final String BLOCK_COLUMNS = "block_columns";
    static final String BLOCK_VALUES = "block_values";
    static final String GROUP_OFFSETS = "group_offsets";
    static final String GROUP_WORDS = "group_words";
    static final String GROUP_CODES = "group_codes";

    private static final String WEIGHT = ".weight";
    private static final int NARROW_COLUMNS = 1 << 16;

    /** The format that a person named. */
    public static SparseFormat named(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "bitmask" -> BITMASK;
            case "csr" -> CSR;
            default -> throw new UserError("--format: found \"" + text + "\", expected bitmask or csr");
        };
    }

    /** The metadata key that carries {@link #VERSION} for this format. */
    String metadataKey() {
        return "filigree." + name().toLowerCase(Locale.ROOT);
    }

    /** The metadata key that tells in which layout a matrix ran when that is not the usual one of its format. */
    static String layoutKey(String matrix) {
        return "filigree.layout." + matrix;
    }

    /** The name of a part of {@code matrix}, whose {@code .weight} is dropped as compressed-tensors does. */
    static String part(String matrix, String part) {
        return (matrix.endsWith(WEIGHT) ? matrix.substring(0, matrix.length() - WEIGHT.length()) : matrix) + "." + part;
    }

    /** Type of column indices. */
    static DType columnType(int cols) {
        return cols <= NARROW_COLUMNS ? DType.U16 : DType.I32;
    }
}
