package dev.filigree.retrieve.corpus;

import java.util.regex.Pattern;

/**
 * A small HTML file that holds one document in {@code <pre>}, as the CACM collection comes: its name is the id, its first paragraph the title. Lines of three
 * numbers, with which CACM closes a document to say what cites it, are left out.
 */
final class Page {

    private static final Pattern REFERENCES = Pattern.compile("(?m)^\\d+\\t\\d+\\t\\d+$");
    private static final Pattern PARAGRAPH = Pattern.compile("\\n[ \\t]*\\n");

    private Page() {
    }

    /** @param file of which the last part without its ending is the id */
    static Entry entry(String file, String html, String where) {
        String name = file.substring(file.lastIndexOf('/') + 1);
        String text = REFERENCES.matcher(TrecText.plain(html)).replaceAll("").strip();
        String[] parts = PARAGRAPH.split(text, 2);
        return new Entry(name.replaceFirst("\\.html?$", ""), parts[0].strip(), parts.length == 1 ? "" : parts[1].strip(), null, where);
    }
}
