package dev.filigree.app.index;

import dev.filigree.base.Near;
import dev.filigree.base.UserError;
import dev.filigree.lucene.LuceneAnalysis;
import dev.filigree.retrieve.Bm25;
import dev.filigree.retrieve.TextEncoding;
import dev.filigree.retrieve.corpus.Corpus;
import dev.filigree.retrieve.corpus.Entry;
import dev.filigree.retrieve.corpus.ReadyVectors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** Names of encodings, and the folders in which an index keeps one. */
public final class Encodings {

    /** Ready vectors may have so many tokens where nothing else is said: then a term takes 16 bits. */
    private static final int USUAL_VOCABULARY = 1 << 16;

    /** @param vocabulary terms at most, or 0 for what is usual */
    public record Wish(Corpus corpus, int vocabulary, String analyzer) {
    }

    /** @param file by which its folder is known */
    private record Kind(String name, String file, Function<Wish, TextEncoding> begin, Function<Path, TextEncoding> open) {
    }

    private static final List<Kind> KINDS = List.of(
            new Kind("vectors", ReadyVectors.FILE, w -> new ReadyVectors(w.vocabulary() == 0 ? USUAL_VOCABULARY : w.vocabulary()), ReadyVectors::load),
            new Kind("bm25", "bm25.json", Encodings::bm25, folder -> Bm25.load(folder, LuceneAnalysis::named)));

    private Encodings() {
    }

    /** The encoding of a name, for a corpus that is to be indexed. */
    public static TextEncoding begin(String name, Wish wish) {
        return KINDS.stream().filter(k -> k.name.equals(name)).findFirst().map(k -> k.begin.apply(wish)).orElseThrow(() -> new UserError("--encoder: found '" + name
                + "', which is no known name" + Near.hint(name, names()) + " (choices: " + String.join(", ", names()) + ")"));
    }

    private static List<String> names() {
        return KINDS.stream().map(Kind::name).toList();
    }

    /** The encoding that an index has saved. */
    public static TextEncoding open(Path folder) {
        return KINDS.stream().filter(k -> Files.exists(folder.resolve(k.file))).findFirst().map(k -> k.open.apply(folder))
                .orElseThrow(() -> new UserError(folder + ": holds no encoding that this version knows, expected one of " + String.join(", ", names())));
    }

    /** Terms that an index with this encoding must have room for. */
    public static int limit(TextEncoding encoding) {
        return encoding instanceof ReadyVectors ready ? ready.most() : Math.max(1, encoding.vocabulary().size());
    }

    private static TextEncoding bm25(Wish wish) {
        return Bm25.of(() -> texts(wish.corpus), LuceneAnalysis.named(wish.analyzer), Bm25.K1, Bm25.B, wish.vocabulary == 0 ? Integer.MAX_VALUE : wish.vocabulary);
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
