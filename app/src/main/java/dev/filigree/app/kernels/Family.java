package dev.filigree.app.kernels;

import java.util.List;

/**
 * Cases of one kind, and what they must reach. One family is one file, listed in {@link Families}; nothing else knows it.
 */
interface Family {

    /** One word, as {@code --only} takes it. */
    String name();

    /** What is measured, as the title of its table. */
    String title();

    /** @param quick fewer shapes, for a run of about a minute */
    List<Case> cases(boolean quick);

    /** The figures to reach, computed from what was measured. */
    List<Figure> figures(List<CaseResult> results, List<Integer> threadCounts);
}
