package dev.filigree.prune.allocation;

import dev.filigree.base.Catalog;
import dev.filigree.model.Site;
import dev.filigree.prune.Cell;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Density in proportion to {@code (outputs + inputs) / positions}, for convolutions {@code (outputs + inputs + height +
 * width) / positions}, so that small layers keep more; layers that would keep more than everything stay whole and the rest
 * is spread again. For matrices both are the same.
 *
 * @param window whether the sizes of a window count (ERK) or not (ER)
 */
public record ErdosRenyi(boolean window) implements Allocation {

    /** Without the sizes of windows. */
    public static final Catalog.Entry<Allocation> ER = Catalog.entry("er", "Mocanu et al. 2018, arXiv:1707.04780",
            "small layers keep more: density in proportion to (outputs + inputs) / positions", () -> new ErdosRenyi(false));

    /** With them. */
    public static final Catalog.Entry<Allocation> ERK = Catalog.entry("erk", "Evci et al. 2020, arXiv:1911.11134",
            "the same, with the sizes of a convolution's window beside outputs and inputs", () -> new ErdosRenyi(true));

    @Override
    public long[] keep(List<Cell> cells, double sparsity, Survey survey) {
        Set<Site> sites = new LinkedHashSet<>();
        cells.forEach(c -> sites.add(c.site()));
        Set<Site> whole = new HashSet<>();
        double factor = factor(sites, whole, 1 - sparsity);
        while (sites.stream().anyMatch(s -> !whole.contains(s) && factorOf(s) * factor(sites, whole, 1 - sparsity) > 1)) {
            double f = factor(sites, whole, 1 - sparsity);
            double highest = sites.stream().filter(s -> !whole.contains(s)).mapToDouble(s -> factorOf(s) * f).max().orElse(0);
            sites.stream().filter(s -> factorOf(s) * f >= highest).forEach(whole::add);
        }
        factor = factor(sites, whole, 1 - sparsity);
        long[] keep = new long[cells.size()];
        for (int i = 0; i < keep.length; i++) {
            Cell c = cells.get(i);
            keep[i] = whole.contains(c.site()) ? c.units() : Math.round(c.units() * Math.min(1, factor * factorOf(c.site())));
        }
        return keep;
    }

    private double factorOf(Site s) {
        return (s.rows() + s.inputs() + (!window || s.height() * s.width() == 1 ? 0 : s.height() + s.width())) / (double) s.positions();
    }

    /** What the factors of the sites that are not whole are multiplied with to reach the density over all. */
    private double factor(Set<Site> sites, Set<Site> whole, double density) {
        double wanted = 0;
        double shares = 0;
        for (Site s : sites) {
            wanted += density * s.positions() - (whole.contains(s) ? s.positions() : 0);
            shares += whole.contains(s) ? 0 : factorOf(s) * s.positions();
        }
        return shares == 0 ? 0 : Math.max(0, wanted) / shares;
    }
}
