package dev.filigree.app.studies;

import dev.filigree.app.BundledData;
import dev.filigree.app.KnownMaskedModel;
import dev.filigree.base.Floats;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.infer.MaskedLanguageModel;
import dev.filigree.infer.MaskedLoss;
import dev.filigree.io.EncoderConfig;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Bert;
import dev.filigree.model.MaskedLm;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A model that guesses hidden words, and sentences to judge it by. The full form takes BERT-base and the bundled held-out sentences. The quick
 * form, which is to need no file, takes a small one that was set by hand and texts of few words that come again and again: its attention hands
 * on the mean of all words, its head asks which word that is most like, and noise lies on all of its weights.
 *
 * @param end frees it
 */
record PretrainedMasked(MaskedLoss judge, List<int[]> sentences, Runnable end) implements AutoCloseable {

    /** What BERT was trained to find. */
    private static final double HIDDEN = 0.15;
    /** The same tokens are hidden of every pruned model. */
    private static final long PLACES = 1;
    /** Sentences of the full form, about 27 tokens each. */
    private static final int COUNT = 150;
    private static final EncoderConfig SMALL = new EncoderConfig(32, 2, 2, 64, 200, 16, 1, 1e-12f, Pooling.MEAN, false);
    /** Words of a text of the quick form, and how many of them differ. */
    private static final int LENGTH = 14;
    private static final int DIFFERENT = 3;
    private static final float NOISE = 0.3f;
    /** What attention hands on outweighs the mask itself. */
    private static final float STRONG = 2;
    /** Of the head's scores: it may err, so it must not be certain. */
    private static final float SURE = 0.3f;

    static PretrainedMasked open(Lab lab) {
        if (lab.quick()) {
            return small(lab.compute());
        }
        MaskedLanguageModel model = KnownMaskedModel.open(KnownMaskedModel.NAME, 1);
        MaskedLoss judge = new MaskedLoss(lab.compute(), model.model(), model.judge().mask());
        return new PretrainedMasked(judge, BundledData.heldOut().subList(0, COUNT).stream().map(model::ids).toList(), model::close);
    }

    private static PretrainedMasked small(Compute compute) {
        Rng words = new Rng(0).split("texts");
        List<int[]> texts = IntStream.range(0, 200).mapToObj(t -> {
            int[] some = IntStream.range(0, DIFFERENT).map(i -> 1 + words.nextInt(SMALL.vocab() - 1)).toArray();
            return IntStream.range(0, LENGTH).map(i -> some[words.nextInt(DIFFERENT)]).toArray();
        }).toList();
        Rng rng = new Rng(0).split("small masked model");
        Bert.Source source = (name, rows, cols) -> weight(rng.split(name), name, rows, cols);
        return new PretrainedMasked(new MaskedLoss(compute, new MaskedLm(new Bert(SMALL, source), source), 0), texts, () -> { });
    }

    private static Weight weight(Rng rng, String name, int rows, int cols) {
        boolean table = name.startsWith("embeddings") && cols > 1;
        boolean words = name.startsWith("embeddings.word");
        boolean handsOn = name.endsWith("value.weight") || name.endsWith("attention.output.dense.weight") || name.endsWith("transform.dense.weight");
        float noise = words ? 1 : table ? 0 : NOISE / (float) Math.sqrt(cols);
        float gain = name.contains("transform") ? SURE : 1;
        Floats f = Floats.allocate(rows * cols);
        for (int i = 0; i < f.length(); i++) {
            float known = cols == 1 ? name.endsWith("LayerNorm.weight") ? gain : 0 : handsOn && i / cols == i % cols ? STRONG : 0;
            f.set(i, cols == 1 ? known : known + noise * (float) rng.nextGaussian());
        }
        Dense w = Dense.of(rows, cols, f);
        return cols == 1 || table && !words ? w : Tiled.pack(Arena.ofAuto(), w);
    }

    /** What it guesses as it is, for each sentence. */
    List<MaskedLoss.Outcome> guesses() {
        return judge.each(sentences, HIDDEN, PLACES, n -> { });
    }

    @Override
    public void close() {
        end.run();
    }
}
