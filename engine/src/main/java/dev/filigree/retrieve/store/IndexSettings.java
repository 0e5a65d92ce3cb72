package dev.filigree.retrieve.store;

import dev.filigree.base.Parallel;
import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.Inverted;
import dev.filigree.retrieve.Seismic;
import dev.filigree.retrieve.SeismicSettings;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * How a writer works.
 *
 * @param lists      of an index that is begun; one that is gone on with keeps its own
 * @param exactBelow a segment with fewer documents keeps all its postings and is searched exactly, a larger one by Seismic; kept as the lists are
 * @param threads    that build lists
 * @param memory     bytes that building lists may take beside the vectors
 * @param built      is told for how many terms lists were built, of the whole vocabulary
 */
public record IndexSettings(SeismicSettings lists, int exactBelow, int threads, long memory, LongConsumer built) {

    /**
     * Where lists begin to pay, measured on documents of 150 terms and queries of 43: there MaxScore takes a third longer than Seismic with the usual effort, as long
     * as one that finds as much as Seismic can, and lists take as much room as postings. With fewer documents they take more, up to fifteen times as much.
     */
    public static final int EXACT_BELOW = 50_000;

    public IndexSettings {
        if (exactBelow < 0) {
            throw new IllegalArgumentException("exact below " + exactBelow + " documents, expected 0 or more");
        }
    }

    /** What {@code filigree index} does, on so many threads. */
    public static IndexSettings standard(int threads) {
        return new IndexSettings(SeismicSettings.STANDARD, EXACT_BELOW, threads, 1L << 29, _ -> { });
    }

    /**
     * Writes what a segment is searched by beside its vectors.
     *
     * @param begun what the index was begun with
     * @return the name of the file
     */
    String build(Path segment, Manifest begun, Parallel parallel) {
        try (Arena arena = Arena.ofShared()) {
            ForwardIndex vectors = ForwardIndex.open(segment.resolve(SegmentWriter.VECTORS), arena);
            if (vectors.documents() < begun.exactBelow()) {
                Inverted.of(vectors, parallel).write(segment.resolve(SegmentWriter.POSTINGS));
                return SegmentWriter.POSTINGS;
            }
            Seismic.build(vectors, begun.settings(), segment.resolve(SegmentWriter.LISTS), parallel, memory, built);
            return SegmentWriter.LISTS;
        }
    }
}
