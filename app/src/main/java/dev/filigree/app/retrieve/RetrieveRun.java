package dev.filigree.app.retrieve;

import dev.filigree.app.million.Resident;
import dev.filigree.base.Parallel;
import dev.filigree.lucene.LuceneIndex;
import dev.filigree.report.Progress;
import dev.filigree.retrieve.BlockMaxWand;
import dev.filigree.retrieve.Effort;
import dev.filigree.retrieve.Exhaustive;
import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.Inverted;
import dev.filigree.retrieve.MaxScore;
import dev.filigree.retrieve.Seismic;
import dev.filigree.retrieve.SeismicSettings;
import dev.filigree.retrieve.TermAtATime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Indexes a collection, and times Seismic with several efforts beside the exact methods and Lucene, all in one process on the same vectors.
 *
 * @param vectors  of the collection
 * @param queries  at most, that Seismic is timed with; slow methods get fewer
 * @param rounds   that are timed
 * @param peers    whether the other exact methods and Lucene run too; MaxScore does in any case, for it finds what is true
 * @param folder   empty, for the files, which stay
 */
public record RetrieveRun(Vectors vectors, int queries, int rounds, int threads, boolean peers, SeismicSettings settings, Path folder) {

    /** From little to much. */
    private static final List<Effort> EFFORTS = List.of(new Effort(3, 1.2f), new Effort(5, 1.2f), new Effort(8, 1.2f), new Effort(5, 1.15f), new Effort(6, 1.15f), new Effort(5, 1.1f), new Effort(5, 1f), Effort.STANDARD,
            new Effort(10, 0.9f), new Effort(12, 0.8f), new Effort(20, 0.7f));

    /** Queries of methods that take milliseconds. */
    private static final int FEW = 100;

    /** Memory for gathering lists. */
    private static final long MEMORY = 256L << 20;

    /**
     * What was built.
     *
     * @param parts  bytes by part
     * @param seconds of the build
     * @param peak   most bytes that this process had held when the index was built
     */
    public record Built(int documents, long entries, long postings, long blocks, Map<String, Long> parts, double seconds, OptionalLong peak) {

        public long bytes() {
            return parts.values().stream().mapToLong(b -> b).sum();
        }
    }

    public RetrieveReport run(Progress progress) {
        Path forwardFile = folder.resolve("forward.safetensors");
        Path listsFile = folder.resolve("seismic.safetensors");
        try (Arena arena = Arena.ofShared(); Parallel parallel = new Parallel(threads)) {
            try (Progress.Stage stage = progress.stage("make", vectors.documents())) {
                vectors.write(forwardFile, parallel, done -> stage.at(done, ""));
            }
            ForwardIndex forward = ForwardIndex.open(forwardFile, arena);
            long begin = System.nanoTime();
            try (Progress.Stage stage = progress.stage("build", Seismic.steps(forward.vocabulary(), forward.documents(), settings))) {
                Seismic.build(forward, settings, listsFile, parallel, MEMORY, done -> stage.at(done, ""));
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            OptionalLong peak = Resident.peak();
            Seismic seismic = Seismic.open(forward, listsFile, arena);
            Map<String, Long> parts = new LinkedHashMap<>();
            parts.put("forward index", Files.size(forwardFile));
            parts.putAll(seismic.bytes());
            Built built = new Built(vectors.documents(), forward.entries(), seismic.postings(), seismic.blocks(), parts, seconds, peak);
            return new RetrieveReport(this, built, speeds(forward, seismic, parallel, progress));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the report calls Seismic with this effort: lists of so many terms, and the factor. */
    public static String name(Effort effort) {
        return RetrieveReport.SEISMIC + " " + effort.terms() + ", " + effort.factor();
    }

    private List<Speed> speeds(ForwardIndex forward, Seismic seismic, Parallel parallel, Progress progress) {
        Inverted lists = Inverted.of(forward, parallel);
        MaxScore maxScore = new MaxScore(lists);
        Contest contest = new Contest(vectors.queries(queries), maxScore, parallel);
        for (Effort e : EFFORTS) {
            contest.enter(name(e), seismic.with(e), queries);
        }
        List<LuceneIndex> opened = new ArrayList<>();
        contest.enter("MaxScore", maxScore, FEW);
        if (peers) {
            contest.enter("exhaustive", new Exhaustive(forward), FEW / 20);
            contest.enter("term at a time", new TermAtATime(lists), FEW);
            contest.enter("block-max WAND", new BlockMaxWand(lists), FEW);
            Path lucene = folder.resolve("lucene");
            try (Progress.Stage stage = progress.stage("lucene", 1)) {
                LuceneIndex.write(lucene, forward, Integer::toString);
                stage.at(1, "");
            }
            opened.add(LuceneIndex.open(lucene, Integer::toString));
            contest.enter(RetrieveReport.LUCENE, opened.getFirst(), FEW);
        }
        try (Progress.Stage stage = progress.stage("search", contest.steps(rounds))) {
            return contest.run(rounds, done -> stage.at(done, ""));
        } finally {
            opened.forEach(LuceneIndex::close);
        }
    }
}
