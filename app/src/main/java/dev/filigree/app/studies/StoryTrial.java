package dev.filigree.app.studies;

import dev.filigree.app.KnownLanguageModel;
import dev.filigree.app.sparsify.Windowed;
import dev.filigree.app.sparsify.Windows;
import dev.filigree.base.Rng;
import dev.filigree.infer.LanguageModel;
import dev.filigree.kernel.Compute;
import dev.filigree.model.CausalModel;
import dev.filigree.model.DecoderBody;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Tokens;
import dev.filigree.prune.Parts;
import dev.filigree.prune.Pruner;
import dev.filigree.prune.Recipe;
import dev.filigree.prune.structure.Operation;
import dev.filigree.tensor.Layout;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A trained decoder that is cut in many ways, and judged by what it foresees of its own stories: the bundled one, which needs no file. For each seed it tells one text to
 * calibrate with and another to be judged by.
 */
final class StoryTrial implements AutoCloseable {

    private static final int ROUNDS = 30;

    private final LanguageModel language;
    private final Compute compute;
    private final int length;
    private final int calibration;
    private final int judging;
    private final Map<Long, Story> told = new HashMap<>();

    /** What was told with one seed, and the loss of the whole model on what judges. */
    private record Story(List<Batch> calibration, Windowed judge, double whole) {
    }

    StoryTrial(Lab lab) {
        this.compute = lab.compute();
        this.language = KnownLanguageModel.open(KnownLanguageModel.BUNDLED, 1);
        this.length = (int) lab.choose(64, 256);
        this.calibration = (int) lab.choose(4, 96);
        this.judging = (int) lab.choose(4, 48);
    }

    CausalModel model() {
        return language.model();
    }

    private Story story(long seed) {
        return told.computeIfAbsent(seed, s -> {
            Rng rng = new Rng(s).split("stories");
            List<Batch> text = new ArrayList<>();
            Windows.tell(language, length, calibration, rng.split("calibrate")).forEach(w -> text.add(Tokens.of(List.of(w))));
            Windowed judge = new Windowed(compute, Windows.tell(language, length, judging, rng.split("judge")));
            return new Story(text, judge, judge.loss(language.model()));
        });
    }

    /** What the whole model loses: nats a token. */
    double whole(long seed) {
        return story(seed).whole();
    }

    /** The same of another model. */
    double loss(Model other, long seed) {
        return story(seed).judge().loss(other);
    }

    /** The time of a forward pass over the time of the whole model's: the shortest of some alternating rounds. */
    double time(CausalModel other, long seed) {
        List<Batch> text = story(seed).calibration();
        double[] best = {Double.MAX_VALUE, Double.MAX_VALUE};
        try (Eager ops = new Eager(compute)) {
            for (int round = 0; round < ROUNDS; round++) {
                CausalModel[] pair = {other, language.model()};
                for (int i = 0; i < pair.length; i++) {
                    long start = System.nanoTime();
                    ops.release(pair[i].forward(ops, text.get(round % text.size())));
                    best[i] = Math.min(best[i], System.nanoTime() - start);
                }
            }
        }
        return best[0] / best[1];
    }

    /** The loss after a recipe. Weights lie dense for that: what is asked is what they compute, not how fast. */
    double pruned(String pattern, String method, double sparsity, long seed) {
        DecoderBody student = DecoderBody.sharing(language.model());
        Recipe recipe = Recipe.parse(pattern, "uniform", method, Double.toString(sparsity));
        new Pruner(compute, recipe, new Rng(seed).split("prune")).prune(student, story(seed).calibration(),
                (site, live, values) -> student.param(site).set(Layout.TILED.pack(Arena.ofAuto(), live, values)), report -> { });
        return loss(student, seed);
    }

    /** What is left when a part is taken out. */
    CausalModel cut(String structure, double share, long seed) {
        return Parts.STRUCTURES.make(structure).cut(new Operation(compute, language.model(), story(seed).calibration(), share, new Rng(seed).split("cut"), Long.MAX_VALUE));
    }

    /** Weights that a token passes through, those of the output included. */
    static long weights(CausalModel model) {
        return model.params().stream().filter(p -> p != model.words() || p == model.head()).mapToLong(p -> p.forward().positions()).sum();
    }

    /** Weights of the layers alone. */
    static long layers(CausalModel model) {
        return model.sites().stream().filter(s -> s.block() < model.blocks()).mapToLong(Site::positions).sum();
    }

    @Override
    public void close() {
        language.close();
    }
}
