package dev.filigree.retrieve.corpus;

import dev.filigree.base.UserError;

/**
 * The form of the old collections (Cranfield, Medline, CISI): {@code .I number}, and then parts that begin with a letter, {@code .T} the title, {@code .W} the
 * text; others are passed over. An entry's id is its place, from 1 on: documents have just this number, and the judgements of Cranfield number queries so.
 */
final class Cranfield implements Source {

    private final Lines lines;
    private String head;
    private int place;

    /** @param lines is closed with this */
    Cranfield(Lines lines) {
        this.lines = lines;
    }

    @Override
    public Entry next() {
        while (head == null || head.isBlank()) {
            head = lines.next();
            if (head == null) {
                return null;
            }
        }
        String where = lines.where();
        if (!head.matches("\\.I\\s+\\d+\\s*")) {
            throw new UserError(where + ": found " + Lines.quote(head) + ", expected .I and a number");
        }
        StringBuilder title = new StringBuilder();
        StringBuilder text = new StringBuilder();
        StringBuilder part = null;
        for (head = lines.next(); head != null && !head.startsWith(".I "); head = lines.next()) {
            if (head.matches("\\.[A-Z]\\s*")) {
                part = head.charAt(1) == 'T' ? title : head.charAt(1) == 'W' ? text : null;
            } else if (part != null) {
                part.append(head).append('\n');
            }
        }
        head = head == null ? "" : head;
        return new Entry(Integer.toString(++place), title.toString().strip(), text.toString().strip(), null, where);
    }

    @Override
    public void close() {
        lines.close();
    }
}
