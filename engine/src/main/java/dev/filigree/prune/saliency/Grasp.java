package dev.filigree.prune.saliency;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.train.Loop;
import dev.filigree.train.Step;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.Softened;
import java.util.List;

/**
 * Gradient flow: {@code w_j (H g)_j} with gradient g and Hessian H of the loss over the batches, results divided by a
 * temperature. Without weight j the squared length of the gradient changes by {@code -2 w_j (H g)_j}, so that what would
 * lower it most is kept (the paper removes the highest of {@code -w_j (H g)_j}).
 *
 * <p>{@code H g} is the central difference {@code (grad L(w + e g) - grad L(w - e g)) / 2e}: no derivative of a derivative.
 * Where a ReLU of one example turns on or off between both points the gradient jumps, and a single jump over a small e
 * outweighs everything else. A jump makes both halves uneven: then e is taken smaller, from {@code |e g| = 1e-4 |w|} on, and
 * of all e tried the one with the most even halves counts.
 *
 * @param temperature that results are divided by, 200 in the paper
 */
public record Grasp(double temperature) implements Saliency {

    public static final Catalog.Entry<Saliency> ENTRY = Catalog.entry("grasp", "Wang et al. 2020, arXiv:2002.07376", "weight x (Hessian x gradient) at birth: what carries the flow of gradients",
            List.of(Option.of("temperature", 200, "that results are divided by")), s -> new Grasp(s.number("temperature")));

    private static final double FARTHEST = 1e-4;
    private static final double NEAREST = 1e-8;
    private static final double SMOOTH = 0.05;

    public Grasp {
        if (!(temperature > 0)) {
            throw new UserError("setting 'temperature' of grasp: found " + temperature + ", expected a number above 0");
        }
    }

    @Override
    public List<Floats> score(Loop loop, List<Site> sites, int batches) {
        if (!(loop.setup().step() instanceof Supervised step)) {
            throw new UserError("--method grasp: softens the results that labels are compared with, and this training compares with a teacher too; use snip");
        }
        List<Floats> w = Each.weights(loop, sites);
        List<Floats> product = hessianTimesGradient(loop, sites, new Supervised(new Softened(step.objective(), temperature)), batches);
        return Each.score(loop, w, (s, i) -> w.get(s).get(i) * product.get(s).get(i));
    }

    /** {@code H g} over the weights of the sites, others held fast. */
    static List<Floats> hessianTimesGradient(Loop loop, List<Site> sites, Step step, int batches) {
        List<Floats> w = Each.weights(loop, sites);
        List<Floats> before = Each.copies(w);
        loop.probe(step, batches);
        List<Floats> g = Each.copies(Each.gradients(loop, sites));
        double length = Each.norm(g);
        List<Floats> best = g;
        if (length == 0) {
            return best;
        }
        double least = Double.MAX_VALUE;
        try {
            for (double reach = FARTHEST; reach > NEAREST && least > SMOOTH; reach /= 10) {
                float e = (float) (reach * Each.norm(before) / length);
                List<Floats> ahead = gradientAt(loop, sites, step, batches, (s, i) -> before.get(s).get(i) + e * g.get(s).get(i));
                List<Floats> behind = gradientAt(loop, sites, step, batches, (s, i) -> before.get(s).get(i) - e * g.get(s).get(i));
                List<Floats> slope = Each.score(loop, w, (s, i) -> (float) ((ahead.get(s).get(i) - (double) behind.get(s).get(i)) / (2.0 * e)));
                List<Floats> bend = Each.score(loop, w, (s, i) -> (float) ((ahead.get(s).get(i) + (double) behind.get(s).get(i) - 2.0 * g.get(s).get(i)) / (2.0 * e)));
                double unevenness = Each.norm(bend) / Each.norm(slope);
                if (unevenness < least) {
                    least = unevenness;
                    best = slope;
                }
            }
        } finally {
            Each.copy(before, w);
        }
        return best;
    }

    private static List<Floats> gradientAt(Loop loop, List<Site> sites, Step step, int batches, Each.Score place) {
        Each.write(loop, Each.weights(loop, sites), place);
        loop.probe(step, batches);
        return Each.copies(Each.gradients(loop, sites));
    }
}
