package dev.filigree.app.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.app.data.KnownData;
import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Networks that are trained whole, cut and tuned. */
class ShrinkTest {

    private final Problem problem = KnownData.standIn("fashion-mnist");

    private Shrink shrink(Compute compute, String model) {
        TrainSettings whole = new TrainSettings(model, "", "dense", "", "", List.of(), 0.1, 128, "sgd(momentum=0.9)", 0.1, "cosine", 0, 10, 0);
        return new Shrink(problem, compute, whole, whole.withRate(0.02, "cosine"), 0.5);
    }

    @Test
    void whatIsLeftIsSmallerAndTheSameOnAnyNumberOfThreads() {
        Shrink.Shrunk[] found = new Shrink.Shrunk[2];
        for (int i = 0; i < 2; i++) {
            try (Parallel parallel = new Parallel(1 + i)) {
                Shrink shrink = shrink(new Compute(Kernels.best(), parallel), "vgg(stages=4.8)");
                found[i] = shrink.by("mask-sparsity", 3);
                assertEquals(12, Shrink.Shrunk.channels(found[i].whole()));
                assertEquals(6, found[i].channels());
                assertEquals(12, found[i].alive());
                assertTrue(shrink.relay().multiplyAdds(found[i].left()) < shrink.relay().multiplyAdds(found[i].whole()));
                List<Double> seconds = shrink.relay().race(List.of(found[i].whole(), found[i].left()), 16, 3);
                assertTrue(seconds.size() == 2 && seconds.stream().allMatch(s -> s > 0));
            }
        }
        found[0].left().params().forEach(p -> assertArrayEquals(Slots.of(p.forward()).toArray(), Slots.of(found[1].left().param(p.name()).forward()).toArray(), p.name()));
        assertEquals(found[0].right(), found[1].right());
    }

    @Test
    void aNetworkThatCannotLoseChannelsIsRefusedBeforeAnyTraining() {
        try (Parallel parallel = new Parallel(1)) {
            assertTrue(assertThrows(UserError.class, () -> shrink(new Compute(Kernels.best(), parallel), "resnext")).getMessage().contains("ResNext"));
        }
    }
}
