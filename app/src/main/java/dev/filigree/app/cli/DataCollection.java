package dev.filigree.app.cli;

import dev.filigree.app.data.VectorLines;
import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.report.Column;
import dev.filigree.report.Json;
import dev.filigree.report.Progress;
import dev.filigree.report.Table;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.collection.CollectionSettings;
import dev.filigree.retrieve.collection.CollectionStatistics;
import dev.filigree.retrieve.collection.GeneratedCollection;
import dev.filigree.retrieve.collection.Statistic;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code filigree data collection}: sparse vectors of documents and queries that are made up, and how like real ones they are. */
@Command(name = "collection", sortOptions = false, description = {
        "Make vectors of documents and queries like those of a learned sparse encoder, any number of them, and write them as JSON lines that",
        "'index' reads; or compare such vectors with those in files and with published figures."},
        footer = {"", "Examples:", "  filigree data collection made.jsonl --documents 100000 --queries 1000", "  filigree data collection --statistics docs.jsonl,queries.jsonl"})
final class DataCollection implements Runnable {

    /** Statistics look at no more documents: their scores are exact. */
    private static final int MOST_LOOKED_AT = 200_000;

    @ParentCommand
    private Data data;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "OUT", arity = "0..1", description = "File of documents; queries go beside it, 'x.jsonl' gets 'x.queries.jsonl'.")
    private Path out;

    @Option(names = "--documents", paramLabel = "N", defaultValue = "10000", description = "Documents to make (default: ${DEFAULT-VALUE}).")
    private long documents;

    @Option(names = "--queries", paramLabel = "N", defaultValue = "100", description = "Queries to make (default: ${DEFAULT-VALUE}).")
    private long queries;

    @Option(names = "--like", paramLabel = "WHICH", defaultValue = "splade", description = "Whose vectors: splade (long queries) or splade-v3 (short ones; default: ${DEFAULT-VALUE}).")
    private String like;

    @Option(names = "--statistics", split = ",", paramLabel = "FILE", arity = "1",
            description = "Files of vectors, documents and then queries, to compare with as many made ones; nothing is written.")
    private List<Path> statistics;

    @Override
    public void run() {
        if ((out == null) == (statistics == null)) {
            throw new ParameterException(spec.commandLine(), "expected a file to write, or --statistics with files to compare with");
        }
        Filigree filigree = data.filigree();
        GeneratedCollection made = new GeneratedCollection(settings(), filigree.seed());
        try (Parallel parallel = new Parallel(filigree.threads())) {
            if (out != null) {
                atLeast("--documents", documents, 1);
                atLeast("--queries", queries, 0);
                write(made, parallel, filigree.progress());
            } else {
                filigree.console().out().print(compare(made, parallel, filigree));
            }
        }
    }

    private CollectionSettings settings() {
        return switch (like.toLowerCase(Locale.ROOT)) {
            case "splade" -> CollectionSettings.SPLADE;
            case "splade-v3" -> CollectionSettings.SPLADE_V3;
            default -> throw new UserError("--like: found " + like + ", expected splade or splade-v3");
        };
    }

    private static void atLeast(String option, long found, long least) {
        if (found < least) {
            throw new UserError(option + ": found " + found + ", expected at least " + least);
        }
    }

    private void write(GeneratedCollection made, Parallel parallel, Progress progress) {
        write(out, "d", documents, made::document, parallel, progress);
        String name = out.getFileName().toString();
        Path beside = out.resolveSibling((name.endsWith(".jsonl") ? name.substring(0, name.length() - 6) : name) + ".queries.jsonl");
        if (queries > 0) {
            write(beside, "q", queries, made::query, parallel, progress);
        }
        progress.say(documents + " documents in " + out + (queries > 0 ? ", " + queries + " queries in " + beside : ""));
    }

    private static void write(Path file, String prefix, long count, LongFunction<SparseVector> vectors, Parallel parallel, Progress progress) {
        try (Progress.Stage stage = progress.stage(prefix.equals("d") ? "documents" : "queries", count)) {
            VectorLines.write(file, prefix, count, vectors, parallel, stage::add);
        }
    }

    private String compare(GeneratedCollection made, Parallel parallel, Filigree filigree) {
        if (statistics.size() > 2) {
            throw new UserError("--statistics: found " + statistics.size() + " files, expected documents, or documents and queries");
        }
        Map<String, Integer> numbers = new HashMap<>();
        List<SparseVector> docs = VectorLines.read(statistics.getFirst(), false, numbers);
        List<SparseVector> asked = statistics.size() > 1 ? VectorLines.read(statistics.getLast(), true, numbers) : List.of();
        if (docs.isEmpty()) {
            throw new UserError(statistics.getFirst() + ": holds no vector with terms");
        }
        if (docs.size() > MOST_LOOKED_AT) {
            filigree.progress().say("the first " + MOST_LOOKED_AT + " of " + docs.size() + " documents are looked at");
            docs = docs.subList(0, MOST_LOOKED_AT);
        }
        CollectionStatistics real = CollectionStatistics.of(numbers.size(), docs, asked, parallel);
        CollectionStatistics generated = CollectionStatistics.of(made.settings().vocabulary(), all(docs.size(), made::document, parallel),
                all(asked.size(), made::query, parallel), parallel);
        Table table = new Table(docs.size() + " documents, " + asked.size() + " queries", Column.text("statistic"), Column.number("made", 3), Column.number("file", 3), Column.number("SPLADE", 3));
        for (Statistic s : Statistic.values()) {
            table.row(s.label(), generated.of(s), real.of(s), s.known());
        }
        return filigree.json() ? Json.pretty(table.json()) : table.text(filigree.console().columns());
    }

    private static List<SparseVector> all(int count, LongFunction<SparseVector> vectors, Parallel parallel) {
        SparseVector[] all = new SparseVector[count];
        parallel.run(count, i -> all[i] = vectors.apply(i));
        return Arrays.asList(all);
    }
}
