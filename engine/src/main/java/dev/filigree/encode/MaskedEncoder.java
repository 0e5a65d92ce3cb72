package dev.filigree.encode;

import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.io.SparseModules;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.TextEncoding;
import dev.filigree.retrieve.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A sparse encoder in the layout of sentence-transformers, see {@link SparseModules}. Its terms are the tokens of a model that guesses
 * hidden words, which weighs those of documents; queries are weighed by it too, or by a table. Models are opened when they are first
 * needed. Safe for many threads.
 */
public final class MaskedEncoder implements TextEncoding {

    private final Path folder;
    private final Optional<Elsewhere> elsewhere;
    private final boolean whole;
    private final int threads;
    private final SparseModules modules;
    private final Vocabulary vocabulary;
    private final TokenTable table; // null where a model reads queries
    private MaskedPass documents;
    private MaskedPass queries;

    private MaskedEncoder(Path folder, Optional<Elsewhere> elsewhere, boolean whole, int threads, SparseModules modules, Vocabulary vocabulary, TokenTable table) {
        this.folder = folder;
        this.elsewhere = elsewhere;
        this.whole = whole;
        this.threads = threads;
        this.modules = modules;
        this.vocabulary = vocabulary;
        this.table = table;
    }

    /**
     * Reads settings and tokenizers, or what {@link #save} wrote.
     *
     * @throws UserError in one line, where files are missing, malformed, or say what is not known
     */
    public static MaskedEncoder open(Path folder, int threads) {
        SparseModules modules = SparseModules.read(folder);
        List<String> tokens = modules.documents().tokens();
        modules.queries().ifPresent(q -> modules.requireSame(q.tokens(), tokens));
        TokenTable table = modules.table().map(TokenTable::new).orElse(null);
        if (table != null) {
            modules.requireSame(table.tokens(), tokens);
        }
        return new MaskedEncoder(folder, Elsewhere.in(folder), false, threads, modules, new Vocabulary(tokens), table);
    }

    /** The same, in the place of this one: an index keeps all of it. */
    public MaskedEncoder kept() {
        return new MaskedEncoder(folder, elsewhere, true, threads, modules, vocabulary, table);
    }

    @Override
    public String name() {
        return "sparse-encoder";
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public List<SparseVector> documents(List<String> texts) {
        return documentPass().of(texts);
    }

    @Override
    public SparseVector query(String text) {
        return table == null ? queryPass().of(List.of(text)).getFirst() : table.of(text);
    }

    private synchronized MaskedPass documentPass() {
        if (documents == null) {
            documents = new MaskedPass(elsewhere.map(e -> SparseModules.read(e.verified())).orElse(modules).documents(), threads);
        }
        return documents;
    }

    private synchronized MaskedPass queryPass() {
        if (queries == null) {
            SparseModules.Reader reader = modules.queries().orElseThrow();
            boolean same = reader.equals(modules.documents());
            queries = same ? documentPass() : new MaskedPass(reader, threads);
        }
        return queries;
    }

    /** Where a table reads queries: settings, tokenizers and the table, and where the model lies; else, and after {@link #kept}, all of it. */
    @Override
    public void save(Path to) {
        boolean all = outside().isEmpty();
        Path from = all && elsewhere.isPresent() ? elsewhere.get().verified() : folder;
        Path model = all ? null : modules.documents().folder();
        for (Path f : Elsewhere.files(from)) {
            if (model == null || !f.getParent().equals(model) || !f.toString().endsWith(".safetensors")) {
                copy(f, to.resolve(from.relativize(f).toString()));
            }
        }
        if (!all) {
            elsewhere.orElseGet(() -> Elsewhere.of(folder)).write(to);
        }
    }

    @Override
    public Optional<Path> outside() {
        return whole || table == null ? Optional.empty() : Optional.of(elsewhere.map(e -> Path.of(e.folder())).orElse(folder).toAbsolutePath());
    }

    private static void copy(Path from, Path to) {
        AtomicFile.createFolders(to.toAbsolutePath().getParent());
        try {
            Files.copy(from, to);
        } catch (IOException e) {
            throw new UserError(to + ": cannot be written (" + e.getMessage() + "); free some space", e);
        }
    }

    @Override
    public void close() {
        if (table != null) {
            table.close();
        }
        if (documents != null) {
            documents.close();
        }
        if (queries != null && queries != documents) {
            queries.close();
        }
    }
}
