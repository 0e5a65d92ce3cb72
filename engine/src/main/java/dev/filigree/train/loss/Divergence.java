package dev.filigree.train.loss;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Elementwise;
import dev.filigree.kernel.Norms;
import dev.filigree.ops.Value;

/**
 * How far a student's classes are from a teacher's: {@code T^2 KL(softmax(t / T) | softmax(s / T))}, the mean over results
 * (Hinton et al. 2015, arXiv:1503.02531). The gradient at s is {@code T (softmax(s / T) - softmax(t / T)) / results}.
 *
 * @param temperature T, above 0: the higher, the more of the teacher's small scores count
 */
public record Divergence(double temperature) {

    public Divergence {
        if (!(temperature > 0 && temperature < Double.MAX_VALUE)) {
            throw new UserError("distillation temperature: found " + temperature + ", expected a number above 0");
        }
    }

    /**
     * The mean divergence.
     *
     * @param s        the student's scores
     * @param t        the teacher's, of the same size and panels
     * @param gradient overwritten, of that size
     */
    public double score(Compute compute, Value s, Value t, Value gradient) {
        double[] parts = new double[s.panels()];
        compute.parallel().run(s.panels(), p -> parts[p] = panel(compute, s, t, gradient, p));
        double sum = 0;
        for (double part : parts) {
            sum += part;
        }
        return temperature * temperature * sum / s.tokens();
    }

    private double panel(Compute compute, Value s, Value t, Value gradient, int panel) {
        Elementwise e = compute.kernels().elementwise();
        Norms k = compute.kernels().norms();
        int width = s.width();
        int size = s.features() * width;
        Floats student = scaled(e, s, panel, size);
        Floats teacher = scaled(e, t, panel, size);
        Floats chances = Floats.allocate(size);
        Floats facts = Floats.allocate(3 * width);
        Floats live = Floats.allocate(width); // one for each result, zero past the last
        int count = Math.min(width, s.tokens() - panel * width);
        for (int i = 0; i < count; i++) {
            live.set(i, 1f);
        }
        k.logSumExp(teacher, 0, s.features(), width, facts);
        k.softmaxGradient(teacher, chances, 0, s.features(), width, facts, live, 0f);
        double sum = e.dot(chances, teacher, 0, size) - e.dot(chances, student, 0, size) - sum(facts, count);
        k.logSumExp(student, 0, s.features(), width, facts);
        sum += sum(facts, count);
        float share = (float) (temperature / s.tokens());
        for (int i = 0; i < count; i++) {
            live.set(i, share);
        }
        Floats out = gradient.data().slice(panel * size, size);
        k.softmaxGradient(student, out, 0, s.features(), width, facts, live, 0f);
        e.axpy(-share, chances, out, 0, size);
        return sum;
    }

    private Floats scaled(Elementwise e, Value v, int panel, int size) {
        Floats out = Floats.allocate(size);
        e.axpy((float) (1 / temperature), v.data().slice(panel * size, size), out, 0, size);
        return out;
    }

    private static double sum(Floats facts, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += facts.get(i);
        }
        return sum;
    }
}
