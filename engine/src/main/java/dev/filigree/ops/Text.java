package dev.filigree.ops;

import java.util.stream.IntStream;

/**
 * Windows of running text: as many tokens of each of some rows, row after row, and the token that follows each.
 *
 * @param ids   {@code [rows] [steps]}
 * @param next  the id that follows each; -1 where nothing is judged
 * @param carry what a recurrent model keeps from window to window; null where windows stand alone
 */
public record Text(int rows, int steps, int[] ids, int[] next, Carry carry) implements Labelled, Sequences {

    public Text {
        if (rows < 1 || steps < 1 || ids.length != (long) rows * steps || next.length != ids.length) {
            throw new IllegalArgumentException(ids.length + " ids and " + next.length + " labels for " + rows + " rows of " + steps + " tokens");
        }
    }

    @Override
    public int size() {
        return rows;
    }

    @Override
    public int[] labels() {
        return next;
    }

    /** The rows as sequences. */
    @Override
    public Spans spans() {
        return new Spans(IntStream.rangeClosed(0, rows).map(r -> r * steps).toArray());
    }

    /** The step of each token. */
    @Override
    public int[] positions() {
        return IntStream.range(0, ids.length).map(i -> i % steps).toArray();
    }

    /** The tokens step after step, as recurrent layers want them: which token stands at {@code step * rows + row}. */
    public int[] bySteps() {
        return IntStream.range(0, ids.length).map(i -> i % rows * steps + i / rows).toArray();
    }

    /** The way back: where {@link #bySteps} puts each token. */
    public int[] byRows() {
        return IntStream.range(0, ids.length).map(i -> i % steps * rows + i / steps).toArray();
    }
}
