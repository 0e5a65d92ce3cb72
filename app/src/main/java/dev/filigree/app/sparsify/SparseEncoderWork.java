package dev.filigree.app.sparsify;

import dev.filigree.app.encode.Collection;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.encode.SparseEncoder;
import dev.filigree.infer.Groups;
import dev.filigree.infer.Plan;
import dev.filigree.infer.Profile;
import dev.filigree.io.Store;
import dev.filigree.lucene.LuceneAnalysis;
import dev.filigree.model.Bert;
import dev.filigree.model.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A sparse encoder of texts: the model below its head is pruned, judged by the vectors that come out, served on documents. */
final class SparseEncoderWork extends BertWork {

    /** Documents learned from, and judged with, at most. */
    private static final int MOST = 4000;
    private static final int FEWEST = 20;
    private static final int HELD_OUT = 200;
    private static final int GLANCE = 40;
    private static final int BATCH = 8;
    /** Documents that are encoded to measure speed. */
    private static final int TIMED = 64;

    private final Settings settings;
    private final int threads;
    private final Documents documents;
    private final SparseEncoder dense;
    private final DocumentJudge judge;

    /**
     * @param training for calibration and recovery; none is held out
     * @param timed    some of all, to measure speed with
     */
    private record Documents(List<String> training, List<String> heldOut, List<String> timed, Collection judged, int found) {

        static Documents read(Settings.Judged asked, Rng rng) {
            Collection all = Collection.read(Path.of(asked.corpus()), asked.queries().isEmpty() ? null : Path.of(asked.queries()), asked.qrels().isEmpty() ? null : Path.of(asked.qrels()));
            int[] order = IntStream.of(rng.split("text order").permutation(all.texts().size())).filter(d -> !all.texts().get(d).isBlank()).toArray();
            if (order.length < FEWEST) {
                throw new UserError("--corpus: " + asked.corpus() + " holds " + order.length + " documents with a text, expected at least " + FEWEST);
            }
            int held = Math.min(HELD_OUT, order.length / 5);
            return new Documents(some(all, order, held, held + MOST), some(all, order, 0, held), some(all, order, 0, TIMED), judged(all, order), all.texts().size());
        }

        private static List<String> some(Collection all, int[] order, int from, int to) {
            return Arrays.stream(order, from, Math.min(to, order.length)).mapToObj(all.texts()::get).toList();
        }

        /** All of a small collection; of a larger one what is judged, and others by chance. */
        private static Collection judged(Collection all, int[] order) {
            if (all.judgements() == null || all.texts().size() <= MOST) {
                return all;
            }
            Set<String> known = all.judgements().queries().stream().flatMap(q -> all.judgements().of(q).keySet().stream()).collect(Collectors.toSet());
            int[] first = IntStream.range(0, all.ids().size()).filter(d -> known.contains(all.ids().get(d))).toArray();
            int[] others = IntStream.of(order).filter(d -> !known.contains(all.ids().get(d))).limit(Math.max(0, MOST - first.length)).toArray();
            int[] taken = IntStream.concat(IntStream.of(first), IntStream.of(others)).toArray();
            return new Collection(IntStream.of(taken).mapToObj(all.ids()::get).toList(), IntStream.of(taken).mapToObj(all.texts()::get).toList(), all.queries(), all.judgements());
        }
    }

    private SparseEncoderWork(Settings settings, int threads, Documents documents, SparseEncoder dense) {
        super(dense.model(), documents.training.stream().map(dense::tokens).toList(), settings.calibration());
        this.settings = settings;
        this.threads = threads;
        this.documents = documents;
        this.dense = dense;
        this.judge = new DocumentJudge(documents.heldOut, documents.judged);
    }

    static SparseEncoderWork open(Settings settings, int threads, Rng rng) {
        Documents documents = Documents.read(settings.judged(), rng);
        SparseEncoder dense = SparseEncoder.open(Path.of(settings.model()), LuceneAnalysis::named, threads);
        try {
            if (!dense.recipe().document().needsModel()) {
                throw new UserError(settings.model() + ": weighs documents without a model, so there is nothing to prune; expected an encoder whose documents are mlp, mlm or cls-mlm");
            }
            return new SparseEncoderWork(settings, threads, documents, dense);
        } catch (RuntimeException | Error e) {
            dense.close();
            throw e;
        }
    }

    @Override
    public Map<String, String> data() {
        Map<String, String> data = new LinkedHashMap<>();
        data.put("model origin", settings.model());
        data.put("training text", documents.training.size() + " documents (" + settings.judged().corpus() + ")");
        data.put("held-out text", documents.heldOut.size() + " documents");
        if (documents.judged.judgements() != null) {
            data.put("judged queries", documents.judged.judgements().queries().size() + " over " + documents.judged.ids().size() + " of " + documents.found + " documents");
        }
        return data;
    }

    @Override
    public int excluded() {
        return 0;
    }

    @Override
    public int batch() {
        return BATCH;
    }

    @Override
    public Quality reference() {
        return judge.dense(dense);
    }

    @Override
    public Quality judge(Model model) {
        return judge.score(dense.on((Bert) model));
    }

    @Override
    public double glance(Model model) {
        return judge.glance(dense.on((Bert) model), GLANCE);
    }

    @Override
    public void save(Path folder, Model student, Plan plan) {
        dense.store(folder, below -> SavedModel.write(below, (Bert) student, dense.tokenizer(), Store.named(settings.store()), plan, settings));
    }

    @Override
    public Profile profile() {
        return Profile.parse(Integer.toString(Groups.TOKENS));
    }

    @Override
    public Served dense() {
        return new Encoding(judge, dense, documents.timed, false);
    }

    @Override
    public Served open(Path folder) {
        return new Encoding(judge, SparseEncoder.open(folder, LuceneAnalysis::named, threads), documents.timed, true);
    }

    @Override
    public long bytes() {
        return bytes(Path.of(settings.model()));
    }

    /** Of all parts, which are folders; beside them lies what tells of runs. */
    @Override
    public long bytes(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(f -> Files.isRegularFile(f) && !f.getParent().equals(folder)).mapToLong(f -> f.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<int[]> shapes() {
        return List.of(new int[] {documents.timed.size(), (int) Math.round(documents.timed.stream().mapToInt(t -> dense.tokens(t).length).average().orElseThrow())});
    }

    @Override
    public void close() {
        dense.close();
    }

    /** @param ours whether it ends with this */
    private record Encoding(DocumentJudge judge, SparseEncoder encoder, List<String> timed, boolean ours) implements Served {

        @Override
        public Model model() {
            return encoder.model().model();
        }

        @Override
        public Quality quality() {
            return judge.score(encoder);
        }

        @Override
        public long bytes() {
            return encoder.weightBytes();
        }

        /** From texts to vectors, as an index has them encoded. */
        @Override
        public Speed.Contender contender() {
            return (batch, length, seconds) -> {
                long done = 0;
                long start = System.nanoTime();
                double spent;
                do {
                    done += encoder.documents(timed).size();
                    spent = (System.nanoTime() - start) / 1e9;
                } while (spent < seconds);
                return done / spent;
            };
        }

        @Override
        public void close() {
            if (ours) {
                encoder.close();
            }
        }
    }
}
