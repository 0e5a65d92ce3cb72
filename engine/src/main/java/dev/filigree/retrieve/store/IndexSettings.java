package dev.filigree.retrieve.store;

import dev.filigree.base.Parallel;
import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.Seismic;
import dev.filigree.retrieve.SeismicSettings;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * How a writer works.
 *
 * @param lists   of an index that is begun; one that is gone on with keeps its own
 * @param threads that build lists
 * @param memory  bytes that building lists may take beside the vectors
 * @param built   is told for how many terms lists were built, of the whole vocabulary
 */
public record IndexSettings(SeismicSettings lists, int threads, long memory, LongConsumer built) {

    /** What {@code filigree index} does, on so many threads. */
    public static IndexSettings standard(int threads) {
        return new IndexSettings(SeismicSettings.STANDARD, threads, 1L << 29, _ -> { });
    }

    void build(Path vectors, Path file, SeismicSettings settings, Parallel parallel) {
        try (Arena arena = Arena.ofShared()) {
            Seismic.build(ForwardIndex.open(vectors, arena), settings, file, parallel, memory, built);
        }
    }
}
