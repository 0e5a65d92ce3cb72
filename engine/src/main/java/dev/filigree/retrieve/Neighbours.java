package dev.filigree.retrieve;

import static dev.filigree.retrieve.ForwardIndex.tensor;

import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.DType;
import dev.filigree.io.Safetensors;
import dev.filigree.io.StoredTensor;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * For every document those with which it has the largest inner products (Bruch et al. 2024, arXiv:2408.04443): what a search found is refined by
 * scoring the neighbours of the documents found. They are found by searching the finished index with the heaviest terms of each document, so they are
 * nearly the true ones.
 *
 * @param count   of each document
 * @param numbers the nearest first, {@link #NONE} where there are no more {@code [documents * count]}
 */
record Neighbours(int count, Ints numbers) {

    private static final int NONE = -1;

    /** Terms of a document that look for its neighbours, and how hard. */
    private static final int TERMS = 40;
    private static final Effort EFFORT = new Effort(4, 1.2f, 0);

    private static final String NAME = "neighbours";
    private static final int CHUNK = 1024;

    /** Adds the neighbours of all documents to a finished file of lists, which is there as it was or with them. */
    static void add(ForwardIndex forward, int count, Path file, Parallel parallel, LongConsumer progress) {
        try (Arena arena = Arena.ofShared()) {
            Checkpoint lists = Safetensors.read(file, arena);
            Ints numbers = find(forward, Seismic.open(forward, file, arena).with(EFFORT), count, parallel, progress);
            List<StoredTensor> tensors = new ArrayList<>(lists.tensors());
            tensors.add(new StoredTensor(NAME, DType.I32, new long[] {numbers.length()}, numbers.segment()));
            Map<String, String> metadata = new HashMap<>(lists.metadata());
            metadata.put(NAME, Integer.toString(count));
            Safetensors.write(file, tensors, metadata);
        }
    }

    private static Ints find(ForwardIndex forward, Seismic seismic, int count, Parallel parallel, LongConsumer progress) {
        Ints numbers = Ints.allocate(Math.multiplyExact(forward.documents(), count));
        for (int from = 0; from < forward.documents(); from += CHUNK) {
            int first = from;
            int some = Math.min(CHUNK, forward.documents() - from);
            parallel.run(some, i -> {
                int document = first + i;
                int[] found = seismic.search(heaviest(forward.vector(document)), count, d -> d != document).documents();
                for (int n = 0; n < count; n++) {
                    numbers.set(document * count + n, n < found.length ? found[n] : NONE);
                }
            });
            progress.accept(first + some);
        }
        return numbers;
    }

    private static SparseVector heaviest(SparseVector v) {
        if (v.size() <= TERMS) {
            return v;
        }
        float[] rising = v.weights().clone();
        Arrays.sort(rising);
        float least = rising[rising.length - TERMS];
        int[] places = IntStream.range(0, v.size()).filter(i -> v.weights()[i] >= least).toArray();
        float[] weights = new float[places.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = v.weights()[places[i]];
        }
        return new SparseVector(Arrays.stream(places).map(i -> v.terms()[i]).toArray(), weights);
    }

    /** Those of a file; none for each document where it holds none. */
    static Neighbours of(ForwardIndex forward, Checkpoint stored) {
        int count = Integer.parseInt(stored.metadata().getOrDefault(NAME, "0"));
        if (count == 0) {
            return new Neighbours(0, Ints.allocate(0));
        }
        StoredTensor t = tensor(stored, NAME, DType.I32);
        Ints numbers = new Ints(t.data(), Math.toIntExact(t.data().byteSize() / Integer.BYTES));
        if (count < 0 || count > SeismicSettings.MOST_NEIGHBOURS || numbers.length() != (long) forward.documents() * count) {
            throw new IllegalArgumentException(NAME + " holds " + numbers.length() + " numbers, " + count + " for each of " + forward.documents() + " documents");
        }
        for (int i = 0; i < numbers.length(); i++) {
            if (numbers.get(i) < NONE || numbers.get(i) >= forward.documents()) {
                throw new IllegalArgumentException("document " + numbers.get(i) + " is a neighbour, expected a number below " + forward.documents());
            }
        }
        return new Neighbours(count, numbers);
    }

    /** Neighbour {@code n} of a document, or a number below zero. */
    int of(int document, int n) {
        return numbers.get(document * count + n);
    }
}
