package dev.filigree.app.index;

import dev.filigree.base.UserError;
import dev.filigree.report.Progress;
import dev.filigree.retrieve.Document;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.TextEncoding;
import dev.filigree.retrieve.corpus.Corpus;
import dev.filigree.retrieve.corpus.Entry;
import dev.filigree.retrieve.corpus.ReadyVectors;
import dev.filigree.retrieve.store.IndexWriter;
import java.util.List;
import java.util.Locale;

/** Puts the documents of a corpus into an index. */
public final class Indexing {

    /** Texts that are encoded together: enough for full groups, few enough for little memory. */
    private static final int AT_ONCE = 256;

    /** @param empty of the documents, those whose vector has no term */
    public record Outcome(long documents, long empty, double seconds) {
    }

    private final IndexWriter writer;
    private final TextEncoding encoding;
    private final boolean update;
    private long documents;
    private long empty;

    /** @param update whether a document takes the place of one with its id, where else that is a fault */
    public Indexing(IndexWriter writer, TextEncoding encoding, boolean update) {
        this.writer = writer;
        this.encoding = encoding;
        this.update = update;
    }

    /** Reads the corpus to its end; nothing is committed. */
    public Outcome of(Corpus corpus, Progress progress) {
        try (Progress.Stage stage = progress.stage("documents", 0); Corpus.Reader in = corpus.read()) {
            for (List<Entry> entries = in.next(AT_ONCE); !entries.isEmpty(); entries = in.next(AT_ONCE)) {
                List<SparseVector> vectors = vectors(entries);
                for (int i = 0; i < entries.size(); i++) {
                    put(entries.get(i), vectors.get(i));
                }
                stage.at(documents, String.format(Locale.ROOT, "%,d, %,.0f a second", documents, documents / stage.seconds()));
            }
            return new Outcome(documents, empty, stage.seconds());
        }
    }

    private List<SparseVector> vectors(List<Entry> entries) {
        if (!(encoding instanceof ReadyVectors ready)) {
            return encoding.documents(entries.stream().map(Entry::content).toList());
        }
        return entries.stream().map(e -> {
            if (e.vector() == null) {
                throw new UserError(e.where() + ": found no \"vector\", expected one in each document; for texts give --encoder bm25");
            }
            return ready.document(e.vector(), e.where());
        }).toList();
    }

    private void put(Entry e, SparseVector vector) {
        if (!update && writer.contains(e.id())) {
            throw new UserError(e.where() + ": found the id " + e.id() + " a second time, expected each document once; to replace documents give --update");
        }
        Document document = new Document(e.id(), e.content(), vector);
        try {
            if (update) {
                writer.update(document);
            } else {
                writer.add(document);
            }
        } catch (IllegalArgumentException fault) { // a vector that does not fit
            throw new UserError(e.where() + ": " + fault.getMessage(), fault);
        }
        documents++;
        empty += vector.size() == 0 ? 1 : 0;
    }
}
