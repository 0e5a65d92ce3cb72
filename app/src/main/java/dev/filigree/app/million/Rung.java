package dev.filigree.app.million;

import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import java.util.List;

/**
 * One size of the ladder on which truly sparse SET was published (code beside Mocanu et al. 2018, arXiv:1707.04780): three hidden layers
 * of equal width between 3,312 features and 5 classes, 135 examples in batches of 2, random positions with epsilon 20.
 *
 * @param number           of the row, from 1
 * @param hidden           neurons of each hidden layer
 * @param publishedMinutes of an epoch on the authors' laptop
 */
public record Rung(int number, int hidden, double publishedMinutes) {

    static final int FEATURES = 3312;
    static final int CLASSES = 5;
    static final int EXAMPLES = 135;
    static final int BATCH = 2;
    /** Whole batches of an epoch. */
    static final int STEPS = EXAMPLES / BATCH;
    private static final int EPSILON = 20;

    private static final List<Rung> ALL = List.of(new Rung(1, 3_000, 0.3), new Rung(2, 30_000, 3), new Rung(3, 300_000, 49), new Rung(4, 600_000, 112));

    /** The rows of these numbers. */
    public static List<Rung> numbered(List<Integer> numbers) {
        for (int n : numbers) {
            if (n < 1 || n > ALL.size()) {
                throw new UserError("--rows: found " + n + ", expected 1 to " + ALL.size());
            }
        }
        return ALL.stream().filter(r -> numbers.contains(r.number)).toList();
    }

    List<Integer> widths() {
        return List.of(FEATURES, hidden, hidden, hidden, CLASSES);
    }

    /** Live positions of a weight: {@code epsilon (rows + cols)}, at most all. */
    static long live(Site site) {
        return Math.min(site.positions(), EPSILON * ((long) site.rows() + site.cols()));
    }
}
