package dev.filigree.io.text;

import dev.filigree.base.UserError;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads scored pairs of sentences from a UTF-8 file, plain or gzip. The first line decides the layout:
 *
 * <ul>
 *   <li>three fields: {@code score, sentence 1, sentence 2};
 *   <li>seven or more: the STS benchmark's {@code genre, file, year, id, score, sentence 1, sentence 2};
 *   <li>a header with {@code score}, {@code sentence1} and {@code sentence2} in any order: those columns.
 * </ul>
 *
 * A first line with a tab makes a tab-separated file, in which quotation marks are ordinary characters; otherwise fields
 * are separated by commas and may be quoted ({@code "a ""b"", c"}). Blank lines are skipped.
 */
public final class Pairs {

    private static final String EXPECTED = "expected score, sentence 1, sentence 2, or the seven columns of the STS benchmark";

    private Pairs() {
    }

    /** @throws UserError the file is absent, unreadable or empty, or a line is malformed; names file and line */
    public static List<Pair> read(Path file) {
        Reader reader = new Reader(file.toString());
        TextLines.forEach(file, reader::line);
        return reader.pairs();
    }

    /** As {@link #read(Path)}, from a stream (left open) that messages call {@code name}. */
    public static List<Pair> read(InputStream in, String name) {
        Reader reader = new Reader(name);
        TextLines.forEach(in, name, reader::line);
        return reader.pairs();
    }

    /** Which fields hold what, and what separates them. */
    private record Layout(boolean tabs, int score, int first, int second, boolean header) {}

    private static final class Reader {

        private final String name;
        private final List<Pair> pairs = new ArrayList<>();
        private Layout layout;

        Reader(String name) {
            this.name = name;
        }

        void line(String text, int number) {
            if (text.isBlank()) {
                return;
            }
            if (layout == null) {
                layout = layoutOf(text, number);
                if (layout.header) {
                    return;
                }
            }
            List<String> fields = fields(text, layout.tabs, number);
            int needed = Math.max(layout.score, Math.max(layout.first, layout.second)) + 1;
            if (fields.size() < needed) {
                throw new UserError(TextLines.at(name, number) + "found " + fields.size() + " fields, expected at least "
                        + needed + " separated by " + (layout.tabs ? "tabs" : "commas"));
            }
            pairs.add(new Pair(score(fields.get(layout.score), number),
                    sentence(fields.get(layout.first), 1, number), sentence(fields.get(layout.second), 2, number)));
        }

        List<Pair> pairs() {
            if (pairs.isEmpty()) {
                throw new UserError(name + ": found no pair, " + EXPECTED + " on each line");
            }
            return List.copyOf(pairs);
        }

        private Layout layoutOf(String text, int number) {
            boolean tabs = text.indexOf('\t') >= 0;
            List<String> fields = fields(text, tabs, number);
            List<String> names = fields.stream().map(f -> f.strip().toLowerCase(Locale.ROOT)).toList();
            if (names.contains("score") && names.contains("sentence1") && names.contains("sentence2")) {
                return new Layout(tabs, names.indexOf("score"), names.indexOf("sentence1"),
                        names.indexOf("sentence2"), true);
            }
            if (fields.size() == 3) {
                return new Layout(tabs, 0, 1, 2, false);
            }
            if (fields.size() >= 7) {
                return new Layout(tabs, 4, 5, 6, false);
            }
            throw new UserError(TextLines.at(name, number) + "found " + fields.size() + " fields separated by "
                    + (tabs ? "tabs" : "commas") + ", " + EXPECTED);
        }

        private double score(String field, int number) {
            double value;
            try {
                value = Double.parseDouble(field.strip());
            } catch (NumberFormatException e) {
                value = Double.NaN;
            }
            if (!Double.isFinite(value)) {
                throw new UserError(TextLines.at(name, number) + "found the score '" + shortened(field)
                        + "', expected a finite number");
            }
            return value;
        }

        private String sentence(String field, int which, int number) {
            String sentence = field.strip();
            if (sentence.isEmpty()) {
                throw new UserError(TextLines.at(name, number) + "sentence " + which + " is empty");
            }
            return sentence;
        }

        private List<String> fields(String text, boolean tabs, int number) {
            return tabs ? List.of(text.split("\t", -1)) : commaSeparated(text, number);
        }

        private List<String> commaSeparated(String text, int number) {
            List<String> fields = new ArrayList<>();
            StringBuilder field = new StringBuilder();
            boolean quoted = false;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (quoted && c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    field.append('"');
                    i++;
                } else if (c == '"' && (quoted || field.isEmpty())) {
                    quoted = !quoted;
                } else if (c == ',' && !quoted) {
                    fields.add(field.toString());
                    field.setLength(0);
                } else {
                    field.append(c);
                }
            }
            if (quoted) {
                throw new UserError(TextLines.at(name, number) + "a quotation mark is not closed on the same line");
            }
            fields.add(field.toString());
            return fields;
        }
    }

    private static String shortened(String field) {
        return field.length() <= 40 ? field : field.substring(0, 40) + "...";
    }
}
