package dev.filigree.prune.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Coupling;
import dev.filigree.model.Narrowing;
import dev.filigree.model.Network;
import dev.filigree.model.ResNet;
import dev.filigree.tensor.Slots;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Blocks that are left out before training. */
class LayerTicketsTest {

    @Test
    void alignmentByHand() {
        float[][] x = {{1, 0}, {-1, 0}, {0, 2}, {0, -2}};
        assertEquals(1, Similarity.cka(x, new float[][] {{0, 3}, {0, -3}, {-6, 0}, {6, 0}}), 1e-12, "turned and scaled");
        assertEquals(1, Similarity.cka(x, new float[][] {{8, 5}, {6, 5}, {7, 7}, {7, 3}}), 1e-12, "moved");
        // X'X = diag(2, 8), Y'Y = 2, Y'X = (2, 0): 4 / (sqrt(68) 2)
        assertEquals(2 / Math.sqrt(68), Similarity.cka(x, new float[][] {{1}, {-1}, {0}, {0}}), 1e-12);
        assertEquals(0, Similarity.cka(x, new float[][] {{1}, {1}, {1}, {1}}), "says nothing");
    }

    @Test
    void theBlockThatDoesNothingGoesFirst() {
        try (Parallel parallel = new Parallel(1)) {
            Compute compute = new Compute(Kernels.best(), parallel);
            Network net = new Nets("resnet", () -> new ResNet(Nets.IMAGE, Nets.KINDS, 20, 5)).born(compute);
            List<Coupling> couplings = net.couplings();
            assertEquals(7, LayerTickets.blocks(net).size(), "9 less those two that halve the image");
            int idle = IntStream.range(0, couplings.size()).filter(i -> couplings.get(i).name().equals("block.6")).findFirst().orElseThrow();
            for (String end : List.of("weight", "bias", "running_mean")) { // nothing is added to what comes in
                Slots.of(net.param("block.6.second.norm." + end).backward()).fill(0f);
            }
            List<int[]> keep = LayerTickets.mostAlike(compute, net, Nets.batch(net, 20), 1);
            assertEquals(0, keep.get(idle).length);
            assertEquals(1, keep.stream().filter(k -> k.length == 0).count());
            Network left = Narrowing.of(net, LayerTickets.mostAlike(compute, net, Nets.batch(net, 20), 4));
            assertEquals(net.blocks() - 4, left.blocks());
            assertEquals(3, LayerTickets.blocks(left).size());
            assertTrue(assertThrows(UserError.class, () -> LayerTickets.mostAlike(compute, left, Nets.batch(net, 20), 4)).getMessage().contains("3"));
        }
    }
}
