package dev.filigree.app.papers;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A paper of the field.
 *
 * @param changed   the day on which its row was written or last changed
 * @param name      short, and its own
 * @param reference what a citation of it holds: {@code arXiv:2306.11695}, or authors and year; empty where the number is not known
 * @param family    the part of the field that it belongs to
 * @param kind      method, study, system, theory, network or optimizer
 * @param mechanism what it does, in a sentence
 * @param claim     what it says it achieves
 */
public record Paper(LocalDate changed, String name, String reference, String title, String family, String kind, String mechanism, String claim) {

    private static final Pattern ARXIV = Pattern.compile("arXiv:(\\d\\d)(\\d\\d)\\..*");
    private static final Pattern YEAR = Pattern.compile(".* (\\d{4})");
    private static final int DECEMBER = 12;

    /**
     * When it appeared: the month that its arXiv number tells. Where only a year is known it is taken to be December, so that
     * who asks for papers since a month is not kept from it; empty where nothing is known.
     */
    public Optional<YearMonth> appeared() {
        Matcher m = ARXIV.matcher(reference);
        if (m.matches()) {
            return Optional.of(YearMonth.of(2000 + Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))));
        }
        m = YEAR.matcher(reference);
        return m.matches() ? Optional.of(YearMonth.of(Integer.parseInt(m.group(1)), DECEMBER)) : Optional.empty();
    }

    /** What it is called, what it does and what it claims; the title counts twice. */
    public String text() {
        return String.join(". ", name, title, title, kind, mechanism, claim);
    }

    /** Whether a citation, which may name several papers, names this one. */
    public boolean citedIn(String citation) {
        return !reference.isEmpty() && citation.contains(reference);
    }
}
