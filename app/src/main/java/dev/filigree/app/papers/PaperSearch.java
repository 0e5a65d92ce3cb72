package dev.filigree.app.papers;

import dev.filigree.lucene.LuceneAnalysis;
import dev.filigree.retrieve.Bm25;
import dev.filigree.retrieve.Exhaustive;
import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.SparseVector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Finds papers by words: BM25 over what the map says of each, and, counting less, over what it says of its family. */
public final class PaperSearch {

    /** What a word counts that a paper has from its family alone. */
    static final float FAMILY = 0.4f;

    private final List<Paper> papers;
    private final Bm25 encoding;
    private final ForwardIndex index;

    public PaperSearch(List<Paper> papers) {
        this(papers, FAMILY);
    }

    PaperSearch(List<Paper> papers, float family) {
        this.papers = List.copyOf(papers);
        Map<String, String> families = PaperMap.families();
        List<String> texts = papers.stream().map(Paper::text).toList();
        this.encoding = Bm25.of(Stream.concat(texts.stream(), families.values().stream()).toList(), LuceneAnalysis.ENGLISH, Bm25.K1, Bm25.B, 65_536);
        List<SparseVector> own = encoding.documents(texts);
        List<SparseVector> shared = encoding.documents(papers.stream().map(p -> families.get(p.family())).toList());
        this.index = ForwardIndex.of(encoding.vocabulary().size(), IntStream.range(0, own.size()).mapToObj(i -> sum(own.get(i), shared.get(i), family)).toList());
    }

    /** {@code one + share other} */
    private static SparseVector sum(SparseVector one, SparseVector other, float share) {
        Map<Integer, Float> weights = new HashMap<>();
        for (int i = 0; i < one.size(); i++) {
            weights.put(one.terms()[i], one.weights()[i]);
        }
        for (int i = 0; i < other.size(); i++) {
            weights.merge(other.terms()[i], share * other.weights()[i], Float::sum);
        }
        return SparseVector.of(weights);
    }

    /**
     * A paper that was found.
     *
     * @param words the words that it shares with the question, those that count most first
     */
    public record Found(Paper paper, float score, List<Word> words) {
    }

    /**
     * A word of a question.
     *
     * @param word  as it was typed
     * @param share of the score
     */
    public record Word(String word, double share) {
    }

    /** The {@code k} papers that fit best, the best first; fewer where fewer share a word with the question. */
    public List<Found> search(String question, int k) {
        SparseVector query = encoding.query(question);
        Hits hits = new Exhaustive(index).search(query, k);
        return IntStream.range(0, hits.size()).mapToObj(i -> new Found(papers.get(hits.documents()[i]), hits.scores()[i],
                words(question, query, index.vector(hits.documents()[i]), hits.scores()[i]))).toList();
    }

    private List<Word> words(String question, SparseVector query, SparseVector document, float score) {
        Map<String, String> typed = new HashMap<>();
        for (String word : question.split("\\s+")) {
            LuceneAnalysis.ENGLISH.apply(word).forEach(stem -> typed.putIfAbsent(stem, word));
        }
        List<Word> words = new ArrayList<>();
        for (int i = 0; i < query.size(); i++) {
            int term = query.terms()[i];
            float part = document.dot(new SparseVector(new int[] {term}, new float[] {query.weights()[i]}));
            if (part > 0) {
                String stem = encoding.vocabulary().term(term);
                words.add(new Word(typed.getOrDefault(stem, stem), part / score));
            }
        }
        words.sort(Comparator.comparing(w -> -w.share()));
        return words;
    }
}
