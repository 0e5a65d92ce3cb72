package dev.filigree.train;

import dev.filigree.ops.Batch;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import dev.filigree.train.loss.SupervisedContrast;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Learns to tell classes apart after the last block, by {@link SupervisedContrast}, from a batch and from activations of some block that
 * were stored for earlier examples and go on from there as if they had just come out of it (Gurbuz et al. 2023, arXiv:2305.18563).
 *
 * @param stored activations of block {@code after}; may be empty
 * @param after  a block before the last
 */
public record HiddenReplay(SupervisedContrast contrast, Reservoir stored, int after) implements Step {

    @Override
    public Loss run(Loop loop, Batch batch) {
        Samples samples = batch.as(Samples.class);
        Value x = loop.model().enter(loop.tape(), samples);
        int[] labels = samples.labels();
        for (int i = 0; i < loop.model().blocks(); i++) {
            x = loop.model().block(loop.tape(), i, x, samples);
            if (i == after && stored.size() > 0) {
                Samples old = stored.draw(samples.size(), loop.rng("replay"));
                x = loop.tape().join(List.of(x, loop.tape().input(old.x())));
                labels = both(labels, old.labels());
            }
        }
        Value y = x;
        int[] all = labels;
        double[] loss = new double[1];
        loop.tape().seed(y, g -> {
            g.data().fill(0f);
            loss[0] = contrast.score(loop.compute(), y, all, g).loss();
        });
        loop.tape().backward();
        return new Loss(loss[0], Map.of());
    }

    private static int[] both(int[] a, int[] b) {
        int[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }
}
