package dev.filigree.app.index;

import dev.filigree.app.encode.EncoderRun;
import dev.filigree.base.Near;
import dev.filigree.base.UserError;
import dev.filigree.encode.MaskedEncoder;
import dev.filigree.encode.SparseEncoder;
import dev.filigree.io.SparseModules;
import dev.filigree.lucene.LuceneAnalysis;
import dev.filigree.report.Progress;
import dev.filigree.retrieve.Bm25;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.TextEncoding;
import dev.filigree.retrieve.corpus.Corpus;
import dev.filigree.retrieve.corpus.Entry;
import dev.filigree.retrieve.corpus.ReadyVectors;
import dev.filigree.retrieve.store.SparseIndex;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Names of encodings, and the folders in which an index keeps one. */
public final class Encodings {

    /** Ready vectors may have so many tokens where nothing else is said: then a term takes 16 bits. */
    private static final int USUAL_VOCABULARY = 1 << 16;

    /**
     * What is asked for.
     *
     * @param vocabulary terms at most, or 0 for what is usual
     * @param keep       whether the index keeps all of an encoder that has a folder
     */
    public record Wish(Corpus corpus, int vocabulary, String analyzer, boolean keep, int threads, long seed, Progress progress) {
    }

    /**
     * @param file  by which its folder is known
     * @param begin makes one for a corpus; null where it must have been trained before
     */
    private record Kind(String name, String file, Function<Wish, TextEncoding> begin, BiFunction<Path, Integer, TextEncoding> open) {
    }

    private static final List<Kind> KINDS = List.of(
            new Kind("vectors", ReadyVectors.FILE, w -> new ReadyVectors(w.vocabulary() == 0 ? USUAL_VOCABULARY : w.vocabulary()), (folder, _) -> ReadyVectors.load(folder)),
            new Kind("bm25", "bm25.json", Encodings::bm25, (folder, _) -> Bm25.load(folder, LuceneAnalysis::named)),
            new Kind("minilm-sparse", SparseEncoder.FILE, Encodings::trained, (folder, threads) -> SparseEncoder.open(folder, LuceneAnalysis::named, threads)),
            new Kind("sparse-encoder", SparseEncoder.FILE, null, (folder, threads) -> SparseEncoder.open(folder, LuceneAnalysis::named, threads)),
            new Kind("sentence-transformers", SparseModules.FILE, null, MaskedEncoder::open));

    private Encodings() {
    }

    /** The encoding of a name, or of the folder of a trained encoder, for a corpus that is to be indexed. */
    public static TextEncoding begin(String name, Wish wish) {
        Path folder = Path.of(name);
        if (Files.isDirectory(folder)) {
            return kept(open(folder, wish.threads), wish.keep);
        }
        if (wish.keep) {
            throw new UserError("--keep-encoder: found it with --encoder " + name + ", expected the folder of an encoder; what is no folder is kept in any case");
        }
        return KINDS.stream().filter(k -> k.begin != null && k.name.equals(name)).findFirst().map(k -> k.begin.apply(wish)).orElseThrow(() -> new UserError("--encoder: found '" + name
                + "', which is neither a known name nor a folder" + Near.hint(name, names()) + " (names: " + String.join(", ", names()) + ")"));
    }

    private static TextEncoding kept(TextEncoding encoding, boolean all) {
        return switch (encoding) {
            case SparseEncoder e when all -> e.kept();
            case MaskedEncoder e when all -> e.kept();
            default -> encoding;
        };
    }

    private static List<String> names() {
        return KINDS.stream().filter(k -> k.begin != null).map(Kind::name).toList();
    }

    /** Whether a folder holds an encoding; sentence-transformers stores models of dense vectors in the same way. */
    public static boolean knows(Path folder) {
        return KINDS.stream().anyMatch(k -> k.file.equals(SparseModules.FILE) ? SparseModules.in(folder) : Files.exists(folder.resolve(k.file)));
    }

    /** The encoding in a folder: of an index that has saved it, or of an encoder that was trained. */
    public static TextEncoding open(Path folder, int threads) {
        return KINDS.stream().filter(k -> Files.exists(folder.resolve(k.file))).findFirst().map(k -> k.open.apply(folder, threads))
                .orElseThrow(() -> new UserError(folder + ": holds no encoding that this version knows, expected one of " + String.join(", ", KINDS.stream().map(Kind::file).toList())));
    }

    /** The encoding that an index keeps. */
    public static TextEncoding of(SparseIndex index, Path folder, int threads) {
        return open(index.encoding().orElseThrow(() -> new UserError(folder + ": holds no encoding, it was written by a program; search it with one")), threads);
    }

    /** A query as an encoding has it: its vector where it came with one that the encoding knows to read, else that of its text. */
    public static SparseVector query(TextEncoding encoding, Entry query) {
        return query.vector() != null && encoding instanceof ReadyVectors ready ? ready.query(query.vector()) : encoding.query(query.content());
    }

    /** What an index goes on with where documents are added: BM25 counts them and takes in their new words, trained encoders keep their vocabulary. */
    public static TextEncoding joined(TextEncoding encoding, Corpus corpus) {
        return encoding instanceof Bm25 bm25 ? bm25.joined(() -> texts(corpus)) : encoding;
    }

    /** Terms that an index with this encoding must have room for. */
    public static int limit(TextEncoding encoding) {
        return encoding instanceof ReadyVectors ready ? ready.most() : Math.max(1, encoding.vocabulary().size());
    }

    private static TextEncoding bm25(Wish wish) {
        return Bm25.of(() -> texts(wish.corpus), LuceneAnalysis.named(wish.analyzer), Bm25.K1, Bm25.B, wish.vocabulary == 0 ? Integer.MAX_VALUE : wish.vocabulary);
    }

    /** Trained on the corpus before it is indexed, in some minutes: the index keeps it, so that documents can be added later. */
    private static TextEncoding trained(Wish wish) {
        List<String> texts = new ArrayList<>();
        texts(wish.corpus).forEachRemaining(texts::add);
        return new EncoderRun(EncoderRun.Settings.usual(wish.analyzer, wish.seed), wish.threads, wish.progress).encoder(texts);
    }

    private static Iterator<String> texts(Corpus corpus) {
        Corpus.Reader in = corpus.read();
        return new Iterator<>() {
            private Entry next = in.next();

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public String next() {
                if (next == null) {
                    throw new NoSuchElementException();
                }
                String text = next.content();
                next = in.next();
                return text;
            }
        };
    }
}
