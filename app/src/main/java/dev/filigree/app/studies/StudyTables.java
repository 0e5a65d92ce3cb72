package dev.filigree.app.studies;

import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.List;

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

    /** What was found. */
    static Table overview(List<StudyFolder.Stored> stored) {
        Table t = new Table("What was found", Column.text("study"), Column.text("form"), Column.text("seeds"), Column.text("verdict"));
        for (StudyFolder.Stored s : stored) {
            for (int i = 0; i < s.verdicts().size(); i++) {
                t.row(i == 0 ? s.claim().name() : "", i == 0 ? s.quick() ? "quick" : "full" : "", i == 0 ? Integer.toString(s.seeds()) : "", s.verdicts().get(i));
            }
        }
        return t;
    }
}
