package dev.filigree.app.index;

import dev.filigree.base.UserError;
import dev.filigree.retrieve.Effort;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.TextEncoding;
import dev.filigree.retrieve.feedback.Interpolation;
import dev.filigree.retrieve.store.Snapshot;
import dev.filigree.retrieve.store.SparseIndex;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.Function;

/** A second index of the same documents, encoded otherwise, whose ranking is mixed into that of the first: documents are the same where their ids are. */
public final class OtherIndex implements AutoCloseable {

    private final SparseIndex index;
    private final TextEncoding encoding;
    private final Snapshot snapshot;
    private final Interpolation interpolation;

    private OtherIndex(SparseIndex index, TextEncoding encoding, Interpolation interpolation) {
        this.index = index;
        this.encoding = encoding;
        this.snapshot = index.snapshot();
        this.interpolation = interpolation;
    }

    /** @param share of the first index in the scores, each scaled to 0 .. 1 */
    public static OtherIndex open(Path folder, double share, int threads) {
        SparseIndex index = SparseIndex.open(folder);
        boolean done = false;
        try {
            OtherIndex other = new OtherIndex(index, Encodings.of(index, folder, threads), new Interpolation(share, true));
            done = true;
            return other;
        } finally {
            if (!done) {
                index.close();
            }
        }
    }

    /** The best {@code k} of both rankings; documents that {@code first} does not hold are left out. */
    Hits mixed(Hits hits, Snapshot first, Function<TextEncoding, SparseVector> encoded, Effort effort, int depth, int k) {
        Hits mine = Asking.search(snapshot, encoded.apply(encoding), depth, effort);
        int[] documents = new int[mine.size()];
        float[] scores = new float[mine.size()];
        int count = 0;
        for (int i = 0; i < mine.size(); i++) {
            OptionalInt there = first.find(snapshot.id(mine.documents()[i]));
            if (there.isPresent()) {
                documents[count] = there.getAsInt();
                scores[count++] = mine.scores()[i];
            }
        }
        return interpolation.of(hits, new Hits(Arrays.copyOf(documents, count), Arrays.copyOf(scores, count)), k);
    }

    /** A folder, and behind a colon the share of the first index; a half where there is none. */
    public static OtherIndex parse(String mix, int threads) {
        int colon = mix.lastIndexOf(':');
        String share = colon < 0 ? "0.5" : mix.substring(colon + 1);
        if (!share.matches("0(\\.\\d+)?|1(\\.0*)?|\\.\\d+")) {
            throw new UserError("--mix: found " + mix + ", expected the folder of an index, or one with the share of the first such as bm25.index:0.7");
        }
        return open(Path.of(colon < 0 ? mix : mix.substring(0, colon)), Double.parseDouble(share), threads);
    }

    @Override
    public void close() {
        try (index; encoding) {
            snapshot.close();
        }
    }
}
