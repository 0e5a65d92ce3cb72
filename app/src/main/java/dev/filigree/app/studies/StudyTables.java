package dev.filigree.app.studies;

import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.List;
import java.util.stream.IntStream;

/** Studies in rows. */
public final class StudyTables {

    private StudyTables() {
    }

    /** What there is. */
    public static Table list(List<Study> studies) {
        Table t = new Table("Studies", Column.text("name"), Column.count("minutes"), Column.text("data"), Column.text("claim"));
        studies.forEach(s -> t.row(s.claim().name(), s.claim().minutes(), s.data(), s.claim().says()));
        return t;
    }

    /** What was found: of how many parts of each claim. */
    static Table overview(List<StudyFolder.Stored> stored) {
        Table t = new Table("What was found", Column.text("study"), Column.text("form"), Column.count("seeds"), Column.count("parts of the claim"), Column.count("hold"),
                Column.count("do not hold here"), Column.count("too close to call"));
        int[] all = new int[Verdict.Outcome.values().length];
        for (StudyFolder.Stored s : stored) {
            int[] parts = new int[all.length];
            for (Verdict.Outcome o : Verdict.Outcome.values()) {
                parts[o.ordinal()] = (int) s.verdicts().stream().filter(line -> Verdict.says(line, o)).count();
                all[o.ordinal()] += parts[o.ordinal()];
            }
            row(t, s.claim().name(), s.quick() ? "quick" : "full", s.seeds(), parts);
        }
        row(t, "all " + stored.size(), "", null, all);
        return t;
    }

    private static void row(Table t, String name, String form, Integer seeds, int[] parts) {
        t.row(name, form, seeds, IntStream.of(parts).sum(), parts[Verdict.Outcome.HOLDS.ordinal()], parts[Verdict.Outcome.DOES_NOT_HOLD.ordinal()],
                parts[Verdict.Outcome.TOO_CLOSE.ordinal()]);
    }
}
