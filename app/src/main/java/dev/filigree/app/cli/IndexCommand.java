package dev.filigree.app.cli;

import dev.filigree.app.index.Encodings;
import dev.filigree.app.index.IndexTable;
import dev.filigree.app.index.Indexing;
import dev.filigree.app.million.Resident;
import dev.filigree.base.UserError;
import dev.filigree.io.text.PlainText;
import dev.filigree.report.Json;
import dev.filigree.report.Progress;
import dev.filigree.retrieve.SeismicSettings;
import dev.filigree.retrieve.TextEncoding;
import dev.filigree.retrieve.corpus.Corpus;
import dev.filigree.retrieve.corpus.Entry;
import dev.filigree.retrieve.store.IndexReport;
import dev.filigree.retrieve.store.IndexSettings;
import dev.filigree.retrieve.store.IndexWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree index}: makes and changes an index. */
@Command(name = "index", sortOptions = false, description = "Index a collection of texts or of ready sparse vectors, or change an index.",
        footer = {"", "A corpus is a BEIR folder, JSON lines ({\"id\", \"title\"?, \"text\"} or {\"id\", \"content\"?, \"vector\": {token: weight}}), TREC text, the form of",
            "Cranfield, lines of an id, a tab and a text, or an archive or folder of such files. It is read from end to end, never whole in memory. What is",
            "committed survives whatever happens then; who searches meanwhile goes on with the state before.",
            "", "Examples:", "  filigree index papers.index --corpus corpus.jsonl --encoder bm25", "  filigree index papers.index --append --corpus more.jsonl --update",
            "  filigree index papers.index --delete ids.txt --merge"})
final class IndexCommand implements Runnable {

    @ParentCommand
    private Filigree filigree;

    @Parameters(index = "0", paramLabel = "OUT", description = "The folder of the index.")
    private Path folder;

    @Option(names = "--corpus", paramLabel = "PATH", description = "What to index.")
    private Path corpus;

    @Option(names = "--encoder", paramLabel = "NAME|DIR", description = "What makes vectors of texts: bm25, minilm-sparse (an encoder that is first trained on this corpus, in some minutes, and kept in the index), the folder of a trained sparse encoder, or vectors where the corpus has them (default: vectors where its first entry has one, else bm25).")
    private String encoder;

    @Option(names = "--analyzer", paramLabel = "NAME", defaultValue = "english", description = "Of bm25: english, or standard for any language (default: ${DEFAULT-VALUE}).")
    private String analyzer;

    @Option(names = "--vocabulary", paramLabel = "N", defaultValue = "0", description = "Terms at most (default: 65536 of ready vectors, all of bm25). Up to 65536 a term takes 16 bits, else 32.")
    private int vocabulary;

    @Option(names = "--append", description = "Add to an index that is there; its encoder and settings stay. New words join the vocabulary of bm25, which counts these documents too (its average length stays); a trained encoder keeps its words.")
    private boolean append;

    @Option(names = "--update", description = "With --append: a document takes the place of the one with its id.")
    private boolean update;

    @Option(names = "--delete", paramLabel = "FILE", description = "Delete the documents whose ids stand in this file, one a line.")
    private Path delete;

    @Option(names = "--merge", description = "Write all into one segment and leave out what was deleted.")
    private boolean merge;

    @Option(names = "--share", paramLabel = "SHARE", description = "Share of all entries that lists keep, the heaviest, above 0 and at most 1: more finds more, and takes more time and room (default: as tuned).")
    private Double share;

    @Option(names = "--energy", paramLabel = "SHARE", description = "Share of its weights that the summary of a block keeps, above 0 and at most 1 (default: as tuned).")
    private Double energy;

    @Option(names = "--exact-below", paramLabel = "N", description = "A segment with fewer documents is searched exactly, by all its postings: there lists cost more than they save (default: " + IndexSettings.EXACT_BELOW + ").")
    private Integer exactBelow;

    @Option(names = "--neighbours", paramLabel = "N", defaultValue = "0", description = "Nearest documents that are kept of each, at most 64: searches look at those of what they found too, and may look at fewer lists. Takes 4 bytes each and a search for every document (default: ${DEFAULT-VALUE}).")
    private int neighbours;

    @Option(names = "--memory", paramLabel = "MB", defaultValue = "512", description = "Memory that building lists may take beside the vectors (default: ${DEFAULT-VALUE}).")
    private int memory;

    /** Of the lists that are being built, while they are. */
    private volatile Progress.Stage building;

    @Override
    public void run() {
        check();
        if (corpus != null && !append) {
            begin(Corpus.of(corpus));
        } else {
            change();
        }
    }

    private void check() {
        if (corpus == null && delete == null && !merge) {
            throw new UserError("index: found nothing to do, expected --corpus, --delete or --merge");
        }
        if (append && corpus == null) {
            throw new UserError("--append: found no --corpus beside it, expected one to add");
        }
        if (update && !append) {
            throw new UserError("--update: found it without --append, expected both; a new index has nothing to replace");
        }
        if (encoder != null && (append || corpus == null)) {
            throw new UserError("--encoder: an index keeps the encoder that it was begun with; leave it out");
        }
        if (append || corpus == null) {
            kept("--share", share != null);
            kept("--energy", energy != null);
            kept("--exact-below", exactBelow != null);
            kept("--neighbours", neighbours > 0);
        }
        if (exactBelow != null && exactBelow < 0) {
            throw new UserError("--exact-below: found " + exactBelow + ", expected 0 or more");
        }
        if (vocabulary < 0) {
            throw new UserError("--vocabulary: found " + vocabulary + ", expected at least 1");
        }
        if (memory < 1) {
            throw new UserError("--memory: found " + memory + ", expected at least 1");
        }
        if (neighbours < 0 || neighbours > SeismicSettings.MOST_NEIGHBOURS) {
            throw new UserError("--neighbours: found " + neighbours + ", expected 0 to " + SeismicSettings.MOST_NEIGHBOURS);
        }
        if (!append && corpus != null && IndexReport.isIndex(folder)) {
            throw new UserError(folder + ": holds an index already; add to it with --append, or give another folder");
        }
    }

    private static void kept(String flag, boolean given) {
        if (given) {
            throw new UserError(flag + ": an index keeps the settings that it was begun with; leave it out");
        }
    }

    private void begin(Corpus documents) {
        IndexSettings settings = settings();
        String name = encoder == null ? usual(documents) : encoder;
        TextEncoding begun;
        try (Progress.Stage _ = filigree.progress().stage("encoder " + name, 0)) {
            begun = Encodings.begin(name, new Encodings.Wish(documents, vocabulary, analyzer, filigree.threads(), filigree.seed(), filigree.progress()));
        }
        try (TextEncoding encoding = begun; IndexWriter writer = IndexWriter.create(folder, Encodings.limit(encoding), settings)) {
            write(writer, encoding, documents, 0);
        }
    }

    private void change() {
        try (IndexWriter writer = IndexWriter.open(folder, settings());
                TextEncoding saved = Encodings.open(writer.savedEncoding().orElseThrow(() -> new UserError(folder
                        + ": holds no encoding, it was written by a program; change it with one")), filigree.threads())) {
            int known = saved.vocabulary().size();
            if (corpus == null) {
                write(writer, saved, null, known);
                return;
            }
            Corpus documents = Corpus.of(corpus);
            TextEncoding encoding;
            try (Progress.Stage _ = filigree.progress().stage("encoder " + saved.name(), 0)) {
                encoding = Encodings.joined(saved, documents);
            }
            writer.vocabulary(Math.max(writer.vocabulary(), Encodings.limit(encoding)));
            write(writer, encoding, documents, known);
        }
    }

    private IndexSettings settings() {
        SeismicSettings usual = SeismicSettings.STANDARD;
        SeismicSettings lists = new SeismicSettings(share("--share", share, usual.share()), usual.fewest(), usual.longest(), usual.blocks(), usual.smallest(), usual.heaviest(),
                share("--energy", energy, usual.energy()), filigree.seed(), neighbours);
        return new IndexSettings(lists, exactBelow == null ? IndexSettings.EXACT_BELOW : exactBelow, filigree.threads(), (long) memory << 20, done -> {
            Progress.Stage stage = building;
            if (stage != null) {
                stage.at(done, "");
            }
        });
    }

    private static double share(String flag, Double asked, double usual) {
        if (asked != null && !(asked > 0 && asked <= 1)) {
            throw new UserError(flag + ": found " + asked + ", expected a number above 0 and at most 1");
        }
        return asked == null ? usual : asked;
    }

    /** @param known terms that the index knows already */
    private void write(IndexWriter writer, TextEncoding encoding, Corpus documents, int known) {
        long deleted = delete == null ? 0 : delete(writer);
        Indexing.Outcome outcome = documents == null ? new Indexing.Outcome(0, 0, 0) : new Indexing(writer, encoding, update).of(documents, filigree.progress());
        if (!append && documents != null && outcome.documents() == 0) {
            throw new UserError(corpus + ": found no document, expected at least one");
        }
        if (outcome.documents() > 0) {
            writer.encoding(encoding); // it may have counted them, and taken in their words
        }
        double committing;
        try (Progress.Stage stage = filigree.progress().stage("lists", writer.vocabulary() + (neighbours > 0 ? outcome.documents() : 0))) {
            building = stage;
            writer.commit();
            if (merge) {
                writer.merge();
            }
            committing = stage.seconds();
        }
        report(encoding, outcome, deleted, committing, append ? encoding.vocabulary().size() - known : 0);
    }

    private static String usual(Corpus documents) {
        try (Corpus.Reader in = documents.read()) {
            Entry first = in.next();
            return first != null && first.vector() != null ? "vectors" : "bm25";
        }
    }

    private long delete(IndexWriter writer) {
        List<String> ids = PlainText.read(delete).lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
        List<String> unknown = ids.stream().filter(id -> !writer.delete(id)).toList();
        if (!unknown.isEmpty()) {
            filigree.console().err().println(String.format(Locale.ROOT, "%s: %,d of %,d ids are not in the index, the first is %s", delete, unknown.size(), ids.size(), unknown.getFirst()));
        }
        return ids.size() - unknown.size();
    }

    private void report(TextEncoding encoding, Indexing.Outcome outcome, long deleted, double committing, int newTerms) {
        IndexReport report = IndexReport.of(folder);
        long peak = Resident.peak().orElse(0);
        if (filigree.json()) {
            Map<String, Object> all = IndexTable.json(report, encoding.name());
            all.put("added", outcome.documents());
            all.put("empty", outcome.empty());
            all.put("new_terms", newTerms);
            all.put("removed", deleted);
            all.put("read_seconds", outcome.seconds());
            all.put("commit_seconds", committing);
            all.put("peak_memory", peak);
            filigree.console().out().print(Json.pretty(all));
            return;
        }
        filigree.console().out().println(IndexTable.text(report, encoding.name()));
        if (outcome.documents() > 0) {
            filigree.console().out().println(IndexTable.spent(outcome.documents(), outcome.seconds(), committing, peak));
        }
        if (deleted > 0) {
            filigree.console().out().println(String.format(Locale.ROOT, "%,d documents deleted", deleted));
        }
        if (newTerms > 0) {
            filigree.console().out().println(String.format(Locale.ROOT, "%,d new terms joined the vocabulary", newTerms));
        }
        if (outcome.empty() > 0) {
            filigree.console().out().println(String.format(Locale.ROOT, "%,d documents have no term that is known; they are kept and never found", outcome.empty()));
        }
    }
}
