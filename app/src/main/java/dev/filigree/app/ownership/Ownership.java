package dev.filigree.app.ownership;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.tensor.Topology;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Puts a {@link Mark} into which weights of a sparse network live, and reads it back (Chen et al. 2021, arXiv:2111.00162). It goes where the
 * {@link CellView} agrees with it most. A white module's cell is emptied; in a black one that was empty a random position comes to life;
 * what every code has is left as it was. Then as many positions come to life in black cells, or the smallest of cells with
 * several die, that the number of live ones is what it was, as far as that is possible.
 */
public final class Ownership {

    private Ownership() {
    }

    /** Where a mark is: known to its owner alone. */
    public record Place(String site, int row, int col) {
    }

    /**
     * Puts the mark into a network, whose weights are to be tuned afterwards.
     *
     * @param size of the values that come to life, of random sign, in medians of the sizes of their weight's values: those that begin at 0
     *             disturb least, and are the first to go when somebody prunes by size
     */
    public static Place put(Network network, Mark mark, double size, Rng rng) {
        Place best = null;
        double most = -1;
        for (Site s : network.sites()) {
            CellView view = CellView.of(s);
            int[][] counts = view.roomy() ? view.counts(Topology.of(network.param(s).forward())) : null;
            for (int r = 0; counts != null && r + Mark.SIZE <= view.rows(); r++) {
                for (int c = 0; c + Mark.SIZE <= view.cols(); c++) {
                    double agreement = mark.agreement(cut(counts, r, c));
                    if (agreement > most) {
                        most = agreement;
                        best = new Place(s.name(), r, c);
                    }
                }
            }
        }
        if (best == null) {
            throw new UserError("mark: no weight of this network has " + Mark.SIZE + " x " + Mark.SIZE + " cells (inputs by outputs of a convolution, squares of 3 x 3 of a matrix); use a wider network");
        }
        put(network, site(network, best), best, mark, size, rng);
        return best;
    }

    /** What is at a place now. */
    public static Mark read(Network network, Place place) {
        Site s = site(network, place);
        return cut(CellView.of(s).counts(Topology.of(network.param(s).forward())), place.row, place.col);
    }

    private static Site site(Network network, Place place) {
        return network.sites().stream().filter(s -> s.name().equals(place.site)).findFirst()
                .orElseThrow(() -> new UserError("mark: the network has no weight " + place.site + ", where the mark should be"));
    }

    private static Mark cut(int[][] counts, int row, int col) {
        boolean[][] modules = new boolean[Mark.SIZE][Mark.SIZE];
        for (int r = 0; r < Mark.SIZE; r++) {
            for (int c = 0; c < Mark.SIZE; c++) {
                modules[r][c] = counts[row + r][col + c] > 0;
            }
        }
        return new Mark(modules);
    }

    private static void put(Network network, Site s, Place place, Mark mark, double size, Rng rng) {
        CellView view = CellView.of(s);
        Positions positions = new Positions(network, s);
        Map<Long, Float> live = positions.live();
        int count = positions.count();
        float first = (float) (size * live.values().stream().mapToDouble(Math::abs).sorted().skip(count / 2).findFirst().orElse(0));
        List<List<Long>> black = new ArrayList<>();
        for (int r = 0; r < Mark.SIZE; r++) {
            for (int c = 0; c < Mark.SIZE; c++) {
                List<Long> cell = cell(view, s.cols(), place.row + r, place.col + c);
                if (!Mark.fixed(r, c)) {
                    if (!mark.modules()[r][c]) {
                        cell.forEach(live::remove);
                    } else if (cell.stream().noneMatch(live::containsKey)) {
                        live.put(cell.get(rng.nextInt(cell.size())), rng.nextInt(2) == 0 ? first : -first);
                    }
                    if (mark.modules()[r][c]) {
                        black.add(cell);
                    }
                }
            }
        }
        even(live, black, count, rng);
        positions.put(network);
    }

    /** Makes the number of live positions what it was, in black cells alone, which stay black. */
    private static void even(Map<Long, Float> live, List<List<Long>> black, int count, Rng rng) {
        List<Long> dead = new ArrayList<>(black.stream().flatMap(List::stream).filter(p -> !live.containsKey(p)).toList());
        while (live.size() < count && !dead.isEmpty()) {
            live.put(dead.remove(rng.nextInt(dead.size())), 0f); // these say nothing, so they need not last
        }
        List<Long> spare = new ArrayList<>();
        for (List<Long> cell : black) { // the largest of each cell stays
            cell.stream().filter(live::containsKey).sorted(Comparator.comparing(p -> -Math.abs(live.get(p)))).skip(1).forEach(spare::add);
        }
        spare.sort(Comparator.comparing(p -> Math.abs(live.get(p))));
        for (int i = 0; live.size() > count && i < spare.size(); i++) {
            live.remove(spare.get(i));
        }
    }

    private static List<Long> cell(CellView view, int cols, int row, int col) {
        List<Long> all = new ArrayList<>();
        for (int r = row * view.height(); r < (row + 1) * view.height(); r++) {
            for (int c = col * view.width(); c < (col + 1) * view.width(); c++) {
                all.add((long) r * cols + c);
            }
        }
        return all;
    }
}
