package dev.filigree.retrieve.corpus;

import dev.filigree.base.UserError;

/**
 * An id, a tab and a text a line, as queries often come.
 *
 * @param lines is closed with this
 */
record TabLines(Lines lines) implements Source {

    @Override
    public Entry next() {
        String line = lines.next();
        while (line != null && line.isBlank()) {
            line = lines.next();
        }
        if (line == null) {
            return null;
        }
        int tab = line.indexOf('\t');
        if (tab < 1 || line.substring(0, tab).isBlank()) {
            throw new UserError(lines.where() + ": found no tab after an id, expected an id, a tab and a text");
        }
        return new Entry(line.substring(0, tab).strip(), "", line.substring(tab + 1).strip(), null, lines.where());
    }

    @Override
    public void close() {
        lines.close();
    }
}
