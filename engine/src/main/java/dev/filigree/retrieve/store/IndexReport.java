package dev.filigree.retrieve.store;

import dev.filigree.retrieve.SeismicSettings;
import java.nio.file.Path;
import java.util.List;

/**
 * What an index is, as its manifest says.
 *
 * @param commit        number of the last commit
 * @param documents     that were not deleted
 * @param deleted       documents that still take place
 * @param postings      terms of all documents, with those that were deleted
 * @param vocabulary    terms that there may be
 * @param lists         with which they are built
 * @param exactBelow    documents below which a segment has postings instead
 * @param encodingBytes of what turns texts into vectors
 * @param segments      in order
 */
public record IndexReport(long commit, long documents, long deleted, long postings, int vocabulary, SeismicSettings lists, int exactBelow, long encodingBytes, List<Segment> segments) {

    /**
     * Bytes of each part of a segment; {@code deletions} says which documents were deleted.
     *
     * @param exact     whether it is searched exactly, by all its postings, where else by lists
     * @param listBytes of what it is searched by
     */
    public record Segment(String name, int documents, int deleted, long postings, boolean exact, long vectorBytes, long listBytes, long documentBytes, long deletionBytes) {

        private static Segment of(Manifest.Segment s) {
            return new Segment(s.name(), s.live(), s.deleted(), s.entries(), s.exact(), bytes(s, SegmentWriter.VECTORS), bytes(s, s.exact() ? SegmentWriter.POSTINGS : SegmentWriter.LISTS), bytes(s, SegmentWriter.DOCUMENTS),
                    s.deletions() == null ? 0 : s.deletions().bytes());
        }

        private static long bytes(Manifest.Segment s, String file) {
            return s.files().stream().filter(f -> f.name().equals(file)).mapToLong(StoredFile::bytes).sum();
        }

        public long bytes() {
            return vectorBytes + listBytes + documentBytes + deletionBytes;
        }
    }

    /** Whether a folder holds an index. */
    public static boolean isIndex(Path folder) {
        return Manifest.in(folder);
    }

    /** @throws dev.filigree.base.UserError when the folder holds no index */
    public static IndexReport of(Path folder) {
        Manifest m = Manifest.read(folder);
        List<Segment> segments = m.segments().stream().map(Segment::of).toList();
        return new IndexReport(m.commit(), segments.stream().mapToLong(Segment::documents).sum(), segments.stream().mapToLong(Segment::deleted).sum(),
                segments.stream().mapToLong(Segment::postings).sum(), m.vocabulary(), m.settings(), m.exactBelow(),
                m.encoding() == null ? 0 : m.encoding().files().stream().mapToLong(StoredFile::bytes).sum(), segments);
    }

    /** Bytes of all files that the last commit needs, without its manifest. */
    public long bytes() {
        return encodingBytes + segments.stream().mapToLong(Segment::bytes).sum();
    }
}
