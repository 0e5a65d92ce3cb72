package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Examples;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Mlp;
import dev.filigree.ops.Form;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import dev.filigree.train.loss.CrossEntropy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What unlearning is made of and judged by. */
class MembershipTest {

    private static final Compute ONE = new Compute(Kernels.best(), Parallel.single());

    @Test
    void theThresholdSeparatesMembersFromOthersBest() {
        Membership m = Membership.between(new double[] {0.9, 0.8, 0.7, 0.2}, new double[] {0.1, 0.3, 0.75, 0.4, 0.5, 0.6});
        assertEquals(0.7, m.threshold(), "3 of 4 members and 5 of 6 others");
        assertEquals(0.5, m.shareOfOthers(new double[] {0.69, 0.7}), "what reaches it is a member");
    }

    @Test
    void ofEqualThresholdsTheLowestCountsAndMembersMayBeFewer() {
        assertEquals(0.4, Membership.between(new double[] {0.4}, new double[] {0.1, 0.2, 0.3}).threshold());
        assertEquals(0.2, Membership.between(new double[] {0.2, 0.8}, new double[] {0.1, 0.5}).threshold(), "0.2 and 0.8 get three of four right");
    }

    /** One input 1, two classes with weights 2 and -1. */
    @Test
    void confidenceIsTheSoftmaxOfTheLabel() {
        Mlp net = new Mlp(List.of(1, 2), Activation.RELU);
        Birth birth = new Birth(ONE, net, new Rng(1));
        birth.sparse(net.sites().getFirst(), Topology.full(2, 1), Layout.CSR);
        Slots.of(net.param("layer.0.weight").forward()).copyFrom(Floats.of(2, -1));
        Value x = Form.FEATURES.allocate(2, 1, 1, 1);
        x.data().fill(1f);
        double[] found = Membership.confidences(ONE, net, List.of(new Samples(x, new int[] {0, 1})));
        assertEquals(1 / (1 + Math.exp(-3)), found[0], 1e-6);
        assertEquals(1 / (1 + Math.exp(3)), found[1], 1e-6);
    }

    /** Three steps; an input of zero leaves no other gradient, so that weights move by the force alone. */
    @Test
    void theForceTowardsZeroFallsEvenly() {
        Mlp net = new Mlp(List.of(1, 2), Activation.RELU);
        Birth birth = new Birth(ONE, net, new Rng(1));
        birth.sparse(net.sites().getFirst(), Topology.full(2, 1), Layout.CSR);
        Slots.of(net.param("layer.0.weight").forward()).copyFrom(Floats.of(2, -1));
        Examples zeros = new Nothing();
        try (Loop loop = new Loop(ONE, net, new Setup(new Supervised(new CrossEntropy(0)), new ExampleBatches(zeros, 2, new Rng(1)), new Sgd(0, false, 0), 1,
                new Rates.Constant(0), Double.MAX_VALUE, 3, Layout.CSR, List.of(new Lasso(0.3, 1)), new Rng(2)))) {
            loop.run((step, steps, loss, batch, seconds) -> { });
            float[] w = Slots.of(net.param("layer.0.weight").forward()).toArray();
            assertEquals(2 - 0.3 * (1 + 2 / 3.0 + 1 / 3.0), w[0], 1e-6);
            assertEquals(-1 + 0.6, w[1], 1e-6);
        }
        assertThrows(UserError.class, () -> new Lasso(-1, 1));
        assertThrows(UserError.class, () -> new Lasso(1, 0));
    }

    /** Two examples of nothing. */
    private static final class Nothing implements Examples {

        @Override
        public int count() {
            return 2;
        }

        @Override
        public Shape shape() {
            return Shape.of(1);
        }

        @Override
        public List<String> classes() {
            return List.of("a", "b");
        }

        @Override
        public int label(int example) {
            return example;
        }

        @Override
        public void read(int example, float[] out) {
            out[0] = 0;
        }

        @Override
        public String fingerprint() {
            return "nothing";
        }
    }
}
