package dev.filigree.app.cli;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.report.Column;
import dev.filigree.report.Json;
import dev.filigree.report.Table;
import dev.filigree.retrieve.judged.Evaluation;
import dev.filigree.retrieve.judged.Judgements;
import dev.filigree.retrieve.judged.Measure;
import dev.filigree.retrieve.judged.PairedTest;
import dev.filigree.retrieve.judged.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code filigree evaluate}: how good runs are by judgements. */
@Command(name = "evaluate", description = "Judge a run as trec_eval does, or compare two.",
        footer = {"", "Equal scores: the document whose id comes last is first, whatever ranks the file gives. Gains are linear, unjudged documents are not",
            "relevant. Measures: ndcg@K, mrr@K, recall@K, p@K, map. Judgements: TREC's four columns, BEIR's three with tabs, Cranfield's three.", "",
            "Examples:", "  filigree evaluate --run bm25.trec --qrels qrels.tsv", "  filigree evaluate --run mine.trec --run2 bm25.trec --qrels qrels.txt --per-query"})
final class Evaluate implements Runnable {

    @ParentCommand
    private Filigree filigree;

    @Option(names = "--run", required = true, paramLabel = "FILE", description = "What was found: query, Q0, document, rank, score, name.")
    private Path run;

    @Option(names = "--run2", paramLabel = "FILE", description = "What it is compared with, query by query.")
    private Path second;

    @Option(names = "--qrels", required = true, paramLabel = "FILE", description = "The judgements.")
    private Path qrels;

    @Option(names = "--measures", split = ",", paramLabel = "NAME", description = "Measures to compute; default: ndcg@10, mrr@10, recall@100, recall@1000, map.")
    private List<String> names = List.of();

    @Option(names = "--per-query", description = "Show every query.")
    private boolean perQuery;

    @Option(names = "--all-queries", description = "Queries for which nothing was found count zero, as with trec_eval -c; else only those in both files count.")
    private boolean all;

    @Override
    public void run() {
        List<Measure> measures = names.isEmpty() ? Measure.USUAL : names.stream().map(Measure::named).toList();
        Judgements judgements = Judgements.read(qrels);
        Evaluation first = judged(run, judgements, measures);
        Table means;
        Table queries;
        if (second == null) {
            means = new Table("", Column.text("measure"), Column.number("mean", 4));
            for (int m = 0; m < measures.size(); m++) {
                means.row(measures.get(m).name(), first.mean(m));
            }
            queries = perQuery(first, null);
        } else {
            Evaluation other = judged(second, judgements, measures).sharedWith(first);
            first = first.sharedWith(other);
            if (first.queries().isEmpty()) {
                throw new UserError(second + ": shares no judged query with " + run);
            }
            means = compared(first, other);
            queries = perQuery(first, other);
        }
        print(means, queries, first.queries().size());
    }

    private Evaluation judged(Path file, Judgements judgements, List<Measure> measures) {
        Evaluation e = Evaluation.of(Run.read(file), judgements, measures, all);
        if (e.queries().isEmpty()) {
            throw new UserError(file + ": holds none of the queries of " + qrels + "; are these the judgements of this run?");
        }
        return e;
    }

    private Table compared(Evaluation first, Evaluation other) {
        Table table = new Table("", Column.text("measure"), Column.number("run", 4), Column.number("run 2", 4), Column.number("difference", 4),
                Column.number("95 % +-", 4), Column.number("p (t-test)", 4), Column.number("p (randomised)", 4));
        for (int m = 0; m < first.measures().size(); m++) {
            double[] differences = first.of(m);
            double[] others = other.of(m);
            for (int q = 0; q < differences.length; q++) {
                differences[q] -= others[q];
            }
            PairedTest test = PairedTest.of(differences, new Rng(filigree.seed()).split("signs"));
            table.row(first.measures().get(m).name(), first.mean(m), other.mean(m), test.mean(), test.half(), test.student(), test.randomised());
        }
        return table;
    }

    private static Table perQuery(Evaluation first, Evaluation other) {
        List<Column> columns = new ArrayList<>(List.of(Column.text("query")));
        for (Measure m : first.measures()) {
            columns.add(Column.number(m.name(), 4));
            if (other != null) {
                columns.add(Column.number(m.name() + " of run 2", 4));
            }
        }
        Table table = new Table("", columns.toArray(Column[]::new));
        first.queries().forEach((query, values) -> {
            List<Object> row = new ArrayList<>(List.of(query));
            for (int m = 0; m < values.length; m++) {
                row.add(values[m]);
                if (other != null) {
                    row.add(other.queries().get(query)[m]);
                }
            }
            table.row(row.toArray());
        });
        return table;
    }

    private void print(Table means, Table queries, int count) {
        if (filigree.json()) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("run", run.toString());
            out.put("run2", second == null ? null : second.toString());
            out.put("qrels", qrels.toString());
            out.put("judged_queries", count);
            out.put("measures", means);
            if (perQuery) {
                out.put("queries", queries);
            }
            filigree.console().out().print(Json.pretty(out));
            return;
        }
        int columns = filigree.console().columns();
        filigree.console().out().print((perQuery ? queries.text(columns) + "\n" : "") + means.text(columns));
        filigree.console().out().println("\n" + count + " queries");
    }
}
