package dev.filigree.prune.pattern;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Cell;
import dev.filigree.prune.Scope;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.RowGroups;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Any blocks of R x G positions may be zero: single weights ("unstructured"), R outputs that share an input ("4x1"), or G
 * inputs of one output ("1x8"). Blocks lie on a grid; at the lower and right edge they may be smaller.
 */
public final class Blocks implements Pattern {

    /** Any single weight. */
    public static final Catalog.Entry<Pattern> UNSTRUCTURED = Catalog.entry("unstructured", "", "any weight may be zero",
            List.of(Option.of("scope", "auto", "which weights compete: row, layer, or auto for what suits the method")),
            s -> new Blocks("unstructured", 1, 1, scope(s.text("scope"))));

    /** Blocks of outputs that share an input. */
    public static final Catalog.Entry<Pattern> COLUMN_BLOCKS = Catalog.entry("Rx1", "Elsen et al. 2020, arXiv:1911.09723",
            "blocks of R consecutive outputs of one input",
            List.of(Option.of("R", 4, "outputs of a block"), Option.of("scope", "auto", "which blocks compete: row (of blocks), layer, or auto")),
            s -> new Blocks(height(s.integer("R")) + "x1", s.integer("R"), 1, scope(s.text("scope"))));

    /** Groups of inputs of one output. */
    public static final Catalog.Entry<Pattern> ROW_GROUPS = Catalog.entry("1xG", "",
            "groups of G consecutive inputs of one output",
            List.of(Option.of("G", 8, "inputs of a group"), Option.of("scope", "auto", "which groups compete: row, layer, or auto")),
            s -> new Blocks("1x" + size("G", s.integer("G")), 1, s.integer("G"), scope(s.text("scope"))));

    /** Products cut the outputs into ranges of 48, which must not cut a block. */
    private static final List<Integer> HEIGHTS = List.of(1, 2, 3, 4, 6, 8, 12, 16, 24, 48);
    private static final int LARGEST = 256;

    private final String name;
    private final int unitRows;
    private final int unitCols;
    private final Optional<Scope> scope;

    /** Any single weight; the method chooses the scope. */
    public static Blocks unstructured() {
        return new Blocks("unstructured", 1, 1, Optional.empty());
    }

    /** Blocks of some rows and columns; the method chooses the scope. */
    public static Blocks of(int unitRows, int unitCols) {
        return new Blocks(unitRows + "x" + unitCols, unitRows, unitCols, Optional.empty());
    }

    private Blocks(String name, int unitRows, int unitCols, Optional<Scope> scope) {
        this.name = name;
        this.unitRows = unitRows;
        this.unitCols = unitCols;
        this.scope = scope;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int unitRows() {
        return unitRows;
    }

    @Override
    public int unitCols() {
        return unitCols;
    }

    @Override
    public Optional<Scope> scope() {
        return scope;
    }

    @Override
    public List<Cell> cells(Site site, Scope scope) {
        int down = Math.ceilDiv(site.rows(), unitRows);
        int across = Math.ceilDiv(site.cols(), unitCols);
        if (scope == Scope.LAYER) {
            return List.of(new Cell(site, 0, (long) down * across, unitRows * unitCols, OptionalLong.empty()));
        }
        List<Cell> cells = new ArrayList<>(down);
        for (int i = 0; i < down; i++) {
            cells.add(new Cell(site, (long) i * across, across, unitRows * unitCols, OptionalLong.empty()));
        }
        return cells;
    }

    @Override
    public int window(int preferred) {
        return Math.max(1, preferred / unitCols) * unitCols;
    }

    @Override
    public float[] unitScores(float[] scores, int rows, int cols) {
        if (unitRows == 1 && unitCols == 1) {
            return scores;
        }
        int across = Math.ceilDiv(cols, unitCols);
        float[] units = new float[Math.ceilDiv(rows, unitRows) * across];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                units[r / unitRows * across + c / unitCols] += scores[r * cols + c];
            }
        }
        for (int u = 0; u < units.length; u++) {
            int high = Math.min(rows - u / across * unitRows, unitRows);
            int wide = Math.min(cols - u % across * unitCols, unitCols);
            units[u] /= high * wide;
        }
        return units;
    }

    @Override
    public void choose(float[] scores, int rows, int cols, long[] keep, boolean[] live) {
        int across = Math.ceilDiv(cols, unitCols);
        float[] units = unitScores(scores, rows, cols);
        float[] scratch = new float[units.length / keep.length];
        java.util.Arrays.fill(live, false);
        for (int i = 0; i < keep.length; i++) {
            int size = units.length / keep.length;
            Selection.best(units, i * size, (i + 1) * size, keep[i], scratch, u -> mark(u / across, u % across, rows, cols, live));
        }
    }

    private void mark(int down, int across, int rows, int cols, boolean[] live) {
        for (int r = down * unitRows; r < Math.min(rows, (down + 1) * unitRows); r++) {
            for (int c = across * unitCols; c < Math.min(cols, (across + 1) * unitCols); c++) {
                live[r * cols + c] = true;
            }
        }
    }

    @Override
    public Layout layout() {
        return unitRows == 1 ? this::packRows : Layout.blocks(unitRows);
    }

    /** Groups where they cut the columns evenly, else single entries. */
    private Weight packRows(Arena arena, Topology t, Floats values) {
        int size = RowGroups.sizeFor(unitCols, t.cols());
        return (size > 1 ? Layout.groups(size) : Layout.CSR).pack(arena, t, values);
    }

    @Override
    public Layout trainingLayout() {
        return layout();
    }

    private static Optional<Scope> scope(String text) {
        return switch (text) {
            case "auto" -> Optional.empty();
            case "row" -> Optional.of(Scope.ROW);
            case "layer" -> Optional.of(Scope.LAYER);
            default -> throw new UserError("setting 'scope' of a pattern: found '" + text + "', expected row, layer or auto");
        };
    }

    private static int height(int rows) {
        if (!HEIGHTS.contains(rows)) {
            throw new UserError("--pattern: found R=" + rows + ", expected one of "
                    + HEIGHTS.stream().map(String::valueOf).collect(Collectors.joining(", ")));
        }
        return rows;
    }

    private static int size(String setting, int value) {
        if (value < 1 || value > LARGEST) {
            throw new UserError("--pattern: found " + setting + "=" + value + ", expected 1 to " + LARGEST);
        }
        return value;
    }
}
