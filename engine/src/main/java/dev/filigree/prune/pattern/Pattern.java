package dev.filigree.prune.pattern;

import dev.filigree.model.Site;
import dev.filigree.prune.Cell;
import dev.filigree.prune.Scope;
import dev.filigree.tensor.Layout;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Which shapes may be zero, which units compete, and how the survivors are held. */
public interface Pattern {

    /** As a person types it: "unstructured", "4x1", "2:4". */
    String name();

    /** The share of zeros, when the pattern leaves no choice. */
    default OptionalDouble fixedSparsity() {
        return OptionalDouble.empty();
    }

    /** The scope that a person asked for; empty lets the method choose. */
    default Optional<Scope> scope() {
        return Optional.empty();
    }

    /** Rows of a unit: what lives or dies together. */
    int unitRows();

    /** Columns of a unit. */
    int unitCols();

    /** The columns of a group in which the number of survivors is fixed, when there are groups. */
    default OptionalInt groupCols() {
        return OptionalInt.empty();
    }

    /**
     * The cells of one site, in order of their units.
     *
     * @throws dev.filigree.base.UserError when the shape of the site does not allow this pattern
     */
    List<Cell> cells(Site site, Scope scope);

    /**
     * How many columns to decide at once when a method walks over the columns: at most about {@code preferred}, and no
     * unit or group is cut.
     */
    int window(int preferred);

    /**
     * The score of each unit, from the scores of its positions: their mean, so that a unit that hangs over the edge is
     * not held back.
     *
     * @param scores {@code [rows x cols]}
     * @return in the order of {@link Cell#first}
     */
    float[] unitScores(float[] scores, int rows, int cols);

    /**
     * Chooses the survivors inside a window of columns.
     *
     * @param scores   {@code [rows x cols]} of the window, high = keep
     * @param keep     for each cell of the site how many units survive in the window
     * @param live     {@code [rows x cols]}, overwritten
     */
    void choose(float[] scores, int rows, int cols, long[] keep, boolean[] live);

    /** How the survivors are held for running. */
    Layout layout();

    /** How they are held while they are trained. */
    Layout trainingLayout();
}
