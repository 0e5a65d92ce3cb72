package dev.filigree.retrieve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * BM25 (Robertson et al. 1994) as sparse vectors, in the form that Lucene gives it. A document that holds a term {@code tf} times
 * among {@code dl} words weights it with {@code tf / (tf + k1 (1 - b + b dl / avgdl))}, a query with
 * {@code ln(1 + (N - df + 0.5) / (df + 0.5))}, as often as it holds it; the inner product is the score. Terms, the number N
 * of documents that have any, the average length {@code avgdl} and the number {@code df} of documents of each term are those of the
 * corpus that it was made from, and of others that were {@linkplain #joined joined} to it. Many threads may use one at once.
 */
public final class Bm25 implements TextEncoding {

    /** How fast a term that occurs again stops to count, and how much long documents are held back, as Lucene has them. */
    public static final float K1 = 1.2f;
    public static final float B = 0.75f;

    private static final String FILE = "bm25.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Function<String, List<String>> analyzer;
    private final Stored stored;
    private final Vocabulary vocabulary;
    private final float[] idf;

    private Bm25(Function<String, List<String>> analyzer, Stored stored) {
        this.analyzer = analyzer;
        this.stored = stored;
        this.vocabulary = new Vocabulary(stored.terms);
        this.idf = new float[vocabulary.size()];
        for (int t = 0; t < idf.length; t++) {
            double df = stored.frequencies[t];
            idf[t] = (float) Math.log(1 + (stored.documents - df + 0.5) / (df + 0.5));
        }
    }

    /**
     * Looks at a corpus once.
     *
     * @param analyzer a text's terms, in their order and as often as they occur; what its {@code toString} says is its name
     * @param k1       above zero
     * @param b        from 0, where lengths count nothing, to 1
     * @param most     terms to keep: those that most documents hold, of equally many the first in the order of strings
     */
    public static Bm25 of(Iterable<String> corpus, Function<String, List<String>> analyzer, float k1, float b, int most) {
        if (!(k1 > 0) || k1 == Float.POSITIVE_INFINITY || !(b >= 0 && b <= 1)) {
            throw new UserError("bm25: found k1 " + k1 + " and b " + b + ", expected k1 above 0 and b from 0 to 1");
        }
        Counts counts = Counts.of(corpus, analyzer);
        if (counts.documents == 0) {
            throw new UserError("bm25: no document of the corpus holds a word, expected some text");
        }
        List<String> terms = counts.commonest(_ -> true, most);
        return new Bm25(analyzer, new Stored(k1, b, analyzer.toString(), counts.documents, (double) counts.words / counts.documents,
                terms, terms.stream().mapToInt(counts.frequency::get).toArray(), most));
    }

    /**
     * The same with the documents of another corpus counted too: its new terms come behind those that there are, as many as may be kept, and N and
     * every {@code df} grow, so that queries weigh terms by all documents. The average length stays, for the weights of documents that were encoded
     * before hold it. A document that takes the place of another is counted beside it, as one that is deleted is still counted.
     */
    public Bm25 joined(Iterable<String> corpus) {
        Counts counts = Counts.of(corpus, analyzer);
        List<String> terms = new ArrayList<>(stored.terms);
        terms.addAll(counts.commonest(t -> vocabulary.number(t).isEmpty(), Math.max(0, stored.most - terms.size())));
        int[] frequencies = Arrays.copyOf(stored.frequencies, terms.size());
        for (int t = 0; t < frequencies.length; t++) {
            frequencies[t] += counts.frequency.getOrDefault(terms.get(t), 0);
        }
        return new Bm25(analyzer, new Stored(stored.k1, stored.b, stored.analyzer, Math.addExact(stored.documents, counts.documents), stored.average, terms, frequencies, stored.most));
    }

    /** Documents that hold any word, words of these, and documents of each term. */
    private record Counts(int documents, long words, Map<String, Integer> frequency) {

        static Counts of(Iterable<String> corpus, Function<String, List<String>> analyzer) {
            Map<String, Integer> frequency = new HashMap<>();
            int documents = 0;
            long words = 0;
            for (String text : corpus) {
                List<String> terms = analyzer.apply(text);
                new HashSet<>(terms).forEach(t -> frequency.merge(t, 1, Integer::sum));
                words += terms.size();
                documents += terms.isEmpty() ? 0 : 1;
            }
            return new Counts(documents, words, frequency);
        }

        /** Of these terms those that most documents hold, in the order of strings. */
        List<String> commonest(Predicate<String> wanted, int most) {
            return frequency.keySet().stream().filter(wanted)
                    .sorted(Comparator.comparing((String t) -> -frequency.get(t)).thenComparing(t -> t))
                    .limit(most).sorted().toList();
        }
    }

    /**
     * Reads what {@link #save} stored.
     *
     * @param analyzers gives the analyzer of a name
     */
    public static Bm25 load(Path folder, Function<String, ? extends Function<String, List<String>>> analyzers) {
        Path file = folder.resolve(FILE);
        try {
            Stored stored = JSON.readValue(Files.readString(file), Stored.class);
            if (stored == null || stored.analyzer == null) {
                throw new IllegalArgumentException("it names no analyzer");
            }
            return new Bm25(analyzers.apply(stored.analyzer), stored);
        } catch (JsonProcessingException e) {
            throw damaged(file, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage() + "; make the index again", e);
        } catch (IllegalArgumentException e) {
            throw damaged(file, e.getMessage(), e);
        }
    }

    private static UserError damaged(Path file, String found, Exception cause) {
        return new UserError(file + ": is no stored BM25 (" + found.lines().findFirst().orElse("") + "); the file is damaged, make the index again", cause);
    }

    /** How it analyses texts. */
    public Function<String, List<String>> analyzer() {
        return analyzer;
    }

    /** What a term weighs in a query that holds it once. */
    public float idf(int term) {
        return idf[term];
    }

    @Override
    public String name() {
        return "bm25";
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public List<SparseVector> documents(List<String> texts) {
        return texts.stream().map(this::document).toList();
    }

    private SparseVector document(String text) {
        List<String> words = analyzer.apply(text);
        double saturation = stored.k1 * (1 - stored.b + stored.b * words.size() / stored.average);
        return vector(words, (_, tf) -> (float) (tf / (tf + saturation)));
    }

    @Override
    public SparseVector query(String text) {
        return vector(analyzer.apply(text), (t, tf) -> tf * idf[t]);
    }

    @FunctionalInterface
    private interface Weighting {
        float of(int term, int tf);
    }

    private SparseVector vector(List<String> words, Weighting weighting) {
        int[] numbers = words.stream().mapToInt(w -> vocabulary.number(w).orElse(-1)).filter(n -> n >= 0).sorted().toArray();
        int[] terms = new int[numbers.length];
        float[] weights = new float[numbers.length];
        int size = 0;
        for (int i = 0, next; i < numbers.length; i = next) {
            for (next = i + 1; next < numbers.length && numbers[next] == numbers[i]; ) {
                next++;
            }
            terms[size] = numbers[i];
            weights[size++] = weighting.of(numbers[i], next - i);
        }
        return new SparseVector(Arrays.copyOf(terms, size), Arrays.copyOf(weights, size));
    }

    @Override
    public void save(Path folder) {
        try {
            AtomicFile.write(folder.resolve(FILE), JSON.writeValueAsBytes(stored));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * What the corpus said.
     *
     * @param documents   that hold any word
     * @param average     words of these
     * @param frequencies documents of each term
     * @param most        terms that there may be
     */
    private record Stored(float k1, float b, String analyzer, int documents, double average, List<String> terms, int[] frequencies, int most) {

        Stored {
            if (most < 1 || !(k1 > 0) || !(b >= 0 && b <= 1) || documents < 1 || !(average > 0) || terms == null || frequencies == null || terms.size() != frequencies.length) {
                throw new IllegalArgumentException("numbers out of their range, or not one for each term");
            }
            for (int f : frequencies) {
                if (f < 1 || f > documents) {
                    throw new IllegalArgumentException("a term of " + f + " documents out of " + documents);
                }
            }
        }
    }
}
