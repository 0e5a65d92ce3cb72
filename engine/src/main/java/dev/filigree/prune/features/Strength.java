package dev.filigree.prune.features;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Examples;
import dev.filigree.io.data.Standardised;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Mlp;
import dev.filigree.model.Site;
import dev.filigree.prune.allocation.ErdosRenyi;
import dev.filigree.prune.drop.SmallestOfEachSign;
import dev.filigree.prune.growth.RandomGrowth;
import dev.filigree.prune.regime.Dynamic;
import dev.filigree.prune.regime.Regime;
import dev.filigree.prune.regime.Rewire;
import dev.filigree.prune.schedule.Churn;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Birth;
import dev.filigree.train.Denoising;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.MeanSquare;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Features to which an autoencoder that takes noise away holds on (QuickSelection, Atashgahi et al. 2020, arXiv:2012.00560):
 * features, sigmoid units, features, trained sparse from the first step with positions that move each epoch, and then
 * {@code strength_i = sum_j |W1_ji|} over the live weights of input i. Neither weight is ever dense unless all positions live.
 *
 * @param epsilon live weights of a layer for each of its units, {@code nnz = epsilon (features + hidden)}; infinite for all
 * @param share   of the live weights that moves each epoch
 * @param noise   deviation of what is added to the standardised features
 * @param rate    for half the squared error summed over features, so that it means the same for any number of them
 */
public record Strength(int hidden, double epsilon, int epochs, double share, double noise, double rate) implements Features {

    private static final int BATCH = 100;

    public static final Entry<Features> QUICK_SELECTION = Catalog.entry("quick-selection", "Atashgahi et al. 2020, arXiv:2012.00560",
            "keeps the features with the largest weights into a sparse denoising autoencoder",
            List.of(Option.of("hidden", 1000, "units"), Option.of("epsilon", 13.0, "live weights of a layer for each of its units"), Option.of("epochs", 100, "of training"),
                    Option.of("share", 0.2, "of the live weights that moves each epoch"), Option.of("noise", 0.2, "added to standardised features"), Option.of("rate", 0.01, "of learning")),
            s -> new Strength(s.integer("hidden"), s.number("epsilon"), s.integer("epochs"), s.number("share"), s.number("noise"), s.number("rate")));

    /** The same with every position: what the sparse one is compared with. */
    public static final Entry<Features> DENSE = Catalog.entry("autoencoder", "", "keeps the features with the largest weights into a dense denoising autoencoder",
            List.of(Option.of("hidden", 1000, "units"), Option.of("epochs", 100, "of training"), Option.of("noise", 0.2, "added to standardised features"),
                    Option.of("rate", 0.001, "of learning; units with many inputs bear less than those with few")),
            s -> new Strength(s.integer("hidden"), Double.POSITIVE_INFINITY, s.integer("epochs"), 0.2, s.number("noise"), s.number("rate")));

    public Strength {
        if (hidden < 1 || !(epsilon > 0) || epochs < 1) {
            throw new UserError("features: found hidden=" + hidden + ", epsilon=" + epsilon + ", epochs=" + epochs + ", expected all above 0");
        }
    }

    /** Live weights of the autoencoder of so many features. */
    public long weights(int features) {
        return Math.round(2 * density(features) * features * hidden);
    }

    private double density(int features) {
        return Math.min(1, epsilon * (features + hidden) / ((double) features * hidden));
    }

    @Override
    public float[] score(Compute compute, Examples examples, Rng rng) {
        int features = examples.shape().size();
        Mlp network = new Mlp(List.of(features, hidden, features), Activation.SIGMOID);
        Regime regime = new Dynamic(new ErdosRenyi(false), Optional.of(new Rewire(new SmallestOfEachSign(), new RandomGrowth(), new Churn.Even(0, share, 1))));
        double sparsity = 1 - density(features);
        Birth birth = new Birth(compute, network, rng.split("birth"));
        Map<Site, Long> births = regime.births(network.sites(), sparsity);
        for (Site s : network.sites()) {
            if (births.get(s) >= s.positions()) {
                birth.dense(s);
            } else {
                birth.sparse(s, Sampling.topology(s.rows(), s.cols(), Math.toIntExact(births.get(s)), rng.split("positions of " + s.name())), Layout.CSR);
            }
        }
        Denoising batches = new Denoising(Standardised.of(examples), BATCH, noise, rng.split("batches"));
        long steps = (long) epochs * Math.ceilDiv(batches.count(), BATCH);
        try (Loop loop = new Loop(compute, network, new Setup(new Supervised(new MeanSquare()), batches, new Sgd(0.9, false, 0), rate * features / 2, new Rates.Constant(0),
                Double.MAX_VALUE, steps, Layout.CSR, regime.hooks(network.sites(), sparsity), rng.split("training")))) {
            loop.run((step, all, loss, batch, seconds) -> { });
        }
        return strengths(network.param(network.sites().getFirst()).forward());
    }

    /** The sum of the sizes of the weights of each input. */
    static float[] strengths(Weight w) {
        double[] sum = new double[w.cols()];
        w.forEach((r, c, slot, v) -> sum[c] += Math.abs(v));
        float[] out = new float[sum.length];
        for (int c = 0; c < out.length; c++) {
            out[c] = (float) sum[c];
        }
        return out;
    }
}
