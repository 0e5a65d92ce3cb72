package dev.filigree.app.cli;

import dev.filigree.app.index.Asking;
import dev.filigree.app.index.Encodings;
import dev.filigree.app.index.OtherIndex;
import dev.filigree.app.index.RunLines;
import dev.filigree.app.index.Snippet;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.report.Json;
import dev.filigree.report.Progress;
import dev.filigree.report.Units;
import dev.filigree.retrieve.Effort;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.TextEncoding;
import dev.filigree.retrieve.corpus.Corpus;
import dev.filigree.retrieve.corpus.Entry;
import dev.filigree.retrieve.feedback.Feedback;
import dev.filigree.retrieve.store.Match;
import dev.filigree.retrieve.store.Snapshot;
import dev.filigree.retrieve.store.SparseIndex;
import java.io.BufferedWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree search}: asks an index. */
@Command(name = "search", sortOptions = false, description = "Search an index that filigree index wrote: the best documents, and which terms made them so.",
        footer = {"", "An index of ready vectors is asked with a vector, {\"token\": weight}, or with its tokens, divided by spaces.",
            "", "Examples:", "  filigree search papers.index \"how do sparse networks train\" -k 10", "  filigree search papers.index --queries queries.tsv --run bm25.trec -k 1000",
            "  filigree search vectors.index '{\"sparse\": 1.2, \"network\": 0.4}' --exact",
            "  filigree search encoded.index --queries queries.tsv --feedback 3 --mix bm25.index:0.6 --run mixed.trec"})
final class SearchCommand implements Runnable {

    private static final int SNIPPET = 160;
    private static final int TERMS = 6;

    @ParentCommand
    private Filigree filigree;

    @Parameters(index = "0", paramLabel = "OUT", description = "The folder of the index.")
    private Path folder;

    @Parameters(index = "1", arity = "0..1", paramLabel = "TEXT", description = "What to search for.")
    private String text;

    @Option(names = "-k", paramLabel = "N", defaultValue = "10", description = "Documents wanted (default: ${DEFAULT-VALUE}).")
    private int k;

    @Option(names = "--exact", description = "Score every document: slower, and misses none.")
    private boolean exact;

    @Option(names = "--budget", paramLabel = "TERMS:FACTOR", description = "How much is looked at: so many of the query's heaviest terms, and blocks that promise so large a share of the score "
            + "needed; 20:0.7 finds more than 10:0.9 and takes longer (default: as tuned).")
    private String budget;

    @Option(names = "--feedback", paramLabel = "N[:SHARE]", description = "Search twice: the query moves towards the mean of the first N documents and keeps SHARE of itself (default: as much as one document, 1/(N+1)). "
            + "It finds more where queries and documents weigh terms alike, as encoders do.")
    private String feedback;

    @Option(names = "--mix", paramLabel = "DIR[:SHARE]", description = "Mix in what another index of the same documents finds, matched by id: SHARE is that of the first index (default: 0.5), scores are scaled to 0 .. 1 before. "
            + "Terms are shown as the first index has them.")
    private String mix;

    @Option(names = "--queries", paramLabel = "FILE", description = "Many queries: lines of an id, a tab and a text, JSON lines, topics; of a BEIR folder its queries.jsonl.")
    private Path queries;

    @Option(names = "--run", paramLabel = "FILE", description = "Where the hits of --queries go, six columns as TREC has them (default: standard output).")
    private Path run;

    @Option(names = "--tag", paramLabel = "NAME", defaultValue = "filigree", description = "The last column of a run (default: ${DEFAULT-VALUE}).")
    private String tag;

    @Override
    public void run() {
        if (k < 1) {
            throw new UserError("-k: found " + k + ", expected at least 1");
        }
        if (text == null == (queries == null)) {
            throw new UserError("search: found " + (text == null ? "neither a text nor --queries" : "a text and --queries") + ", expected one of both");
        }
        if (run != null && queries == null) {
            throw new UserError("--run: found it without --queries, expected both");
        }
        if (exact && budget != null) {
            throw new UserError("--budget: found it beside --exact, which looks at everything; give one of both");
        }
        Effort effort = exact ? null : budget == null ? Effort.STANDARD : effort(budget);
        Feedback moved = feedback == null ? null : feedback(feedback);
        Corpus asked = queries == null ? null : Corpus.queries(queries);
        try (SparseIndex index = SparseIndex.open(folder);
                TextEncoding encoding = Encodings.of(index, folder, filigree.threads());
                OtherIndex other = mix == null ? null : OtherIndex.parse(mix, filigree.threads());
                Snapshot snapshot = index.snapshot()) {
            Asking asking = new Asking(snapshot, k, effort, moved, other);
            if (asked == null) {
                one(asking, encoding);
            } else {
                many(asking, encoding, asked);
            }
        }
    }

    static Effort effort(String budget) {
        try {
            String[] parts = budget.split(":", -1);
            return new Effort(Integer.parseInt(parts[0]), parts.length == 1 ? Effort.STANDARD.factor() : Float.parseFloat(parts[1]));
        } catch (IllegalArgumentException e) {
            throw new UserError("--budget: found " + budget + ", expected a number of terms and a factor such as 10:0.9", e);
        }
    }

    static Feedback feedback(String feedback) {
        try {
            String[] parts = feedback.split(":", 2);
            int documents = Integer.parseInt(parts[0]);
            return parts.length == 1 ? Feedback.mean(documents) : new Feedback(documents, Double.parseDouble(parts[1]));
        } catch (IllegalArgumentException e) {
            throw new UserError("--feedback: found " + feedback + ", expected a number of documents, 1 or more, and perhaps the share of the query from 0 to 1, such as 3:0.5", e);
        }
    }

    private void one(Asking asking, TextEncoding encoding) {
        Snapshot snapshot = asking.index();
        long begin = System.nanoTime();
        SparseVector original = encoding.query(text);
        long encoded = System.nanoTime();
        Asking.Answer answer = asking.of(original, e -> e.query(text));
        long found = System.nanoTime();
        SparseVector query = answer.query();
        Hits hits = answer.hits();
        double encoding1 = (encoded - begin) / 1e9;
        double searching = (found - encoded) / 1e9;
        if (filigree.json()) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("query", text);
            all.put("known_terms", original.size());
            all.put("hits", hits(snapshot, encoding, query, hits));
            all.put("documents", snapshot.documents());
            all.put("encode_seconds", encoding1);
            all.put("search_seconds", searching);
            filigree.console().out().print(Json.pretty(all));
            return;
        }
        if (hits.size() == 0 && original.size() == 0) {
            filigree.console().out().println("no term of the query is known to this index");
            return;
        }
        for (int i = 0; i < hits.size(); i++) {
            print(i + 1, hits.documents()[i], hits.scores()[i], snapshot, encoding, query);
        }
        filigree.console().out().println(String.format(Locale.ROOT, "%d of %,d documents; encoded in %s, searched in %s (the first query of a process is the slowest)", hits.size(),
                snapshot.documents(), Units.seconds(encoding1), Units.seconds(searching)));
    }

    private void print(int rank, int document, float score, Snapshot snapshot, TextEncoding encoding, SparseVector query) {
        Map<String, Double> shares = new LinkedHashMap<>();
        List<Match> matches = snapshot.explain(query, document);
        matches.forEach(m -> shares.put(encoding.vocabulary().term(m.term()), m.share()));
        List<String> terms = new ArrayList<>();
        shares.entrySet().stream().limit(TERMS).forEach(e -> terms.add(String.format(Locale.ROOT, "%s %.0f %%", e.getKey(), 100 * e.getValue())));
        filigree.console().out().println(String.format(Locale.ROOT, "%3d  %9.4f  %s", rank, score, snapshot.id(document)));
        String content = snapshot.content(document);
        if (!content.isEmpty()) {
            filigree.console().out().println("     " + Snippet.of(content, shares, SNIPPET));
        }
        filigree.console().out().println("     " + String.join(", ", terms) + (matches.size() > TERMS ? " and " + (matches.size() - TERMS) + " more" : ""));
    }

    private static List<Map<String, Object>> hits(Snapshot snapshot, TextEncoding encoding, SparseVector query, Hits hits) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (int i = 0; i < hits.size(); i++) {
            Map<String, Object> hit = new LinkedHashMap<>();
            hit.put("id", snapshot.id(hits.documents()[i]));
            hit.put("score", hits.scores()[i]);
            hit.put("content", snapshot.content(hits.documents()[i]));
            List<Map<String, Object>> terms = new ArrayList<>();
            for (Match m : snapshot.explain(query, hits.documents()[i])) {
                Map<String, Object> term = new LinkedHashMap<>();
                term.put("term", encoding.vocabulary().term(m.term()));
                term.put("query", m.query());
                term.put("document", m.document());
                term.put("share", m.share());
                terms.add(term);
            }
            hit.put("terms", terms);
            all.add(hit);
        }
        return all;
    }

    private void many(Asking asking, TextEncoding encoding, Corpus asked) {
        Snapshot snapshot = asking.index();
        Tally tally = new Tally();
        if (run != null) {
            AtomicFile.write(run, out -> {
                Writer text = new BufferedWriter(Channels.newWriter(out, StandardCharsets.UTF_8));
                each(asking, encoding, asked, tally, new RunLines(tag, snapshot, text)::add);
                text.flush();
            });
        } else if (filigree.json()) {
            each(asking, encoding, asked, tally, (id, query, hits) -> filigree.console().out().println(Json.event("query", "id", id, "hits", hits(snapshot, encoding, query, hits))));
        } else {
            each(asking, encoding, asked, tally, new RunLines(tag, snapshot, filigree.console().out())::add);
        }
        if (filigree.json()) {
            filigree.console().out().println(Json.event("end", "queries", tally.times.size(), "without_known_terms", tally.unknown, "encode_seconds", spread(tally.times, 0),
                    "search_seconds", spread(tally.times, 1)));
            return;
        }
        filigree.console().err().println(String.format(Locale.ROOT, "%,d queries%s; median and 99th of a hundred: encoded in %s, %s; searched in %s, %s", tally.times.size(),
                tally.unknown == 0 ? "" : String.format(Locale.ROOT, " (%,d without a known term)", tally.unknown), Units.seconds(spread(tally.times, 0).get("median")),
                Units.seconds(spread(tally.times, 0).get("p99")), Units.seconds(spread(tally.times, 1).get("median")), Units.seconds(spread(tally.times, 1).get("p99"))));
    }

    /** Nanoseconds of encoding and of searching, for each query. */
    private static final class Tally {
        private final List<long[]> times = new ArrayList<>();
        private int unknown;
    }

    private interface Taker {
        void take(String id, SparseVector query, Hits hits);
    }

    private void each(Asking asking, TextEncoding encoding, Corpus asked, Tally tally, Taker taker) {
        try (Progress.Stage stage = filigree.progress().stage("queries", 0); Corpus.Reader in = asked.read()) {
            for (Entry e = in.next(); e != null; e = in.next()) {
                long begin = System.nanoTime();
                Entry entry = e;
                SparseVector query = Encodings.query(encoding, entry);
                long encoded = System.nanoTime();
                Asking.Answer answer = asking.of(query, other -> Encodings.query(other, entry));
                tally.times.add(new long[] {encoded - begin, System.nanoTime() - encoded});
                tally.unknown += query.size() == 0 ? 1 : 0;
                taker.take(e.id(), answer.query(), answer.hits());
                stage.add(1);
            }
        }
        if (tally.times.isEmpty()) {
            throw new UserError(queries + ": found no query, expected at least one");
        }
    }

    private static Map<String, Double> spread(List<long[]> times, int which) {
        double[] sorted = times.stream().mapToDouble(t -> t[which] / 1e9).toArray();
        Arrays.sort(sorted);
        Map<String, Double> spread = new LinkedHashMap<>();
        spread.put("median", sorted[sorted.length / 2]);
        spread.put("p99", sorted[(int) Math.min(sorted.length - 1, Math.ceil(0.99 * sorted.length))]);
        return spread;
    }
}
