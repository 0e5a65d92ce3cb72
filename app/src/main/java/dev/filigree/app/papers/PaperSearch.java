package dev.filigree.app.papers;

import dev.filigree.lucene.LuceneAnalysis;
import dev.filigree.retrieve.Bm25;
import dev.filigree.retrieve.Exhaustive;
import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.SparseVector;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Finds papers by words: BM25 over what the map says of each, and, counting less, over what it says of its family. */
public final class PaperSearch {

    /** What a word counts that a paper has from its family alone. */
    static final float FAMILY = 0.4f;

    /** What a word counts that only means about the same as one of the question. */
    static final float ALIKE = 0.5f;

    private final List<Paper> papers;
    private final Bm25 encoding;
    private final ForwardIndex index;
    private final Set<String> fillers = PaperMap.fillers();
    private final Map<String, String> meanings = PaperMap.words();
    private final float alike;

    public PaperSearch(List<Paper> papers) {
        this(papers, FAMILY, ALIKE);
    }

    PaperSearch(List<Paper> papers, float family, float alike) {
        this.papers = List.copyOf(papers);
        this.alike = alike;
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
        Map<Integer, Asked> asked = asked(question);
        SparseVector query = SparseVector.of(asked.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().weight)));
        Hits hits = new Exhaustive(index).search(query, k);
        return IntStream.range(0, hits.size()).mapToObj(i -> new Found(papers.get(hits.documents()[i]), hits.scores()[i],
                words(asked, index.vector(hits.documents()[i]), hits.scores()[i]))).toList();
    }

    /** What a term of the vocabulary counts, and the word of the question that it came from. */
    private record Asked(String word, float weight) {
    }

    /** The terms of a question: its words without fillers (unless there are no others), and words of the field that mean about the same, which count less. */
    private Map<Integer, Asked> asked(String question) {
        List<String> all = Stream.of(question.strip().split("\\s+")).toList();
        List<String> telling = all.stream().filter(w -> !fillers.contains(plain(w))).toList();
        Map<Integer, Asked> asked = new LinkedHashMap<>();
        for (String word : telling.isEmpty() ? all : telling) {
            terms(word, 1).forEach((term, weight) -> asked.merge(term, new Asked(word, weight), (a, b) -> a));
        }
        for (String word : telling) {
            terms(meanings.getOrDefault(plain(word), ""), alike).forEach((term, weight) -> asked.putIfAbsent(term, new Asked(word, weight)));
        }
        return asked;
    }

    private Map<Integer, Float> terms(String text, float share) {
        SparseVector v = encoding.query(text);
        return IntStream.range(0, v.size()).boxed().collect(Collectors.toMap(i -> v.terms()[i], i -> share * v.weights()[i]));
    }

    /** As lists of words have it. */
    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    private static List<Word> words(Map<Integer, Asked> asked, SparseVector document, float score) {
        Map<String, Double> shares = new LinkedHashMap<>();
        asked.forEach((term, a) -> {
            float part = document.dot(new SparseVector(new int[] {term}, new float[] {a.weight}));
            if (part > 0) {
                shares.merge(a.word, (double) part / score, Double::sum);
            }
        });
        return shares.entrySet().stream().map(e -> new Word(e.getKey(), e.getValue())).sorted(Comparator.comparing(w -> -w.share())).toList();
    }
}
