package dev.filigree.model;

/**
 * A place where a prunable weight [rows x cols] lives.
 *
 * @param name  of its parameter
 * @param block index of the transformer block
 */
public record Site(String name, int block, Role role, int rows, int cols) {

    public long positions() {
        return (long) rows * cols;
    }

    /** Short name for tables: "0.query". */
    public String shortName() {
        return block + "." + role.name().toLowerCase(java.util.Locale.ROOT);
    }
}
