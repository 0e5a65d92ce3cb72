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
 * lower it most is kept (the paper removes the highest of {@code -w_j (H g)_j}). {@code H g} is the central difference
 * {@code (grad L(w + e g) - grad L(w - e g)) / 2e}, {@code |e g|} a thousandth of {@code |w|}: three passes, and no derivative of a derivative.
 *
 * @param temperature that results are divided by, 200 in the paper
 */
public record Grasp(double temperature) implements Saliency {

    public static final Catalog.Entry<Saliency> ENTRY = Catalog.entry("grasp", "Wang et al. 2020, arXiv:2002.07376", "weight x (Hessian x gradient) at birth: what carries the flow of gradients",
            List.of(Option.of("temperature", 200, "that results are divided by")), s -> new Grasp(s.number("temperature")));

    private static final double REACH = 1e-3;

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
        if (length == 0) {
            return g;
        }
        float e = (float) (REACH * Each.norm(w) / length);
        try {
            Each.write(loop, w, (s, i) -> before.get(s).get(i) + e * g.get(s).get(i));
            loop.probe(step, batches);
            List<Floats> ahead = Each.copies(Each.gradients(loop, sites));
            Each.write(loop, w, (s, i) -> before.get(s).get(i) - e * g.get(s).get(i));
            loop.probe(step, batches);
            List<Floats> behind = Each.gradients(loop, sites);
            return Each.score(loop, w, (s, i) -> (float) ((ahead.get(s).get(i) - (double) behind.get(s).get(i)) / (2.0 * e)));
        } finally {
            Each.copy(before, w);
        }
    }
}
