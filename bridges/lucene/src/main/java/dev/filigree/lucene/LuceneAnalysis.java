package dev.filigree.lucene;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * Lucene's analyzers as functions from a text to its terms, in their order and as often as they occur. Many threads may use one
 * at once.
 */
public enum LuceneAnalysis implements Function<String, List<String>> {

    /** Words by the rules of Unicode, in small letters, without {@code 's}, without 33 stop words, cut to Porter's stems. */
    ENGLISH(new EnglishAnalyzer()),

    /** Words by the rules of Unicode, in small letters: for any language, and with every word. */
    STANDARD(new StandardAnalyzer());

    private final Analyzer analyzer;

    LuceneAnalysis(Analyzer analyzer) {
        this.analyzer = analyzer;
    }

    /** The one of this name, which {@link #toString} gives. */
    public static LuceneAnalysis named(String name) {
        return Arrays.stream(values()).filter(a -> a.toString().equals(name)).findFirst().orElseThrow(() -> new UserError(
                "no analyzer is called \"" + name + "\", expected " + Arrays.stream(values()).map(Object::toString).collect(Collectors.joining(" or "))));
    }

    @Override
    public List<String> apply(String text) {
        List<String> terms = new ArrayList<>();
        try (TokenStream tokens = analyzer.tokenStream("text", text)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                terms.add(term.toString());
            }
            tokens.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a text in memory is always read
        }
        return terms;
    }

    /** Its name on a command line and in files. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
