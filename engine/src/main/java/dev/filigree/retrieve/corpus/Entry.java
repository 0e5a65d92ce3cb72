package dev.filigree.retrieve.corpus;

import java.util.Map;

/**
 * A document, or a query, as a file has it.
 *
 * @param id     by which judgements know it
 * @param title  empty where it has none
 * @param text   empty where it has none
 * @param vector weight of each term, above zero, where the file gives a vector, else null
 * @param where  the file and the line at which it begins, for messages
 */
public record Entry(String id, String title, String text, Map<String, Float> vector, String where) {

    /** What is indexed and shown: the title and the text. */
    public String content() {
        return title.isEmpty() ? text : text.isEmpty() ? title : title + "\n" + text;
    }
}
