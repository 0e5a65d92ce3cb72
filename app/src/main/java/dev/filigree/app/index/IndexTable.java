package dev.filigree.app.index;

import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.report.Units;
import dev.filigree.retrieve.store.IndexReport;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What an index holds, for a person and for a program. */
public final class IndexTable {

    private IndexTable() {
    }

    /** Parts and their bytes, beside the vectors alone, which every search with exact scores needs. */
    public static String text(IndexReport r, String encoding) {
        long vectors = r.segments().stream().mapToLong(IndexReport.Segment::vectorBytes).sum();
        long lists = r.segments().stream().mapToLong(IndexReport.Segment::listBytes).sum();
        Table t = new Table("", Column.text("part"), Column.bytes("bytes"), Column.ratio("of vectors"));
        t.row("vectors", vectors, 1.0);
        t.row("lists", lists, ratio(lists, vectors));
        t.row("vectors and lists", vectors + lists, ratio(vectors + lists, vectors));
        long texts = r.segments().stream().mapToLong(s -> s.documentBytes() + s.deletionBytes()).sum();
        t.row("ids and texts", texts, ratio(texts, vectors));
        t.row("encoding", r.encodingBytes(), ratio(r.encodingBytes(), vectors));
        t.row("all", r.bytes(), ratio(r.bytes(), vectors));
        return String.format(Locale.ROOT, "%,d documents%s, %,d postings, %.1f terms a document; encoder %s, vocabulary of %,d; %d segment%s, commit %d%n%n", r.documents(),
                r.deleted() == 0 ? "" : String.format(Locale.ROOT, " (and %,d deleted)", r.deleted()), r.postings(), average(r), encoding, r.vocabulary(),
                r.segments().size(), r.segments().size() == 1 ? "" : "s", r.commit()) + t.text() + segments(r);
    }

    /** How each segment is searched, and why. */
    private static String segments(IndexReport r) {
        if (r.segments().isEmpty()) {
            return "";
        }
        Table t = new Table("", Column.text("segment"), Column.count("documents"), Column.text("searched"), Column.bytes("lists"), Column.ratio("of vectors"));
        r.segments().forEach(s -> t.row(s.name(), s.documents(), s.exact() ? "exactly" : "by Seismic", s.listBytes(), ratio(s.listBytes(), s.vectorBytes())));
        boolean exact = r.segments().stream().anyMatch(IndexReport.Segment::exact);
        return "\n" + t.text() + (exact ? String.format(Locale.ROOT, "below %,d documents a segment stays exact: Seismic's lists would cost more than they save%n", r.exactBelow()) : "");
    }

    private static Double ratio(long bytes, long vectors) {
        return vectors == 0 ? null : (double) bytes / vectors;
    }

    private static double average(IndexReport r) {
        long all = r.documents() + r.deleted();
        return all == 0 ? 0 : (double) r.postings() / all;
    }

    /** The same as fields. */
    public static Map<String, Object> json(IndexReport r, String encoding) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("documents", r.documents());
        all.put("deleted", r.deleted());
        all.put("postings", r.postings());
        all.put("average_terms", average(r));
        all.put("encoder", encoding);
        all.put("vocabulary", r.vocabulary());
        all.put("commit", r.commit());
        all.put("bytes", r.bytes());
        all.put("encoding_bytes", r.encodingBytes());
        all.put("lists", r.lists());
        all.put("exact_below", r.exactBelow());
        all.put("segments", r.segments());
        return all;
    }

    /** How long it took and what it held. */
    public static String spent(long documents, double reading, double building, long peak) {
        return String.format(Locale.ROOT, "%,d documents in %s (%,.0f a second with their texts encoded), committed in %s%s", documents, Units.seconds(reading),
                documents / Math.max(1e-9, reading), Units.seconds(building), peak == 0 ? "" : "; peak memory of the process " + Units.bytes(peak));
    }
}
