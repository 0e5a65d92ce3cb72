package dev.filigree.ops;

import java.util.stream.IntStream;

/**
 * Windows of running text, as many tokens of each of some rows, and the token that follows each.
 *
 * @param order how tokens are laid out
 * @param ids   of the tokens
 * @param next  the id that follows each; -1 where nothing is judged
 * @param carry what a recurrent model keeps from window to window; null where windows stand alone
 */
public record Text(Order order, int rows, int steps, int[] ids, int[] next, Carry carry) implements Labelled {

    /** How tokens are laid out. */
    public enum Order {
        /** Row after row, which attention wants: token {@code row * steps + step}. */
        ROWS,
        /** Step after step, which recurrent layers want: token {@code step * rows + row}. */
        STEPS
    }

    public Text {
        if (rows < 1 || steps < 1 || ids.length != (long) rows * steps || next.length != ids.length) {
            throw new IllegalArgumentException(ids.length + " ids and " + next.length + " labels for " + rows + " rows of " + steps + " tokens");
        }
    }

    /** This, when it is laid out so. */
    public Text in(Order wanted) {
        if (order != wanted) {
            throw new IllegalArgumentException("this model takes text laid out by " + wanted + ", found " + order);
        }
        return this;
    }

    @Override
    public int size() {
        return rows;
    }

    @Override
    public int[] labels() {
        return next;
    }

    /** The rows as sequences; laid out by rows only. */
    public Spans spans() {
        in(Order.ROWS);
        return new Spans(IntStream.rangeClosed(0, rows).map(r -> r * steps).toArray());
    }

    /** The step of each token. */
    public int[] positions() {
        return IntStream.range(0, ids.length).map(i -> order == Order.ROWS ? i % steps : i / rows).toArray();
    }
}
