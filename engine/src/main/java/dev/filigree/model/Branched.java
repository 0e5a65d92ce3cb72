package dev.filigree.model;

import dev.filigree.kernel.Activation;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Param;
import dev.filigree.ops.Passing;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Tiled;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network of whose linear layers some are sums of {@link Branch branches}: {@code y = f(sum_i branch_i(x) + bias)}. The network
 * itself knows nothing of it.
 */
public final class Branched extends Around {

    private final Map<Param, List<Branch>> sums = new LinkedHashMap<>();
    private final List<Site> sites = new ArrayList<>();
    private final List<Held> params;
    private final List<Held> trained;

    /** What becomes of the base. */
    public enum Rest {
        /** The weights of the base are a first branch of each sum, and nothing of the base is trained. */
        FROZEN,
        /** Branches take the place of the weights, which need no values; everything else of the base is trained with them. */
        TRAINED
    }

    /**
     * @param branches of the weights that are sums, by the name of their site; a sparse one is a product of the shape of the site
     */
    public Branched(Network base, Rest rest, Map<String, List<Branch>> branches) {
        super(base);
        Set<Held> all = new LinkedHashSet<>(base.params());
        Set<Held> moving = new LinkedHashSet<>(rest == Rest.TRAINED ? base.trained() : List.of());
        for (Site s : base.sites()) {
            Held own = base.param(s);
            List<Branch> sum = new ArrayList<>(branches.getOrDefault(s.name(), List.of()));
            if (sum.isEmpty() || rest == Rest.FROZEN) {
                sites.add(s);
            } else {
                all.remove(own);
                moving.remove(own);
            }
            for (Branch b : sum) {
                all.addAll(b.params());
                moving.addAll(b.params());
                if (b instanceof Branch.Product p) {
                    sites.add(new Site(p.weight().name(), s.block(), s.role(), s.rows(), s.cols()));
                }
            }
            if (!sum.isEmpty()) {
                if (rest == Rest.FROZEN) {
                    sum.addFirst(new Branch.Product(own));
                }
                sums.put(own, sum);
            }
        }
        if (!base.sites().stream().map(Site::name).toList().containsAll(branches.keySet())) {
            throw new IllegalArgumentException("branches for " + branches.keySet() + ", expected sites of " + base.sites().stream().map(Site::name).toList());
        }
        this.params = List.copyOf(all);
        this.trained = List.copyOf(moving);
    }

    /** Numbers that branches hold, the weights of a frozen base not counted. */
    public long count() {
        return sums.values().stream().flatMap(List::stream).filter(b -> trained.containsAll(b.params())).mapToLong(Branch::count).sum();
    }

    /** The weight of a site as one matrix, a copy. */
    public Tiled merged(Site site) {
        Tiled w = Tiled.room(site.rows(), site.cols());
        Held own = network().param(site);
        sums.getOrDefault(own, List.of(new Branch.Product(own))).forEach(b -> b.addTo(w));
        return w;
    }

    private final class Sums extends Passing {

        private final Ops inner;

        Sums(Ops inner) {
            super(inner);
            this.inner = inner;
        }

        @Override
        public Value linear(Param weight, Param bias, Activation f, Value x) {
            List<Branch> sum = sums.get(weight);
            if (sum == null) {
                return inner.linear(weight, bias, f, x);
            }
            Value y = sum.getFirst().of(inner, bias, x);
            for (Branch b : sum.subList(1, sum.size())) {
                Value more = b.of(inner, null, x);
                Value before = y;
                y = inner.add(before, more);
                inner.release(before);
                inner.release(more);
            }
            if (f == Activation.NONE) {
                return y;
            }
            Value z = inner.activate(f, y);
            inner.release(y);
            return z;
        }
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        return super.enter(new Sums(ops), in);
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        return super.block(new Sums(ops), i, x, in);
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        return super.leave(new Sums(ops), x, in);
    }

    /** Prunable weights that are one matrix each, a frozen one included. */
    @Override
    public List<Site> sites() {
        return List.copyOf(sites);
    }

    @Override
    public List<Held> params() {
        return params;
    }

    @Override
    public List<Held> trained() {
        return trained;
    }
}
