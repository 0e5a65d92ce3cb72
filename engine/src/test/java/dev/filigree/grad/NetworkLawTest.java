package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Network;
import dev.filigree.model.Networks;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.ops.Text;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Birth;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The gradient of every parameter of every kind of network, most of them sparse, agrees with finite differences. */
class NetworkLawTest {

    private static final Compute SCALAR = new Compute(Kernels.scalar(), Parallel.single());

    /** All but the one of {@link GinLawTest}. */
    static List<Networks> networks() {
        return Networks.all().stream().filter(n -> !n.name().equals("gin")).toList();
    }

    /** Those whose ReLUs have kinks that steps would cross. */
    private static boolean kinks(Networks kind) {
        return kind.name().startsWith("RELU") || kind.name().endsWith("ReLU");
    }

    @ParameterizedTest
    @MethodSource("networks")
    void gradientsAgreeWithDifferences(Networks kind) {
        Network net = kind.network().get();
        Birth birth = new Birth(SCALAR, net, new Rng(3));
        for (Site s : net.sites()) {
            birth.sparse(s, Sampling.topology(s.rows(), s.cols(), Math.ceilDiv(s.rows() * s.cols(), 2), new Rng(4).split(s.name())), Layout.CSR);
        }
        net.whole().forEach(t -> stretch(Slots.of(net.param(t.name()).forward())));
        List<Held> params = net.params().stream().filter(p -> !p.name().endsWith("key.bias") && !p.name().endsWith("attn.k.bias")).toList(); // softmax does not see it
        Batch batch = alone(kind.batches().apply(new Rng(5)).next());
        if (kind.name().contains("dropout")) {
            Differences.checkTrained(SCALAR, ops -> net.forward(ops, batch), params, List.of(), 6);
            return;
        }
        if (kinks(kind)) {
            Differences.checkBetweenKinks(SCALAR, ops -> net.forward(ops, batch), params, List.of(), 6);
            return;
        }
        Differences.check(SCALAR, ops -> net.forward(ops, batch), params, List.of(), 6, kind.name().equals("gcn") ? 3e-2 : 2e-3);
    }

    /** Makes first embeddings, which are small, large enough for a step of the differences. */
    private static void stretch(Floats values) {
        double largest = 0;
        for (int i = 0; i < values.length(); i++) {
            largest = Math.max(largest, Math.abs(values.get(i)));
        }
        for (int i = 0; i < values.length(); i++) {
            values.set(i, (float) (values.get(i) * 1.5 / largest));
        }
    }

    /** A window that carries no state: every pass begins alike. */
    private static Batch alone(Batch batch) {
        return batch instanceof Text t ? new Text(t.rows(), t.steps(), t.ids(), t.next(), null) : batch;
    }
}
