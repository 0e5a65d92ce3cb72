package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Parts;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.prune.growth.GradientGrowth;
import dev.filigree.prune.schedule.Churn;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Sparse subspace variational inference: a Bayesian network that is born sparse and stays so. A fixed number of weights are normal
 * distributions, {@link Variational}, the others zero; now and then those that are worth least die, and as many are born where the
 * gradient of the mean is largest, at mean zero.
 *
 * @param removal what a weight is worth
 * @param when    the share that moves, and in which steps
 */
public record Ssvi(Allocation allocation, Removal removal, Churn when, Variational.Settings settings) implements Regime {

    public static final Catalog.Entry<Regime> ENTRY = Catalog.entry("ssvi", "Li et al. 2024, arXiv:2402.11025",
            "every live weight is a normal distribution; those of the least signal for their noise die, and as many are born by gradient",
            List.of(Option.of("allocation", "erk", "how survivors are spread over layers"),
                    Option.of("removal", "abs-snr", "what a weight is worth: snr = |mu|/sigma, abs-snr = E|w|/Std|w|, mean-snr = E|w| times that"),
                    Option.of("times", 20, "how often positions move in the whole run"), Option.of("share", 0.3, "share that moves at first; it falls along half a cosine"),
                    Option.of("until", 0.75, "share of the steps after which positions stay"), Option.of("first", 0.0067, "sigma at birth"),
                    Option.of("prior", 1.0, "deviation of a weight before anything was seen"), Option.of("temper", 0.1, "what the divergence from the prior is multiplied with"),
                    Option.of("rate", 0.001, "peak learning rate of log sigma")),
            s -> new Ssvi(Parts.ALLOCATIONS.make(s.text("allocation")), Removal.of(s.text("removal")), new Churn.Times(s.integer("times"), s.number("share"), s.number("until")),
                    new Variational.Settings(s.number("first"), s.number("prior"), s.number("temper"), s.number("rate"))));

    /** What a normal distribution of a weight is worth; high = keep. */
    public enum Removal {
        /** {@code |mu| / sigma}. */
        SNR {
            @Override
            public double worth(double mu, double sigma) {
                return Math.abs(mu) / sigma;
            }
        },
        /** {@code E|w| / Std|w|}. */
        ABS_SNR {
            @Override
            public double worth(double mu, double sigma) {
                double mean = meanSize(mu, sigma);
                return mean / Math.sqrt(Math.max(Double.MIN_NORMAL, mu * mu + sigma * sigma - mean * mean));
            }
        },
        /** {@code E|w|} times the one above. */
        MEAN_SNR {
            @Override
            public double worth(double mu, double sigma) {
                return meanSize(mu, sigma) * ABS_SNR.worth(mu, sigma);
            }
        };

        /** The worth of {@code N(mu, sigma^2)}. */
        public abstract double worth(double mu, double sigma);

        static Removal of(String text) {
            return Arrays.stream(values()).filter(r -> r.text().equals(text)).findFirst()
                    .orElseThrow(() -> new UserError("setting 'removal' of ssvi: found '" + text + "', expected one of " + Arrays.stream(values()).map(Removal::text).toList()));
        }

        private String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** {@code E|w| = sigma sqrt(2/pi) exp(-mu^2 / 2 sigma^2) + mu erf(mu / (sigma sqrt 2))}. */
        static double meanSize(double mu, double sigma) {
            double z = mu / (sigma * Math.sqrt(2));
            return sigma * Math.sqrt(2 / Math.PI) * Math.exp(-z * z) + mu * erf(z);
        }

        /** To 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26). */
        private static double erf(double x) {
            double t = 1 / (1 + 0.3275911 * Math.abs(x));
            double sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
            return Math.signum(x) * (1 - sum * Math.exp(-x * x));
        }
    }

    public Ssvi {
        Regimes.byShape(allocation);
    }

    @Override
    public Footprint footprint() {
        return Footprint.SPARSE;
    }

    @Override
    public Map<Site, Long> births(List<Site> sites, double sparsity) {
        return Regimes.keep(allocation, sites, sparsity);
    }

    @Override
    public List<Hook> hooks(List<Site> sites, double sparsity) {
        Variational posterior = new Variational(sites, settings);
        Map<String, Site> byName = new HashMap<>();
        sites.forEach(s -> byName.put(s.name(), s));
        return List.of(new Rewire(new Smallest(), new GradientGrowth(), when, (loop, p) -> worth(loop, p, posterior.sigma(loop, byName.get(p.name())))), posterior);
    }

    private Floats worth(Loop loop, Held p, Floats sigma) {
        Floats mean = Slots.of(p.backward());
        Floats worth = Floats.allocate(mean.length());
        for (int i = 0; i < mean.length(); i++) {
            worth.set(i, (float) removal.worth(mean.get(i), sigma.get(i)));
        }
        return worth;
    }

    @Override
    public Regime with(Allocation other) {
        return new Ssvi(other, removal, when, settings);
    }
}
