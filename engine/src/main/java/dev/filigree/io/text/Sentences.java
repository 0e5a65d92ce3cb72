package dev.filigree.io.text;

import dev.filigree.base.UserError;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Sentences, one a line, and the rule by which two of them are the same. */
public final class Sentences {

    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{N}]+");

    /** What is left of a text when evaluation sentences are taken out, and how many sentences that removed. */
    public record Exclusion(List<String> kept, int removed) {}

    private Sentences() {
    }

    /**
     * The sentences of a UTF-8 file, plain or gzip, in file order. Blank lines are skipped, surrounding space is
     * dropped.
     *
     * @throws UserError the file is absent, unreadable, damaged, not UTF-8, or without a single sentence
     */
    public static List<String> read(Path file) {
        List<String> sentences = new ArrayList<>();
        TextLines.forEach(file, (line, number) -> add(sentences, line));
        return notEmpty(sentences, file.toString());
    }

    /** As {@link #read(Path)}, from a stream (left open) that messages call {@code name}. */
    public static List<String> read(InputStream in, String name) {
        List<String> sentences = new ArrayList<>();
        TextLines.forEach(in, name, (line, number) -> add(sentences, line));
        return notEmpty(sentences, name);
    }

    /**
     * Takes out every sentence that occurs on either side of an evaluation pair, so that a score on the pairs is a
     * score on text never trained on. Sentences are compared by {@link #key}.
     */
    public static Exclusion exclude(List<String> sentences, List<Pair> pairs) {
        Set<String> evaluated = new HashSet<>();
        for (Pair pair : pairs) {
            evaluated.add(key(pair.first()));
            evaluated.add(key(pair.second()));
        }
        List<String> kept = sentences.stream().filter(s -> !evaluated.contains(key(s))).toList();
        return new Exclusion(kept, sentences.size() - kept.size());
    }

    /**
     * What makes two sentences the same: their words in order, without case, punctuation or spacing. A sentence
     * without a letter or digit stands for itself.
     */
    public static String key(String sentence) {
        String words = BETWEEN_WORDS.matcher(sentence.toLowerCase(Locale.ROOT)).replaceAll(" ").strip();
        return words.isEmpty() ? sentence.strip() : words;
    }

    private static void add(List<String> sentences, String line) {
        String sentence = line.strip();
        if (!sentence.isEmpty()) {
            sentences.add(sentence);
        }
    }

    private static List<String> notEmpty(List<String> sentences, String name) {
        if (sentences.isEmpty()) {
            throw new UserError(name + ": found no sentence, expected one on each line");
        }
        return List.copyOf(sentences);
    }
}
