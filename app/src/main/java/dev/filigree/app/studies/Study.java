package dev.filigree.app.studies;

import dev.filigree.app.report.Plot;
import dev.filigree.report.Table;
import java.util.List;

/** A claim of the field in miniature. */
public interface Study {

    /** As a person types it. */
    String name();

    /** The paper whose claim it is. */
    String paper();

    /** What the paper says, in a sentence. */
    String claim();

    /** What is run here, in a sentence: network, data, what is equal among the rivals. */
    String setup();

    /** What would refute the claim. */
    String refutedBy();

    /** Minutes that the full form may take on two cores. */
    int budgetMinutes();

    /** Runs it and finds out. */
    Findings run(Lab lab);

    /**
     * What was found.
     *
     * @param tables   means and spreads over seeds
     * @param verdicts one for each part of the claim
     */
    record Findings(List<Table> tables, List<Plot> plots, List<Verdict> verdicts) {

        public Findings {
            tables = List.copyOf(tables);
            plots = List.copyOf(plots);
            verdicts = List.copyOf(verdicts);
        }
    }
}
