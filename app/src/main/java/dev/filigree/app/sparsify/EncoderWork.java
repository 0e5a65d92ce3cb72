package dev.filigree.app.sparsify;

import dev.filigree.base.Rng;
import dev.filigree.infer.Plan;
import dev.filigree.infer.Profile;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.infer.Session;
import dev.filigree.io.Store;
import dev.filigree.model.Bert;
import dev.filigree.model.Model;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A sentence encoder: judged by its embeddings, served in batches of sentences. */
final class EncoderWork extends BertWork {

    /** The work that speed is measured at: sequences, and tokens in each. */
    private static final int BATCH = 32;
    private static final int LENGTH = 64;

    private static final int GLANCE_SENTENCES = 200;

    private final Settings settings;
    private final int threads;
    private final Texts texts;
    private final Source source;
    private final SentenceEncoder dense;
    private final Judge judge;

    private EncoderWork(Settings settings, int threads, Texts texts, Source source, SentenceEncoder dense) {
        super(dense, texts.training().stream().map(dense::tokens).toList(), settings.calibration());
        this.settings = settings;
        this.threads = threads;
        this.texts = texts;
        this.source = source;
        this.dense = dense;
        this.judge = new Judge(texts.heldOut(), texts.pairs(), dense::tokens);
    }

    static EncoderWork open(Settings settings, int threads, Rng rng) {
        Texts texts = Texts.load(settings.text(), settings.pairs(), rng);
        Source source = Source.open(settings.model(), settings.pooling());
        try {
            return new EncoderWork(settings, threads, texts, source, SentenceEncoder.of(source.stored(), threads));
        } catch (RuntimeException | Error e) {
            source.close();
            throw e;
        }
    }

    @Override
    public Map<String, String> data() {
        Map<String, String> data = new LinkedHashMap<>();
        data.put("model origin", source.origin());
        data.put("training text", texts.training().size() + " sentences (" + texts.origin() + ")");
        data.put("held-out text", texts.heldOut().size() + " sentences");
        data.put("scored pairs", texts.pairs().size() + (settings.pairs().isEmpty() ? " (STS-B dev)" : " (" + settings.pairs() + ")"));
        data.put("excluded", texts.excluded() + " sentences that occur in a scored pair");
        return data;
    }

    @Override
    public int excluded() {
        return texts.excluded();
    }

    @Override
    public int batch() {
        return BATCH;
    }

    @Override
    public Quality reference() {
        return judge.dense(dense::encode);
    }

    @Override
    public Quality judge(Model model) {
        try (Session session = new Session(model, compute())) {
            return judge.score(session::encode);
        }
    }

    @Override
    public double glance(Model model) {
        try (Session session = new Session(model, compute())) {
            return judge.glance(session::encode, GLANCE_SENTENCES);
        }
    }

    @Override
    public void save(Path folder, Model student, Plan plan) {
        SavedModel.write(folder, (Bert) student, source.stored().tokenizer(), Store.named(settings.store()), plan, settings);
    }

    @Override
    public Profile profile() {
        return Profile.SENTENCES;
    }

    @Override
    public Served dense() {
        return new EncoderServed(judge, dense, false);
    }

    @Override
    public Served open(Path folder) {
        return new EncoderServed(judge, SentenceEncoder.open(folder, threads), true);
    }

    @Override
    public long bytes() {
        return source.stored().weights().bytes() + source.stored().tokenizer().length;
    }

    @Override
    public Rivals rivals() {
        return Rivals.start(source, threads);
    }

    @Override
    public Optional<Quality> judge(Rivals rivals, String name) {
        return rivals.quality(name, judge);
    }

    @Override
    public List<int[]> shapes() {
        return List.of(new int[] {BATCH, Math.min(LENGTH, dense.config().maxPositions())});
    }

    @Override
    public void close() {
        dense.close();
        source.close();
    }

    /** @param ours whether it ends with this */
    private record EncoderServed(Judge judge, SentenceEncoder encoder, boolean ours) implements Served {

        @Override
        public Model model() {
            return encoder.model();
        }

        @Override
        public Quality quality() {
            return judge.score(encoder::encode);
        }

        @Override
        public long bytes() {
            return encoder.weightBytes();
        }

        @Override
        public Speed.Contender contender() {
            return Speed.encoding(encoder.session(), encoder.config().vocab());
        }

        @Override
        public void close() {
            if (ours) {
                encoder.close();
            }
        }
    }
}
