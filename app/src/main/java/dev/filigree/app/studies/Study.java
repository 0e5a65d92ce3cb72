package dev.filigree.app.studies;

import dev.filigree.app.report.Plot;
import dev.filigree.report.Table;
import java.util.List;

/** A claim of the field in miniature. */
public interface Study {

    /** What it is about. */
    Claim claim();

    /** The data set that it is run on when a person names none; the quick form takes a stand-in that needs no files. */
    default String data() {
        return "fashion-mnist";
    }

    /** Runs of each rival when a person names no number; a claim that there is no difference needs more than others. */
    default int seeds() {
        return 3;
    }

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
