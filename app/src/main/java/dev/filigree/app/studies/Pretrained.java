package dev.filigree.app.studies;

import dev.filigree.app.BundledData;
import dev.filigree.app.KnownModel;
import dev.filigree.app.sparsify.Judge;
import dev.filigree.app.sparsify.Closeness;
import dev.filigree.app.sparsify.Source;
import dev.filigree.base.Floats;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.infer.Session;
import dev.filigree.io.EncoderConfig;
import dev.filigree.io.text.Pair;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Bert;
import dev.filigree.model.Model;
import dev.filigree.report.Metrics;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Tiled;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A sentence encoder that somebody else trained, with text to learn from and scored pairs to judge it by. The full form takes
 * minilm. The quick form, which is to need no file, takes a small encoder of random weights: the mean of random word vectors
 * knows which sentences share words, so that even its score has something to lose.
 *
 * @param model     never changed for good
 * @param sentences token ids of the text to learn from
 * @param judge     has seen the model as it came
 * @param end       frees it
 */
record Pretrained(Compute compute, Bert model, List<int[]> sentences, Judge judge, Runnable end) implements AutoCloseable {

    /** Tokens of the longest sentence to learn from. */
    private static final int SHORT = 20;
    private static final int WORDS = 4000;
    private static final int LONGEST = 40;
    /** Of the small one: branches that hide the words would leave nothing to find. */
    private static final float BRANCH = 0.5f;
    private static final EncoderConfig SMALL = new EncoderConfig(32, 2, 2, 64, WORDS, LONGEST, 1, 1e-12f, Pooling.MEAN, true);

    /** @param learned sentences to learn from, short ones */
    static Pretrained open(Lab lab, int learned) {
        if (lab.quick()) {
            return of(lab, random(), Pretrained::words, learned, () -> { });
        }
        try (Source source = Source.open(KnownModel.MINILM.label(), "")) {
            SentenceEncoder encoder = SentenceEncoder.of(source.stored(), 1);
            return of(lab, encoder.model(), encoder::tokens, learned, encoder::close);
        }
    }

    private static Pretrained of(Lab lab, Bert model, Function<String, int[]> tokenize, int learned, Runnable end) {
        List<Pair> all = BundledData.stsDev();
        int every = (int) lab.choose(12, 2); // they lie by source, so a prefix would be no sample
        List<Pair> pairs = IntStream.range(0, all.size()).filter(i -> i % every == 0).mapToObj(all::get).toList();
        Judge judge = new Judge(BundledData.heldOut().subList(0, (int) lab.choose(50, 300)), pairs, tokenize);
        try (Session session = new Session(model, lab.compute())) {
            judge.dense(session::encode);
        }
        return new Pretrained(lab.compute(), model, BundledData.recovery().stream().map(tokenize).filter(ids -> ids.length <= SHORT).limit(learned).toList(), judge, end);
    }

    /** A model of the same weights that may be pruned and trained: a loop gives what it trains memory of its own. */
    Bert copy() {
        return new Bert(model.config(), (name, rows, cols) -> model.param(name).forward());
    }

    /** How close another model is to this one, and what its score is. */
    Closeness quality(Model other) {
        try (Session session = new Session(other, compute)) {
            return judge.score(session::encode);
        }
    }

    /** The cosine that a model finds for each pair. */
    double[] similarities(Model other) {
        try (Session session = new Session(other, compute)) {
            return judge.similarities(session::encode);
        }
    }

    /** Rank correlation of similarities with what people said, over pairs drawn with replacement: another sample for each seed. */
    double score(double[] similarities, Rng sample) {
        int[] drawn = IntStream.range(0, similarities.length).map(i -> sample.nextInt(similarities.length)).toArray();
        double[] scores = judge.scores();
        return Metrics.spearman(Arrays.stream(drawn).mapToDouble(i -> similarities[i]).toArray(), Arrays.stream(drawn).mapToDouble(i -> scores[i]).toArray());
    }

    @Override
    public void close() {
        end.run();
    }

    /** A number for each word, and one before all of them, so that no sentence is empty. */
    private static int[] words(String text) {
        return IntStream.concat(IntStream.of(0), Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^a-z0-9]+")).filter(w -> !w.isEmpty())
                .mapToInt(w -> 1 + Math.floorMod(w.hashCode(), WORDS - 1))).limit(LONGEST).toArray();
    }

    private static Bert random() {
        Rng rng = new Rng(0).split("random encoder");
        return new Bert(SMALL, (name, rows, cols) -> {
            Rng own = rng.split(name);
            boolean table = name.startsWith("embeddings") && cols > 1;
            float scale = table ? 1 : BRANCH / (float) Math.sqrt(cols);
            Floats f = Floats.allocate(rows * cols);
            for (int i = 0; i < f.length(); i++) {
                f.set(i, cols == 1 ? name.endsWith("LayerNorm.weight") ? 1 : 0 : scale * (float) own.nextGaussian());
            }
            Dense w = Dense.of(rows, cols, f);
            return table || cols == 1 ? w : Tiled.pack(Arena.ofAuto(), w);
        });
    }
}
