package dev.filigree.model;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Dense;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model that can be trained from scratch. Its constructor declares every parameter with its shape and how its values
 * begin; prunable weights have no values until they are born, dense or sparse, so that a network that is to be sparse
 * never was dense.
 */
public abstract class Network implements Model {

    private final Map<String, Held> params = new LinkedHashMap<>();
    private final Map<String, Init> inits = new LinkedHashMap<>();
    private final Map<String, Held> biases = new LinkedHashMap<>();
    private final List<Site> sites = new ArrayList<>();
    private final List<Held> statistics = new ArrayList<>();
    private final List<Whole> whole = new ArrayList<>();

    /**
     * A weight that is trained but never pruned and has no values before birth: tables, filters of single channels.
     *
     * @param packed whether products use it as a weight
     */
    public record Whole(String name, int rows, int cols, boolean packed) {
    }

    /** A weight {@code [outputs x inputs]} and the bias {@code [outputs x 1]} of its outputs, or null. */
    public record Linear(Held weight, Held bias) {
    }

    /** Declares a prunable weight with a bias that begins at zero. */
    protected final Linear linear(Site site, Init init) {
        Held weight = weight(site, init);
        Held bias = vector(site.name().replaceAll("\\.weight$", "") + ".bias", site.rows(), 0);
        biases.put(site.name(), bias);
        return new Linear(weight, bias);
    }

    /** Declares a prunable weight without a bias. */
    protected final Held weight(Site site, Init init) {
        sites.add(site);
        return declare(new Held(site.name()), init);
    }

    /** Declares a weight {@code [rows x cols]} that is never pruned: a table of which rows are looked up, filters of single channels. */
    protected final Held whole(String name, int rows, int cols, Init init) {
        whole.add(new Whole(name, rows, cols, false));
        return declare(new Held(name), init);
    }

    /** The same for a weight of products, which may be a table too. */
    protected final Held unpruned(String name, int rows, int cols, Init init) {
        whole.add(new Whole(name, rows, cols, true));
        return declare(new Held(name), init);
    }

    /** The weights that are never pruned, which have no values until they are born. */
    public final List<Whole> whole() {
        return List.copyOf(whole);
    }

    /** How the values of a weight that is never pruned begin. */
    public final Init init(Whole w) {
        return inits.get(w.name());
    }

    /** Declares a bias, gain or shift {@code [n x 1]} whose values all begin alike. */
    protected final Held vector(String name, int n, float value) {
        return declare(new Held(name, Dense.of(n, 1, Floats.allocate(n).fill(value))), new Init.Constant(value));
    }

    /** Declares a running statistic {@code [n x 1]}, which no gradient trains. */
    protected final Held statistic(String name, int n, float value) {
        Held p = vector(name, n, value);
        statistics.add(p);
        return p;
    }

    private Held declare(Held p, Init init) {
        if (params.put(p.name(), p) != null) {
            throw new IllegalArgumentException("two parameters are named " + p.name());
        }
        inits.put(p.name(), init);
        return p;
    }

    /** How the values of a parameter begin. */
    public final Init init(Site site) {
        return inits.get(site.name());
    }

    @Override
    public final List<Site> sites() {
        return List.copyOf(sites);
    }

    @Override
    public final Held param(String name) {
        Held p = params.get(name);
        if (p == null) {
            throw new IllegalArgumentException("no parameter named " + name);
        }
        return p;
    }

    /** The bias of a site; null when it has none. */
    @Override
    public final Held bias(Site site) {
        return biases.get(site.name());
    }

    @Override
    public final List<Held> params() {
        return List.copyOf(params.values());
    }

    @Override
    public final List<Held> trained() {
        return params.values().stream().filter(p -> !statistics.contains(p)).toList();
    }

    @Override
    public final List<Held> statistics() {
        return List.copyOf(statistics);
    }

    /** Which channels come and go together, in the order of a forward pass; none of a network that cannot lose channels. */
    public List<Coupling> couplings() {
        return List.of();
    }

    /**
     * A network of the same kind with fewer channels, without values; parameters that it still has keep their names.
     *
     * @param channels of each coupling
     */
    public Network narrowed(List<Integer> channels) {
        throw new UserError("model: " + getClass().getSimpleName() + " does not say which of its channels belong together, so none can be removed; "
                + "expected mlp, lenet-300-100, lenet-5, vgg, resnet or mobilenet");
    }
}
