package dev.filigree.io.data;

import dev.filigree.base.UserError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The Brown corpus of written American English of 1961 (Francis and Kučera 1964): 500 documents of about 2,000 words, each word with
 * its part of speech, {@code said/vbd ,/,}. Read as text: signs stand where people put them, a paragraph is a line.
 */
public final class BrownCorpus {

    /** A document's name in the archive: a category, which is a letter, and a number. */
    private static final Pattern DOCUMENT = Pattern.compile("(?:.*/)?(c[a-r]\\d\\d)");
    private static final String ATTACHED = ",.;:?!)";
    private static final String ONCE = ";?!"; // the corpus has each of these twice in a row
    private static final int FEWEST = 10;

    private BrownCorpus() {
    }

    /**
     * The documents of an archive (tar, packed with gzip or not) in the order of their names.
     *
     * @throws UserError the archive is damaged or holds no such documents
     */
    public static List<String> open(Path archive) {
        Map<String, String> documents = new TreeMap<>();
        Tar.read(archive, (name, content, size) -> {
            var m = DOCUMENT.matcher(name);
            if (m.matches()) {
                documents.put(m.group(1), text(new String(content.readNBytes(size), StandardCharsets.ISO_8859_1)));
            }
        });
        if (documents.size() < FEWEST) {
            throw new UserError(archive + ": found " + documents.size() + " documents such as ca01, expected the 500 of the Brown corpus");
        }
        return List.copyOf(documents.values());
    }

    /** A tagged document as people write it. */
    static String text(String tagged) {
        List<String> paragraphs = new ArrayList<>();
        Line line = new Line();
        for (String row : tagged.split("\n")) {
            if (row.isBlank()) {
                line.end(paragraphs);
            }
            for (String token : row.strip().split("\\s+")) {
                line.add(token.substring(0, Math.max(0, token.lastIndexOf('/'))));
            }
        }
        line.end(paragraphs);
        return String.join("\n", paragraphs) + "\n";
    }

    /** A paragraph in the making. */
    private static final class Line {

        private final StringBuilder text = new StringBuilder();
        private String before = "";
        private boolean joins; // the next word to what stands there
        private boolean quoted; // between single quotation marks

        void add(String word) {
            if (word.isEmpty() || word.equals(before) && ONCE.contains(word)) {
                return;
            }
            boolean opens = word.equals("``") || word.equals("(") || word.equals("'") && !quoted;
            boolean closes = word.equals("''") || word.equals("'") && quoted || word.length() == 1 && ATTACHED.contains(word);
            if (!text.isEmpty() && !joins && !closes) {
                text.append(' ');
            }
            text.append(word.equals("``") || word.equals("''") ? "\"" : word);
            quoted ^= word.equals("'");
            joins = opens;
            before = word;
        }

        void end(List<String> paragraphs) {
            if (!text.isEmpty()) {
                paragraphs.add(text.toString());
            }
            text.setLength(0);
            before = "";
            joins = false;
            quoted = false;
        }
    }
}
