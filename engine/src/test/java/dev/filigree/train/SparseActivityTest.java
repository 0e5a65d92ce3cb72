package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.DecoderConfig;
import dev.filigree.io.data.TextData;
import dev.filigree.io.data.Vocabulary;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Llama;
import dev.filigree.model.Mlp;
import dev.filigree.model.Network;
import dev.filigree.ops.Batch;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.train.loss.CrossEntropy;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What active units cost, how that rises, and that its gradient is its own. */
class SparseActivityTest {

    private static final Compute ONE = new Compute(Kernels.scalar(), Parallel.single());
    private static final TextData TEXT = new TextData(new Vocabulary(Vocabulary.Unit.WORDS, IntStream.range(0, 9).mapToObj(Integer::toString).toList()),
            IntStream.range(0, 90).map(i -> i * i % 9).toArray());

    private static Llama llama() {
        Llama net = new Llama(new DecoderConfig(9, 8, 8, 12, 2, 2, 2, 1e-5f, 100, false, false).with(Activation.RELU));
        Birth birth = new Birth(ONE, net, new Rng(2));
        net.sites().forEach(birth::dense);
        return net;
    }

    private static Loop loop(Network net, Step step) {
        return new Loop(ONE, net, new Setup(step, new TextBatches(TEXT, 2, 5, new Rng(1)), new Sgd(0, false, 0), 0.1, new Rates.Constant(0), Double.MAX_VALUE, 1, Layout.CSR, List.of(), new Rng(3)));
    }

    @Test
    void theStrengthStaysThenClimbsAlongHalfSines() {
        SparseActivity s = new SparseActivity(new CrossEntropy(0), List.of(1.0, 3.0, 11.0));
        assertEquals(1, s.strength(0));
        assertEquals(1, s.strength(0.2), 1e-12);
        assertEquals(2, s.strength(0.5), 1e-12);
        assertEquals(3, s.strength(2 / 3.0), 1e-9);
        assertEquals(3 + 8 * (1 + Math.sin(-Math.PI / 4)) / 2, s.strength(0.75), 1e-9);
        assertEquals(11, s.strength(1), 1e-9);
        assertEquals(4, new SparseActivity(new CrossEntropy(0), List.of(4.0)).strength(0.3));
    }

    @Test
    void theGradientIsThatOfTheWholeLoss() {
        Llama net = llama();
        Batch batch = new TextBatches(TEXT, 2, 5, new Rng(1)).next();
        SparseActivity step = new SparseActivity(new CrossEntropy(0), List.of(0.3));
        try (Loop loop = loop(net, step)) {
            int active = 0;
            for (var site : net.sites()) {
                Floats values = Slots.of(net.param(site).forward());
                for (int at : new int[] {0, 17}) {
                    loop.gradients().clear(ONE);
                    double here = step.run(loop, batch).parts().get("activity");
                    active += here > 0 ? 1 : 0;
                    double found = loop.gradients().of(net.param(site)).get(at);
                    loop.tape().reset();
                    float before = values.get(at);
                    double[] sides = new double[2];
                    for (int side = 0; side < 2; side++) {
                        values.set(at, before + (side == 0 ? 1e-3f : -1e-3f));
                        loop.gradients().clear(ONE);
                        sides[side] = step.run(loop, batch).total();
                        loop.tape().reset();
                    }
                    values.set(at, before);
                    assertEquals((sides[0] - sides[1]) / 2e-3, found, 2e-3 + 0.02 * Math.abs(found), site.name() + " " + at);
                }
            }
            assertTrue(active > 0, "some units are active");
        }
    }

    @Test
    void noStrengthIsTheObjectiveAlone() {
        Batch batch = new TextBatches(TEXT, 2, 5, new Rng(1)).next();
        SparseActivity none = new SparseActivity(new CrossEntropy(0), List.of(0.0));
        Supervised plain = new Supervised(new CrossEntropy(0));
        try (Loop a = loop(llama(), none); Loop b = loop(llama(), plain)) {
            assertEquals(plain.run(b, batch).total(), none.run(a, batch).total(), 1e-9);
        }
    }

    @Test
    void whatHasNoFeedForwardNetsIsRefused() {
        SparseActivity step = new SparseActivity(new CrossEntropy(0), List.of(1.0));
        Mlp mlp = new Mlp(List.of(4, 3), Activation.RELU);
        Birth birth = new Birth(ONE, mlp, new Rng(2));
        mlp.sites().forEach(birth::dense);
        try (Loop loop = loop(mlp, step)) {
            assertTrue(assertThrows(UserError.class, () -> step.run(loop, null)).getMessage().contains("expected a transformer"));
        }
        assertTrue(assertThrows(UserError.class, () -> new SparseActivity(new CrossEntropy(0), List.of(-1.0))).getMessage().contains("none below 0"));
    }
}
