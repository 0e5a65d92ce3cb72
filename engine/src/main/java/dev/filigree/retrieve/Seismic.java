package dev.filigree.retrieve;

import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.Safetensors;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.SparseDots;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Finds nearly all of the best documents while it looks at few of them (Bruch et al. 2024, arXiv:2404.18812). The list of a term holds the
 * documents in which it weighs most, in blocks of documents that resemble each other, each with a summary: the largest weight of each term.
 * A query looks at the lists of its heaviest terms, and in these at blocks whose summary promises more than the k-th best document so far;
 * every document of such a block is scored as it is held in the forward index. Scores are exact; documents may be missed.
 */
public final class Seismic implements Searcher {

    /** Blocks whose score is at least this share of the best are looked at before the others: they set the threshold. */
    private static final float FIRST = 0.8f;

    private final ForwardIndex forward;
    private final Lists lists;
    private final Neighbours neighbours;
    private final Effort effort;
    private final SparseDots kernel;
    private final Pool<Desk> desks;

    /**
     * Writes the index of the documents of {@code index}.
     *
     * @param memory   bytes that gathering posting lists may take; with less there are more passes over the documents
     * @param progress is told the number of {@link #steps} done
     */
    public static void build(ForwardIndex index, SeismicSettings settings, Path file, Parallel parallel, long memory, LongConsumer progress) {
        new SeismicBuild(index, settings, parallel).write(file, memory, progress);
        if (settings.neighbours() > 0 && index.documents() > 0) {
            Neighbours.add(index, settings.neighbours(), file, parallel, done -> progress.accept(index.vocabulary() + done));
        }
    }

    /** Steps that {@link #build} takes: the terms of the vocabulary, and the documents whose neighbours are found. */
    public static long steps(int vocabulary, int documents, SeismicSettings settings) {
        return vocabulary + (settings.neighbours() > 0 ? (long) documents : 0);
    }

    /**
     * Maps what {@link #build} wrote, as long as {@code arena} lives.
     *
     * @param forward of which it was built
     * @throws UserError naming the file, when it is no such file, damaged, or of another collection
     */
    public static Seismic open(ForwardIndex forward, Path file, Arena arena) {
        Checkpoint stored = Safetensors.read(file, arena);
        try {
            return new Seismic(forward, Lists.of(forward, stored), Neighbours.of(forward, stored), Effort.STANDARD, new Pool<>(() -> new Desk(forward)));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new UserError(file + ": is no sound Seismic index of this collection: " + e.getMessage() + "; build it again", e);
        }
    }

    private Seismic(ForwardIndex forward, Lists lists, Neighbours neighbours, Effort effort, Pool<Desk> desks) {
        this.forward = forward;
        this.lists = lists;
        this.neighbours = neighbours;
        this.effort = effort;
        this.kernel = Kernels.best().sparseDots();
        this.desks = desks;
    }

    /** The same index, searched with another effort. */
    public Seismic with(Effort other) {
        return new Seismic(forward, lists, neighbours, other, desks);
    }

    /** Documents in all lists together. */
    public int postings() {
        return lists.documents().length();
    }

    /** Blocks in all lists together. */
    public int blocks() {
        return lists.ends().length() - 1;
    }

    /** Bytes by part. */
    public Map<String, Long> bytes() {
        Map<String, Long> parts = new LinkedHashMap<>();
        parts.put("documents of lists", lists.documents().bytes());
        parts.put("entries of summaries", lists.entries().byteSize());
        parts.put("places", lists.lists().bytes() + lists.ends().bytes() + lists.scales().bytes() + lists.directories().bytes() + lists.buckets().bytes());
        if (neighbours.count() > 0) {
            parts.put("neighbours", neighbours.numbers().bytes());
        }
        return parts;
    }

    @Override
    public Hits search(SparseVector query, int k, Live live) {
        Desk desk = desks.take();
        try {
            desk.begin(query, k);
            for (int i = 0; i < Math.min(desk.terms, effort.terms()); i++) {
                summarise(desk.term(i), desk);
            }
            look(live, desk);
            refine(live, desk);
            return desk.top.hits();
        } finally {
            desk.clear(query);
            desks.give(desk);
        }
    }

    /** Scores the summaries of a list. */
    private void summarise(int list, Desk desk) {
        int first = lists.lists().get(list);
        int count = lists.lists().get(list + 1) - first;
        if (count == 0) {
            return;
        }
        int bucket = lists.directories().get(list);
        int bits = Integer.numberOfTrailingZeros(lists.directories().get(list + 1) - bucket);
        kernel.summaries(lists.entries(), lists.buckets(), bucket, bits, desk.hashes, desk.weights, desk.terms, desk.scores, 0);
        desk.roomForBlocks(count);
        float scale = lists.scales().get(list);
        for (int b = 0; b < count; b++) {
            desk.blocks[desk.blockCount++] = Desk.key(desk.scores.get(b) * scale, first + b);
        }
        desk.scores.fill(0);
    }

    /** Looks at blocks, the most promising first: some of them, then those of the others that are worth it by then. */
    private void look(Live live, Desk desk) {
        float best = 0;
        for (int i = 0; i < desk.blockCount; i++) {
            best = Math.max(best, Desk.score(desk.blocks[i]));
        }
        int first = select(desk, 0, FIRST * best);
        look(0, first, live, desk);
        look(first, select(desk, first, effort.factor() * desk.top.threshold()), live, desk);
    }

    /** Brings blocks from {@code from} on with at least this score to the front, in order; returns where they end. */
    private static int select(Desk desk, int from, float score) {
        int end = from;
        for (int i = from; i < desk.blockCount; i++) {
            long key = desk.blocks[i];
            if (Desk.score(key) >= score) {
                desk.blocks[i] = desk.blocks[end];
                desk.blocks[end++] = key;
            }
        }
        Arrays.sort(desk.blocks, from, end);
        return end;
    }

    private void look(int from, int to, Live live, Desk desk) {
        for (int i = from; i < to; i++) {
            if (Desk.score(desk.blocks[i]) < effort.factor() * desk.top.threshold()) {
                return; // the others promise less
            }
            visit((int) desk.blocks[i], live, desk);
        }
    }

    private void visit(int block, Live live, Desk desk) {
        int from = lists.ends().get(block);
        int to = lists.ends().get(block + 1);
        desk.roomForDocuments(to - from);
        int count = 0;
        for (int i = from; i < to; i++) {
            count = desk.note(lists.documents().get(i), live, count);
        }
        score(count, desk);
    }

    /** Looks at the neighbours of what was found. */
    private void refine(Live live, Desk desk) {
        int each = Math.min(neighbours.count(), effort.neighbours());
        if (each == 0) {
            return;
        }
        desk.roomForDocuments(Math.multiplyExact(desk.top.size(), each));
        int count = 0;
        for (int i = 0; i < desk.top.size(); i++) {
            for (int n = 0; n < each && neighbours.of(desk.top.document(i), n) >= 0; n++) {
                count = desk.note(neighbours.of(desk.top.document(i), n), live, count);
            }
        }
        score(count, desk);
    }

    /** Scores the documents that were noted. */
    private void score(int count, Desk desk) {
        forward.dots(kernel, desk.numbers, count, desk.query, desk.products);
        for (int i = 0; i < count; i++) {
            desk.top.offer(desk.numbers.get(i), desk.products.get(i));
        }
    }
}
