package dev.filigree.app.papers;

import java.time.LocalDate;

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

    /** What it is called, what it does and what it claims; the title counts twice. */
    public String text() {
        return String.join(". ", name, title, title, kind, mechanism, claim);
    }

    /** Whether a citation, which may name several papers, names this one. */
    public boolean citedIn(String citation) {
        return !reference.isEmpty() && citation.contains(reference);
    }
}
