package dev.filigree.retrieve;

import static dev.filigree.retrieve.ForwardIndex.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.base.Shorts;
import dev.filigree.base.UserError;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.DType;
import dev.filigree.io.Safetensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * Finds nearly all of the best documents while it looks at few of them (Bruch et al. 2024, arXiv:2404.18812). The list of a term holds the
 * documents in which it weighs most, in blocks of documents that resemble each other, each with a summary: the largest weight of each term.
 * A query looks at the lists of its heaviest terms, and in these at blocks whose summary promises more than the k-th best document so far;
 * every document of such a block is scored as it is held in the forward index. Scores are exact; documents may be missed.
 */
public final class Seismic implements Searcher {

    private final ForwardIndex forward;
    private final Effort effort;
    private final Ints lists;
    private final Ints ends;
    private final Ints documents;
    private final Floats scales;
    private final Ints summaries;
    private final Ints terms;
    private final Ints termEnds;
    private final Shorts blocks;
    private final MemorySegment codes;
    private final Pool<Desk> desks;

    /**
     * Writes the index of the documents of {@code index}.
     *
     * @param memory   bytes that gathering posting lists may take; with less there are more passes over the documents
     * @param progress is told the number of terms done, of all terms of the vocabulary
     */
    public static void build(ForwardIndex index, SeismicSettings settings, Path file, Parallel parallel, long memory, LongConsumer progress) {
        new SeismicBuild(index, settings, parallel).write(file, memory, progress);
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
            return new Seismic(forward, stored);
        } catch (IllegalArgumentException e) {
            throw new UserError(file + ": is no sound Seismic index of this collection: " + e.getMessage() + "; build it again", e);
        }
    }

    private Seismic(ForwardIndex forward, Checkpoint stored) {
        this.forward = forward;
        this.effort = Effort.STANDARD;
        this.lists = ints(stored, "lists");
        this.ends = ints(stored, "ends");
        this.documents = ints(stored, "documents");
        MemorySegment s = tensor(stored, "scales", DType.F32).data();
        this.scales = new Floats(s, (int) (s.byteSize() / Float.BYTES));
        this.summaries = ints(stored, "summaries");
        this.terms = ints(stored, "terms");
        this.termEnds = ints(stored, "term ends");
        MemorySegment b = tensor(stored, "blocks", DType.U16).data();
        this.blocks = new Shorts(b, (int) (b.byteSize() / Short.BYTES));
        this.codes = tensor(stored, "codes", DType.U8).data();
        this.desks = new Pool<>(() -> new Desk(forward));
        check();
    }

    private Seismic(Seismic other, Effort effort) {
        this.forward = other.forward;
        this.effort = effort;
        this.lists = other.lists;
        this.ends = other.ends;
        this.documents = other.documents;
        this.scales = other.scales;
        this.summaries = other.summaries;
        this.terms = other.terms;
        this.termEnds = other.termEnds;
        this.blocks = other.blocks;
        this.codes = other.codes;
        this.desks = other.desks;
    }

    private static Ints ints(Checkpoint stored, String name) {
        MemorySegment data = tensor(stored, name, DType.I32).data();
        return new Ints(data, Math.toIntExact(data.byteSize() / Integer.BYTES));
    }

    /** Places are checked here, once; a term or a code that is wrong makes a search worse and does no harm. */
    private void check() {
        rising("lists", lists, forward.vocabulary(), scales.length());
        rising("ends", ends, scales.length(), documents.length());
        rising("summaries", summaries, forward.vocabulary(), terms.length());
        rising("term ends", termEnds, terms.length(), blocks.length());
        if (codes.byteSize() != blocks.length()) {
            throw new IllegalArgumentException("there are " + codes.byteSize() + " codes for " + blocks.length() + " entries");
        }
        for (int i = 0; i < documents.length(); i++) {
            if (documents.get(i) < 0 || documents.get(i) >= forward.documents()) {
                throw new IllegalArgumentException("it lists document " + documents.get(i) + ", expected a number below " + forward.documents());
            }
        }
    }

    private static void rising(String name, Ints numbers, int count, int last) {
        if (numbers.length() != count + 1 || numbers.get(0) != 0 || numbers.get(count) != last) {
            throw new IllegalArgumentException(name + " holds " + numbers.length() + " numbers, expected " + (count + 1) + " from 0 to " + last);
        }
        for (int i = 0; i < count; i++) {
            if (numbers.get(i + 1) < numbers.get(i)) {
                throw new IllegalArgumentException(name + " falls at place " + i);
            }
        }
    }

    /** The same index, searched with another effort. */
    public Seismic with(Effort other) {
        return new Seismic(this, other);
    }

    /** Documents in all lists together. */
    public int postings() {
        return documents.length();
    }

    public int blocks() {
        return scales.length();
    }

    @Override
    public Hits search(SparseVector query, int k, Live live) {
        Desk desk = desks.take();
        try {
            return search(query, k, live, desk);
        } finally {
            desk.clear(query);
            desks.give(desk);
        }
    }

    private Hits search(SparseVector query, int k, Live live, Desk desk) {
        desk.begin(query, k, effort.terms());
        for (int i = 0; i < desk.chosen(); i++) {
            int list = desk.term(i);
            int first = lists.get(list);
            int count = lists.get(list + 1) - first;
            summarise(query, list, count, desk);
            for (int b = 0; b < count; b++) {
                if (!(desk.top.full() && desk.scores[b] * scales.get(first + b) < effort.factor() * desk.top.threshold())) {
                    visit(first + b, live, desk);
                }
                desk.scores[b] = 0;
            }
        }
        return desk.top.hits();
    }

    /** The inner products of the query and the summaries of a list, but for their scales. */
    private void summarise(SparseVector query, int list, int count, Desk desk) {
        desk.room(count);
        int from = summaries.get(list);
        int to = summaries.get(list + 1);
        for (int i = 0; i < query.size(); i++) {
            int at = find(query.terms()[i], from, to);
            if (at >= 0) {
                for (int e = termEnds.get(at); e < termEnds.get(at + 1); e++) {
                    int b = blocks.get(e);
                    if (b < count) {
                        desk.scores[b] += query.weights()[i] * Byte.toUnsignedInt(codes.get(ValueLayout.JAVA_BYTE, e));
                    }
                }
            }
        }
    }

    private int find(int term, int from, int to) {
        int low = from;
        int high = to - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            if (terms.get(middle) == term) {
                return middle;
            }
            low = terms.get(middle) < term ? middle + 1 : low;
            high = terms.get(middle) > term ? middle - 1 : high;
        }
        return -1;
    }

    private void visit(int block, Live live, Desk desk) {
        for (int i = ends.get(block); i < ends.get(block + 1); i++) {
            int d = documents.get(i);
            if (desk.first(d) && live.has(d)) {
                desk.top.offer(d, forward.dot(d, desk.query));
            }
        }
    }
}
