package dev.filigree.train;

import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Param;
import dev.filigree.ops.Passing;
import dev.filigree.ops.Value;
import dev.filigree.train.loss.Objective;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Learns what a batch says with few active units inside of feed-forward nets (ProSparse, Song et al. 2024, arXiv:2402.13516):
 * {@code objective + lambda(t) mean_l mean_tokens |h_l|_1}, where h_l goes into the second product of layer l. The gradient at h is
 * {@code lambda / (layers tokens) sign(h)}. The strength rises in stages of equal length: it stays at the first peak for the first, and
 * in each other it climbs to the next along half a sine, {@code lambda = a + (b - a) (1 + sin(pi (u - 1/2))) / 2} for u from 0 to 1.
 *
 * @param peaks the strength at the end of each stage; one for a constant strength
 */
public record SparseActivity(Objective objective, List<Double> peaks) implements Step {

    public SparseActivity {
        peaks = List.copyOf(peaks);
        if (peaks.isEmpty() || peaks.stream().anyMatch(p -> !(p >= 0 && p < Double.MAX_VALUE))) {
            throw new UserError("sparse activity: found the strengths " + peaks + ", expected at least one, none below 0");
        }
    }

    /** The strength at a share of the run. */
    double strength(double share) {
        double place = Math.min(share, 1) * peaks.size();
        int stage = Math.min((int) place, peaks.size() - 1);
        double from = peaks.get(Math.max(0, stage - 1));
        return from + (peaks.get(stage) - from) * (1 + Math.sin(Math.PI * (place - stage - 0.5))) / 2;
    }

    @Override
    public Loss run(Loop loop, Batch batch) {
        Model model = loop.model();
        Set<Param> inner = model.sites().stream().filter(s -> s.role() == Role.FFN_OUT).map((Site s) -> model.param(s)).collect(Collectors.toSet());
        if (inner.isEmpty()) {
            throw new UserError("sparse activity: the model has no feed-forward nets; expected a transformer");
        }
        double strength = strength(loop.step() / (double) Math.max(1, loop.steps())) / inner.size();
        double[] active = new double[1];
        Value y = model.forward(new Passing(loop.tape()) {
            @Override
            public Value linear(Param weight, Param bias, Activation f, Value x) {
                if (strength > 0 && inner.contains(weight)) {
                    active[0] += pull(loop, x, strength / x.tokens());
                }
                return super.linear(weight, bias, f, x);
            }
        }, batch);
        Objective.Score[] score = new Objective.Score[1];
        loop.tape().seed(y, g -> score[0] = objective.score(loop.compute(), y, batch, g));
        loop.tape().backward();
        return new Loss(score[0].loss() + active[0], Map.of("task", score[0].loss(), "activity", active[0]));
    }

    /** Seeds the gradient of {@code slope |x|_1} and returns that. */
    private static double pull(Loop loop, Value x, double slope) {
        Compute compute = loop.compute();
        int panel = x.features() * x.width();
        double[] parts = new double[x.panels()];
        x.clearPadding();
        loop.tape().seed(x, g -> compute.parallel().run(x.panels(), p -> {
            for (int i = p * panel; i < (p + 1) * panel; i++) {
                float v = x.data().get(i);
                parts[p] += Math.abs(v);
                g.data().set(i, v == 0 ? 0 : Math.copySign((float) slope, v));
            }
        }));
        double sum = 0;
        for (double part : parts) {
            sum += part;
        }
        return slope * sum;
    }
}
