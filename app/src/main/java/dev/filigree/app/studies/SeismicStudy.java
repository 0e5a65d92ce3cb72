package dev.filigree.app.studies;

import dev.filigree.app.report.Plot;
import dev.filigree.app.retrieve.MadeCollection;
import dev.filigree.app.retrieve.RetrieveReport;
import dev.filigree.app.retrieve.RetrieveRun;
import dev.filigree.app.retrieve.Speed;
import dev.filigree.app.retrieve.TemporaryFolder;
import dev.filigree.report.Column;
import dev.filigree.report.Progress;
import dev.filigree.report.Table;
import dev.filigree.retrieve.Effort;
import dev.filigree.retrieve.SeismicSettings;
import dev.filigree.retrieve.collection.CollectionSettings;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Whether an index that looks at a few blocks of documents is worth what it misses. */
final class SeismicStudy implements Study {

    private static final String OURS = RetrieveRun.name(Effort.STANDARD);
    private static final double RECALL = 0.95;
    private static final double OVER_EXACT = 8;
    private static final double OVER_LUCENE = 20;

    @Override
    public Claim claim() {
        return new Claim("seismic", "Bruch et al. 2024, arXiv:2404.18812", "An inverted index in geometric blocks with summaries finds nearly all of the best documents, and one to two orders of magnitude faster than exact methods.",
                "Collections that are made up, one for each seed: 100,000 documents and 500 queries (quick: 4,000 and 50); Seismic as it comes beside exhaustive search, term at a time, MaxScore, block-max WAND and Lucene.",
                "vectors, queries, ten documents asked for, one thread", "recall@10 below 95 %, or a median time above an eighth of the best exact method's or a twentieth of Lucene's", 6);
    }

    @Override
    public Findings run(Lab lab) {
        int documents = (int) lab.choose(4000, 100_000);
        int queries = (int) lab.choose(50, 500);
        List<RetrieveReport> reports = lab.<RetrieveReport>each(Map.of("collection", seed -> {
            try (TemporaryFolder folder = TemporaryFolder.make()) {
                return new RetrieveRun(new MadeCollection(CollectionSettings.SPLADE, documents, seed), queries, (int) lab.choose(1, 3), lab.compute().parallel().threads(), true, SeismicSettings.STANDARD, folder.path()).run(Progress.silent());
            }
        }), r -> String.format(Locale.ROOT, "recall %.2f %%, %.0f us", 100 * r.speed(OURS).recall(), r.speed(OURS).median())).get("collection");
        Table t = new Table(documents + " documents, ten of a query; microseconds on one thread", Column.text("what runs"), Column.percent("recall@10", 2), Column.number("median", 0),
                Column.number("p99", 0), Column.ratio("over Seismic as it comes"));
        for (Speed s : reports.getFirst().speeds()) {
            t.row(s.name(), of(reports, r -> r.speed(s.name()).recall()).mean(), of(reports, r -> r.speed(s.name()).median()).mean(), of(reports, r -> r.speed(s.name()).p99()).mean(),
                    of(reports, r -> over(r, s.name())).mean());
        }
        return new Findings(List.of(t), List.<Plot>of(reports.getFirst().plot()), List.of(
                Verdict.above("Seismic finds more than 95 of 100", RECALL, of(reports, r -> r.speed(OURS).recall())),
                Verdict.above("it is eight times as fast as the best exact method", OVER_EXACT, of(reports, r -> r.exact().stream().mapToDouble(s -> over(r, s.name())).min().orElseThrow())),
                Verdict.above("it is twenty times as fast as Lucene", OVER_LUCENE, of(reports, r -> over(r, RetrieveReport.LUCENE)))));
    }

    private static double over(RetrieveReport report, String name) {
        return report.speed(name).median() / report.speed(OURS).median();
    }

    private static Numbers of(List<RetrieveReport> reports, ToDoubleFunction<RetrieveReport> number) {
        return Numbers.of(reports, number);
    }
}
