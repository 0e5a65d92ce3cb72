package dev.filigree.app.retrieve;

import dev.filigree.base.Parallel;
import dev.filigree.report.Column;
import dev.filigree.report.Progress;
import dev.filigree.report.Table;
import dev.filigree.retrieve.Effort;
import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.Inverted;
import dev.filigree.retrieve.MaxScore;
import dev.filigree.retrieve.Seismic;
import dev.filigree.retrieve.SeismicSettings;
import dev.filigree.retrieve.SparseVector;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether a collection is as hard as real vectors are: Seismic runs with the settings that its authors found the fastest for a recall on
 * SPLADE vectors of MS MARCO (8.8 million passages; the files {@code best_configs} of their program, memory 1.5 times the forward index),
 * and finds more than they say where vectors are easier, less where they are harder.
 *
 * @param vectors of the collection
 * @param queries at most
 * @param folder  empty, for the files, which stay
 */
public record PublishedSettings(Vectors vectors, int queries, int threads, Path folder) {

    private static final long MEMORY = 256L << 20;

    /** Entries of MS MARCO's passages: 8.8 million of 119 terms; lists of n postings on average hold n terms of the vocabulary's 30,522. */
    private static final double ENTRIES = 8_841_823.0 * 119;

    private static final double TERMS = 30_522;

    /** @param postings of a list on average */
    private record Config(int postings, double longest, double blocks, int smallest, double energy, Effort effort, double recall) {

        SeismicSettings settings() {
            return new SeismicSettings(postings * TERMS / ENTRIES, 20, longest, blocks, smallest, SeismicSettings.STANDARD.heaviest(), energy, 1, 0);
        }
    }

    private static final List<Config> CONFIGS = List.of(
            new Config(2000, 3, 0.2, 2, 0.5, new Effort(4, 0.9f), 0.90),
            new Config(4000, 3, 0.2, 2, 0.5, new Effort(4, 0.9f), 0.95),
            new Config(4000, 3, 0.2, 2, 0.5, new Effort(4, 0.8f), 0.97),
            new Config(4000, 3, 0.2, 2, 0.5, new Effort(7, 0.8f), 0.98),
            new Config(3000, 6, 0.1, 10, 0.4, new Effort(8, 0.7f), 0.99));

    /** Recall with each of the published settings. */
    public Table run(Progress progress) {
        Path file = folder.resolve("forward.safetensors");
        Table t = new Table("Seismic as its authors set it for a recall on MS MARCO, on " + vectors.documents() + " documents", Column.text("postings a list there"), Column.text("terms, factor"),
                Column.percent("recall@10 there", 0), Column.percent("here", 2), Column.number("scored here", 0));
        try (Arena arena = Arena.ofShared(); Parallel parallel = new Parallel(threads); Progress.Stage stage = progress.stage("published settings", 1 + CONFIGS.size())) {
            vectors.write(file, parallel, done -> { });
            ForwardIndex forward = ForwardIndex.open(file, arena);
            List<SparseVector> asked = vectors.queries(queries);
            Hits[] truth = new Hits[asked.size()];
            MaxScore exact = new MaxScore(Inverted.of(forward, parallel));
            parallel.run(truth.length, q -> truth[q] = exact.search(asked.get(q), Contest.K));
            Seismic seismic = null;
            SeismicSettings built = null;
            for (Config c : CONFIGS) {
                stage.add(1);
                if (!c.settings().equals(built)) {
                    built = c.settings();
                    Path lists = folder.resolve("seismic-" + c.postings + ".safetensors");
                    Seismic.build(forward, built, lists, parallel, MEMORY, done -> { });
                    seismic = Seismic.open(forward, lists, arena);
                }
                row(t, c, seismic.with(c.effort), asked, truth);
            }
            stage.add(1);
        }
        return t;
    }

    private static void row(Table t, Config c, Seismic seismic, List<SparseVector> asked, Hits[] truth) {
        double recall = 0;
        long[] scored = {0};
        for (int q = 0; q < truth.length; q++) {
            recall += truth[q].recallIn(seismic.search(asked.get(q), Contest.K, document -> ++scored[0] > 0)) / truth.length;
        }
        t.row(Integer.toString(c.postings), c.effort.terms() + ", " + c.effort.factor(), c.recall, recall, (double) scored[0] / truth.length);
    }
}
