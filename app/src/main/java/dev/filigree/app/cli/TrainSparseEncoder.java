package dev.filigree.app.cli;

import dev.filigree.app.RunLock;
import dev.filigree.app.encode.Collection;
import dev.filigree.app.encode.EncoderRun;
import dev.filigree.app.encode.Terms;
import dev.filigree.base.UserError;
import dev.filigree.encode.SparseEncoder;
import dev.filigree.io.SparseModules;
import dev.filigree.report.Json;
import dev.filigree.report.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree train sparse-encoder}: texts become weighted words, learned from a corpus that nobody labelled. */
@Command(name = "sparse-encoder", sortOptions = false, description = {
        "Train an encoder that turns texts into weighted words for an index, on a corpus without labels: queries are made of its documents,",
        "and teachers rank documents for them. Asked again, it goes on with a run that was interrupted."},
        footer = {"", "Examples:", "  filigree train sparse-encoder encoder --corpus corpus.jsonl",
            "  filigree train sparse-encoder encoder --corpus cran.all.1400 --queries cran.qry --qrels cranqrel",
            "  filigree train sparse-encoder encoder --corpus docs --recipe 'idf-splade-doc(postings=2)' --backbone minilm-80",
            "  filigree train sparse-encoder encoder --corpus docs --vocabulary wordpiece"})
final class TrainSparseEncoder implements Runnable {

    @ParentCommand
    private Train train;

    @Parameters(paramLabel = "OUT", description = "Folder for the encoder.")
    private Path out;

    @Option(names = "--corpus", required = true, paramLabel = "PATH", description = "Documents: a BEIR folder, JSON lines, TREC text, pages, a file or a folder.")
    private Path corpus;

    @Option(names = "--vocabulary", paramLabel = "NAME", defaultValue = "words", description = {"What the terms are (default: ${DEFAULT-VALUE}): words of the analyzer, or wordpiece, the tokens of the model below.",
            "An encoder of tokens is stored as sentence-transformers stores sparse encoders, and can be read by it; one of words in a form of its own."})
    private String vocabulary;

    @Option(names = "--recipe", paramLabel = "NAME", defaultValue = "", description = "What the encoder is made of: see filigree methods encoder (default: residual-doc, of tokens idf-splade-doc(postings=0)).")
    private String recipe;

    @Option(names = "--teachers", paramLabel = "LIST", defaultValue = "", description = "Who ranks documents: bm25, a sentence encoder, or both with a comma between (default: the model below and bm25, or minilm,bm25 where it only guesses words).")
    private String teachers;

    @Option(names = "--backbone", paramLabel = "MODEL", defaultValue = "minilm", description = {"The model below, which stays as it is: a sentence encoder by a known name, or a folder such as sparsify writes (default: ${DEFAULT-VALUE});",
            "or one that guesses hidden words, bert-base or a folder of a BERT or DistilBERT with that head, with which wordpiece begins."})
    private String backbone;

    @Option(names = "--analyzer", paramLabel = "NAME", defaultValue = "english", description = "How texts become words: english or standard (default: ${DEFAULT-VALUE}).")
    private String analyzer;

    @Option(names = "--documents", paramLabel = "N", defaultValue = "4000", description = "Documents to learn from at most (default: ${DEFAULT-VALUE}).")
    private int documents;

    @Option(names = "--longest", paramLabel = "TOKENS", defaultValue = "256", description = "Tokens of a document that are read (default: ${DEFAULT-VALUE}).")
    private int longest;

    @Option(names = "--queries", paramLabel = "FILE", description = "Queries to judge it by; they are not learned from.")
    private Path queries;

    @Option(names = "--qrels", paramLabel = "FILE", description = "Their judgements.")
    private Path qrels;

    @Override
    public void run() {
        Filigree filigree = train.filigree();
        try (RunLock _ = RunLock.take(out)) {
            if (Files.exists(out.resolve(SparseEncoder.FILE)) || Files.exists(out.resolve(SparseModules.FILE))) {
                throw new UserError(out + ": holds an encoder; give another folder, or remove this one");
            }
            Terms terms = Terms.named(vocabulary);
            EncoderRun.Settings settings = new EncoderRun.Settings(recipe.isEmpty() ? terms.recipe() : recipe, teachers.isEmpty() ? EncoderRun.Settings.teachers(backbone) : teachers, backbone, terms, analyzer,
                    longest, documents, filigree.seed());
            EncoderRun run = new EncoderRun(settings, filigree.threads(), filigree.progress());
            try (Farewell _ = new Farewell(() -> filigree.console().err().println(System.lineSeparator() + "filigree: interrupted; the same command goes on with it"))) {
                Table table = run.run(Collection.read(corpus, queries, qrels), out);
                filigree.console().out().println(filigree.json() ? Json.line(Map.of("encoder", out.toString(), "table", table)) : table.text(filigree.console().columns()));
            }
        }
    }
}
