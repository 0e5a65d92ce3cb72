package dev.filigree.prune.channels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.calib.Operations;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Coupling;
import dev.filigree.model.Gcn;
import dev.filigree.model.Narrowing;
import dev.filigree.model.Network;
import dev.filigree.model.ResNet;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is left after channels were removed. */
class NarrowingTest {

    private final Compute compute = new Compute(Kernels.best(), new Parallel(1));

    static List<Nets> networks() {
        return Nets.all();
    }

    @AfterEach
    void close() {
        compute.parallel().close();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void withoutChannelsThatWereZeroItComputesTheSame(Nets nets) {
        Network whole = nets.born(compute);
        assertSame(whole, silenced(whole));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void soDoesASparseNetworkWhichStaysSparse(Nets nets) {
        Network whole = nets.born(compute);
        for (Site s : whole.sites()) {
            Topology live = Sampling.topology(s.rows(), s.cols(), Math.max(1, s.rows() * s.cols() / 3), new Rng(7).split(s.name()));
            Floats values = Floats.allocate(live.count());
            Tiled dense = (Tiled) whole.param(s).forward();
            int[] at = {0};
            for (int r = 0; r < s.rows(); r++) {
                for (int j = live.start().get(r); j < live.start().get(r + 1); j++) {
                    values.set(at[0]++, dense.get(r, live.column().get(j)));
                }
            }
            whole.param(s).set(s.layout(Layout.CSR).pack(Arena.ofAuto(), live, values));
        }
        Network narrow = assertSame(whole, silenced(whole));
        assertTrue(narrow.live() < narrow.positions() / 2);
        narrow.sites().forEach(s -> assertEquals(whole.param(s.name()).forward().layout(), narrow.param(s).forward().layout()));
    }

    /** Every other channel gives zero from now on; the others. */
    private static List<int[]> silenced(Network whole) {
        List<int[]> keep = new ArrayList<>();
        for (Coupling c : whole.couplings()) {
            IntStream.range(0, c.channels()).filter(i -> i % 2 == 1).forEach(i -> Nets.silence(c, i));
            keep.add(IntStream.range(0, c.channels()).filter(i -> i % 2 == 0).toArray());
        }
        return keep;
    }

    private Network assertSame(Network whole, List<int[]> keep) {
        Batch batch = Nets.batch(whole, 9);
        float[][] before = Nets.logits(compute, whole, batch);
        Network narrow = Narrowing.of(whole, keep);
        float[][] after = Nets.logits(compute, narrow, batch);
        for (int i = 0; i < before.length; i++) {
            assertArrayEquals(before[i], after[i], 1e-5f);
        }
        assertFalse(Arrays.equals(before[0], before[1]), "the logits say something");
        assertTrue(Operations.multiplyAdds(compute, narrow, batch) < 0.7 * Operations.multiplyAdds(compute, whole, batch));
        assertTrue(narrow.positions() < 0.7 * whole.positions());
        return narrow;
    }

    @ParameterizedTest
    @MethodSource("networks")
    void withAllChannelsItIsACopy(Nets nets) {
        Network whole = nets.born(compute);
        Network copy = Narrowing.of(whole, whole.couplings().stream().map(c -> Narrowing.all(c.channels())).toList());
        assertEquals(whole.sites(), copy.sites());
        Batch batch = Nets.batch(whole, 3);
        assertArrayEquals(Nets.logits(compute, whole, batch), Nets.logits(compute, copy, batch));
        Slots.of(copy.params().getFirst().forward()).fill(0f);
        assertFalse(Arrays.deepEquals(Nets.logits(compute, whole, batch), Nets.logits(compute, copy, batch)), "with values of its own");
    }

    @Test
    void aBlockWithoutChannelsIsLeftOut() {
        Network whole = new Nets("resnet", () -> new ResNet(Nets.IMAGE, Nets.KINDS, 14, 5)).born(compute);
        List<Coupling> couplings = whole.couplings();
        int block = IntStream.range(0, couplings.size()).filter(i -> couplings.get(i).name().equals("block.4")).findFirst().orElseThrow();
        for (String name : List.of("block.4.second.norm.bias", "block.4.second.norm.running_mean")) {
            Slots.of(whole.param(name).forward()).fill(0f); // what the last normalisation adds to nothing
        }
        IntStream.range(0, couplings.get(block).channels()).forEach(c -> Nets.silence(couplings.get(block), c));
        List<int[]> keep = new ArrayList<>(couplings.stream().map(c -> Narrowing.all(c.channels())).toList());
        keep.set(block, new int[0]);
        Batch batch = Nets.batch(whole, 5);
        Network narrow = Narrowing.of(whole, keep);
        assertEquals(whole.blocks() - 1, narrow.blocks());
        assertEquals(whole.sites().size() - 2, narrow.sites().size());
        float[][] before = Nets.logits(compute, whole, batch);
        float[][] after = Nets.logits(compute, narrow, batch);
        for (int i = 0; i < before.length; i++) {
            assertArrayEquals(before[i], after[i], 1e-5f);
        }
        List<int[]> again = narrow.couplings().stream().map(c -> Narrowing.all(c.channels())).toList();
        assertEquals(narrow.sites(), Narrowing.of(narrow, again).sites(), "what is left can lose channels too");
    }

    @Test
    void multiplyAddsOfAConvolutionAreCountedByHand() {
        Network lenet = Nets.all().get(1).born(compute);
        double first = 6.0 * 2 * 25 * 13 * 14; // maps, inputs, taps, pixels
        double second = 16.0 * 6 * 25 * 2 * 3; // of 6 x 7 pixels a window of 5 x 5 without borders leaves 2 x 3
        double linear = 120.0 * 16 + 84 * 120 + 3 * 84; // halved again to one pixel
        assertEquals(first + second + linear, Operations.multiplyAdds(compute, lenet, Nets.batch(lenet, 4)));
    }

    @Test
    void whatCannotBeRemovedIsSaidInOneLine() {
        UserError e = assertThrows(UserError.class, () -> Narrowing.of(new Gcn(List.of(20, 12, 3)), List.of()));
        assertTrue(e.getMessage().contains("Gcn") && e.getMessage().contains("vgg"), e.getMessage());
        Network net = Nets.all().getFirst().born(compute);
        for (List<int[]> keep : List.of(List.of(new int[0], new int[] {1}), List.of(new int[] {1, 1}, new int[] {1}), List.of(new int[] {17}, new int[] {1}))) {
            assertThrows(UserError.class, () -> Narrowing.of(net, keep));
        }
    }
}
