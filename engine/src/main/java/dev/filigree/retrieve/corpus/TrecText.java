package dev.filigree.retrieve.corpus;

import dev.filigree.base.UserError;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * TREC text: {@code <DOC> <DOCNO> id </DOCNO> ... </DOC>}. The text is what lies in {@code <TEXT>}, or, where there is none, all that lies
 * in no tag of its own name beside the number; the title is a {@code <TITLE>} or {@code <HEADLINE>}. Topics are read too, {@code <top>} with
 * {@code <num>} and {@code <title>}, of which the title is the query.
 *
 * @param lines is closed with this
 */
record TrecText(Lines lines) implements Source {

    private static final Pattern DOCNO = tag("DOCNO");
    private static final Pattern TEXT = tag("TEXT");
    private static final Pattern TITLE = tag("TITLE|HEADLINE|HL|TTL");
    private static final Pattern NUMBER = Pattern.compile("<num>\\s*(?:Number:)?\\s*([^\\s<]+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern TOPIC = Pattern.compile("<title>\\s*(?:Topic:)?([^<]*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern ANY = Pattern.compile("</?[A-Za-z][^<>]*>");

    private static Pattern tag(String name) {
        return Pattern.compile("<(" + name + ")\\b[^>]*>(.*?)</\\1>", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    @Override
    public Entry next() {
        String line = lines.next();
        while (line != null && !begins(line, "<doc>") && !begins(line, "<top>")) {
            if (!line.isBlank() && !line.startsWith("<?") && !line.startsWith("<!")) {
                throw new UserError(lines.where() + ": found text outside of a document, expected <DOC>");
            }
            line = lines.next();
        }
        if (line == null) {
            return null;
        }
        String where = lines.where();
        boolean topic = begins(line, "<top>");
        String end = topic ? "</top>" : "</doc>";
        StringBuilder all = new StringBuilder();
        int at;
        for (line = line.strip().substring(5); (at = line.toLowerCase(Locale.ROOT).indexOf(end)) < 0; ) {
            all.append(line).append('\n');
            line = lines.next();
            if (line == null || begins(line, "<doc>") || begins(line, "<top>")) {
                throw new UserError(where + ": found no " + end.toUpperCase(Locale.ROOT) + " before " + (line == null ? "the end of the file" : "line " + lines.number())
                        + ", expected it after each document");
            }
        }
        all.append(line, 0, at);
        return topic ? topic(all.toString(), where) : document(all.toString(), where);
    }

    private static boolean begins(String line, String tag) {
        return line.strip().toLowerCase(Locale.ROOT).startsWith(tag);
    }

    private static Entry topic(String all, String where) {
        Matcher number = NUMBER.matcher(all);
        Matcher title = TOPIC.matcher(all);
        if (!number.find() || !title.find()) {
            throw new UserError(where + ": found a topic without <num> or <title>, expected both");
        }
        return new Entry(number.group(1), "", plain(title.group(1)), null, where);
    }

    private static Entry document(String all, String where) {
        Matcher number = DOCNO.matcher(all);
        if (!number.find() || number.group(2).isBlank()) {
            throw new UserError(where + ": found a document without <DOCNO>, expected one with its id");
        }
        Matcher title = TITLE.matcher(all);
        String heading = title.find() ? plain(title.group(2)) : "";
        StringBuilder text = new StringBuilder();
        for (Matcher m = TEXT.matcher(all); m.find(); ) {
            text.append(m.group(2)).append('\n');
        }
        String rest = text.isEmpty() ? TITLE.matcher(DOCNO.matcher(all).replaceAll(" ")).replaceAll(" ") : text.toString();
        return new Entry(number.group(2).strip(), heading, plain(rest), null, where);
    }

    /** Without tags, the usual five characters unescaped, blank lines at both ends cut. */
    static String plain(String text) {
        return ANY.matcher(text).replaceAll(" ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&").strip();
    }

    @Override
    public void close() {
        lines.close();
    }
}
