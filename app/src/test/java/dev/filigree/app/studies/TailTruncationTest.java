package dev.filigree.app.studies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.app.data.KnownData;
import dev.filigree.base.Parallel;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Network;
import dev.filigree.report.Progress;
import dev.filigree.tensor.Slots;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Units that are needed: none dropped, all dropped, and what lies between. */
class TailTruncationTest {

    private static final Compute ONE = new Compute(Kernels.scalar(), Parallel.single());

    @Test
    void whatAddsNothingIsNotNeeded() {
        SmallDecoder d = SmallDecoder.of(new Lab(ONE, KnownData::standIn, "tinyshakespeare", true, 1, 1, Progress.silent()), "constant");
        Network net = d.trained(d.model(64, 2, 64, "silu"), d.course().supervised(), 10, List.of(), 1);
        var held = d.held().subList(0, 2);
        TailTruncation whole = new TailTruncation(ONE, net, d.text().objective(0), held);
        double loss = InnerUnits.judge(ONE, net, d.text().objective(0), held).loss();
        assertEquals(loss, whole.at(0).loss(), 1e-9);
        assertTrue(whole.at(0).active() > 0.99, "every unit adds something behind SiLU");
        assertTrue(whole.at(1).active() < 0.05, "hardly one is left where the whole output may be missed");
        InnerUnits.Seen few = whole.at(0.5);
        assertTrue(few.active() < whole.at(0.2).active() && few.active() > whole.at(0.8).active(), "more error, fewer units");
        assertTrue(whole.atRise(0.01).loss() <= loss + Math.log(1.01));
        // a unit whose column is zero adds nothing, however active it is
        var down = net.param(net.sites().stream().filter(s -> s.name().contains("layers.1.mlp.down")).findFirst().orElseThrow());
        down.forward().forEach((row, col, slot, v) -> {
            if (col < 8) {
                Slots.of(down.forward()).set(slot, 0);
            }
        });
        assertEquals(0.75, new TailTruncation(ONE, net, d.text().objective(0), held).at(0).active(), 0.01, "half of the units of one block of two");
    }
}
