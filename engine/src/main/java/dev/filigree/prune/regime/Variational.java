package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.grad.Gradients;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Remap;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Adam;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Mean-field variational training: each live weight is a normal distribution {@code N(mu, sigma^2)}, every step sees one draw
 * {@code w = mu + sigma e}, and what is minimised is {@code L(w) + temper / examples KL}, where
 * {@code KL = sum log(prior / sigma) + (sigma^2 + mu^2) / (2 prior^2) - 1/2} over live weights (Blundell et al. 2015,
 * arXiv:1505.05424). The mean is the weight that is trained; log sigma is trained beside it by Adam, {@code dL/dlog sigma =
 * dL/dw (w - mu) + temper / examples (sigma^2 / prior^2 - 1)}. Where positions move, newborns begin with the first sigma. Biases are
 * plain numbers. Between steps the network is its mean.
 */
public final class Variational implements Hook {

    private static final int RANGE = 1 << 14;
    private static final String SUFFIX = " log sigma";

    private final Map<Site, Spread> spreads = new LinkedHashMap<>();
    private final Settings settings;
    private final Adam adam = new Adam(0.9, 0.999, 1e-8, 0);
    private Gradients gradients; // of log sigma; made when weights are there

    /**
     * @param first  sigma at birth
     * @param prior  deviation of a weight before anything was seen
     * @param temper what the divergence from the prior is multiplied with
     * @param rate   peak learning rate of log sigma, which moves as that of the weights
     */
    public record Settings(double first, double prior, double temper, double rate) {

        public Settings {
            if (!(first > 0 && prior > 0 && temper >= 0 && rate >= 0)) {
                throw new UserError("variational: found first=" + first + ", prior=" + prior + ", temper=" + temper + ", rate=" + rate
                        + ", expected deviations above 0, and temper and rate at least 0");
            }
        }
    }

    /** Beside one weight: log sigma in the slots of the mean, and room for a draw. */
    private static final class Spread {
        private final Held logSigma;
        private Floats stored; // read from a saved state, until the weight is seen that it lies beside
        private Weight mean;
        private Weight draw;

        Spread(Site s) {
            logSigma = new Held(s.name() + SUFFIX);
        }
    }

    Variational(List<Site> sites, Settings settings) {
        sites.forEach(s -> spreads.put(s, new Spread(s)));
        this.settings = settings;
    }

    /** Sigma of each stored value of a weight, in the order of its slots. */
    public Floats sigma(Loop loop, Site site) {
        Floats log = Slots.of(bound(loop.compute(), loop.model(), site).logSigma.backward());
        Floats sigma = Floats.allocate(log.length());
        for (int i = 0; i < log.length(); i++) {
            sigma.set(i, (float) Math.exp(log.get(i)));
        }
        return sigma;
    }

    /** Lets products see a draw from the posterior. */
    public void draw(Compute compute, Model model, Rng rng) {
        for (Site site : spreads.keySet()) {
            Spread s = bound(compute, model, site);
            Floats mean = Slots.of(s.mean);
            Floats log = Slots.of(s.logSigma.backward());
            Floats out = Slots.of(s.draw);
            Rng ofSite = rng.split(site.name());
            compute.parallel().run(Math.ceilDiv(mean.length(), RANGE), task -> {
                Rng e = ofSite.split(Integer.toString(task));
                for (int i = task * RANGE; i < Math.min(mean.length(), (task + 1) * RANGE); i++) {
                    out.set(i, mean.get(i) + (float) (Math.exp(log.get(i)) * e.nextGaussian()));
                }
            });
            if (s.draw instanceof Tiled t) {
                clearPadding(t);
            }
            model.param(site).project(s.draw, null);
        }
    }

    /** Lets products see the means. */
    public void mean(Model model) {
        spreads.keySet().forEach(s -> model.param(s).project(null, null));
    }

    @Override
    public void prepare(Loop loop) {
        draw(loop.compute(), loop.model(), loop.rng("posterior").split(Long.toString(loop.step())));
    }

    @Override
    public void differentiated(Loop loop, long step) {
        double share = settings.temper / loop.setup().batches().count();
        double prior = settings.prior * settings.prior;
        for (Site site : spreads.keySet()) {
            Spread s = bound(loop.compute(), loop.model(), site);
            Floats g = loop.gradients().of(loop.model().param(site));
            Floats mean = Slots.of(s.mean);
            Floats draw = Slots.of(s.draw);
            Floats log = Slots.of(s.logSigma.backward());
            Floats out = gradients.of(s.logSigma);
            loop.compute().parallel().run(Math.ceilDiv(g.length(), RANGE), task -> {
                for (int i = task * RANGE; i < Math.min(g.length(), (task + 1) * RANGE); i++) {
                    double sigma = Math.exp(log.get(i));
                    out.set(i, (float) (g.get(i) * (draw.get(i) - mean.get(i)) + share * (sigma * sigma / prior - 1)));
                    g.set(i, (float) (g.get(i) + share * mean.get(i) / prior));
                }
            });
        }
        adam.update(loop.compute(), gradients, 1, (float) (settings.rate * loop.setup().rates().at(step, loop.steps())));
    }

    @Override
    public void updated(Loop loop, long step) {
        mean(loop.model());
    }

    @Override
    public long bytes() {
        return adam.bytes() + (gradients == null ? 0 : 3 * gradients.bytes());
    }

    /** The spread of a site beside its present weight: where that is another than before, what is kept moves along. */
    private Spread bound(Compute compute, Model model, Site site) {
        Spread s = spreads.get(site);
        Weight mean = model.param(site).backward();
        if (s.mean == mean) {
            return s;
        }
        Weight old = s.mean;
        Weight log = twin(site, mean);
        Floats values = Slots.of(log);
        s.mean = mean;
        s.draw = twin(site, mean); // the mean itself until something is drawn
        if (s.stored != null) {
            if (s.stored.length() != values.length()) {
                throw new UserError(site.name() + ": the saved state has " + s.stored.length() + " deviations for " + values.length() + " weights; start the run anew");
            }
            values.copyFrom(s.stored);
            s.stored = null;
        } else if (old == null) {
            values.fill((float) Math.log(settings.first));
        } else {
            Remap remap = Remap.between(Arena.ofAuto(), compute.parallel(), old, mean);
            values.copyFrom(remap.apply(Floats.allocate(Slots.of(s.logSigma.backward()).length()).copyFrom(Slots.of(s.logSigma.backward()))));
            for (int i = 0; i < values.length(); i++) {
                values.set(i, remap.from().get(i) < 0 ? (float) Math.log(settings.first) : values.get(i));
            }
            adam.remap(s.logSigma, remap);
        }
        s.logSigma.set(log);
        if (gradients != null) {
            gradients.replace(s.logSigma, Floats.allocate(values.length()));
        } else if (spreads.values().stream().allMatch(other -> other.mean != null)) {
            gradients = new Gradients(spreads.values().stream().map(other -> other.logSigma).toList());
        }
        return s;
    }

    /** A weight with the same positions in the same slots, and a copy of the values. */
    private static Weight twin(Site site, Weight w) {
        Floats values = Floats.allocate(Slots.of(w).length()).copyFrom(Slots.of(w));
        return switch (w) {
            case Csr c -> new Csr(c.rows(), c.cols(), c.chunk(), c.start(), c.column(), values);
            case Tiled t -> new Tiled(t.rows(), t.cols(), values);
            default -> {
                Topology live = Topology.of(w);
                yield site.layout(Layout.CSR).pack(Arena.ofAuto(), live, Layout.canonical(w, live));
            }
        };
    }

    /** Rows past the last are zero in every draw. */
    private static void clearPadding(Tiled t) {
        int tile = t.tiles().length() / Tiled.tiles(t.rows()) / t.cols();
        int first = (Tiled.tiles(t.rows()) - 1) * tile * t.cols();
        for (int r = t.rows() - (Tiled.tiles(t.rows()) - 1) * tile; r < tile; r++) {
            for (int at = first + r; at < t.tiles().length(); at += tile) {
                t.tiles().set(at, 0f);
            }
        }
    }

    @Override
    public void save(StateWriter out) {
        adam.save(out.in("adam"));
        spreads.forEach((site, s) -> {
            if (s.mean != null || s.stored != null) {
                out.put(site.name(), s.stored != null ? s.stored : Slots.of(s.logSigma.backward()));
            }
        });
    }

    @Override
    public void load(StateReader in) {
        adam.load(in.in("adam"));
        gradients = null;
        spreads.forEach((site, s) -> {
            s.mean = null;
            s.stored = in.has(site.name()) ? in.floats(site.name()) : null;
        });
    }
}
