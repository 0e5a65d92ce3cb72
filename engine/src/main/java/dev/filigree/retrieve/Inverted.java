package dev.filigree.retrieve;

import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.base.Shorts;
import dev.filigree.base.UserError;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.DType;
import dev.filigree.io.Safetensors;
import dev.filigree.io.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The full lists of postings of a collection, outside of the heap: for each term the documents that hold it, in the order of their
 * numbers, and what it weighs there. Documents are cut into ranges of 65,536, and lists into a part for each range, which lie together:
 * a posting takes four bytes, and the scores of a range stay in a processor's cache while all lists of a query pass.
 */
public final class Inverted {

    /** Documents of a range; numbers within one take 16 bits. */
    static final int RANGE = Shorts.RANGE;

    final ForwardIndex forward;
    /** Bits of the documents' numbers in their range. */
    final Shorts documents;
    /** Weights as binary16. */
    final Shorts weights;
    private final int vocabulary;
    /** Where the part of each range and term begins {@code [ranges] [vocabulary]}, and one more. */
    private final Ints start;
    /** Bits of the heaviest weight of each range and term. */
    private final Shorts heaviest;

    private Inverted(ForwardIndex forward, Ints start, Shorts heaviest, Shorts documents, Shorts weights) {
        this.forward = forward;
        this.vocabulary = forward.vocabulary();
        this.start = start;
        this.heaviest = heaviest;
        this.documents = documents;
        this.weights = weights;
    }

    private static Inverted empty(ForwardIndex forward) {
        int parts = Math.multiplyExact(ranges(forward), forward.vocabulary());
        return new Inverted(forward, Ints.allocate(parts + 1), Shorts.allocate(parts), Shorts.allocate(forward.entries()), Shorts.allocate(forward.entries()));
    }

    /** The lists of all terms of a collection. */
    public static Inverted of(ForwardIndex forward) {
        try (Parallel alone = Parallel.single()) {
            return of(forward, alone);
        }
    }

    /** The same, range by range on several threads. */
    public static Inverted of(ForwardIndex forward, Parallel parallel) {
        Inverted lists = empty(forward);
        int[] before = new int[lists.ranges() + 1];
        for (int r = 0; r < lists.ranges(); r++) {
            before[r + 1] = before[r];
            for (int d = r * RANGE; d < r * RANGE + lists.size(r); d++) {
                before[r + 1] += forward.size(d);
            }
        }
        parallel.run(lists.ranges(), r -> lists.fill(r, before[r]));
        lists.start.set(lists.parts(), before[lists.ranges()]);
        return lists;
    }

    private void fill(int range, int before) {
        int[] next = new int[vocabulary];
        int first = range * RANGE;
        for (int d = first; d < first + size(range); d++) {
            for (int i = 0; i < forward.size(d); i++) {
                next[forward.term(d, i)]++;
            }
        }
        int at = before;
        for (int t = 0; t < vocabulary; t++) {
            int count = next[t];
            start.set(part(range, t), at);
            next[t] = at;
            at += count;
        }
        for (int d = first; d < first + size(range); d++) {
            for (int i = 0; i < forward.size(d); i++) {
                int t = forward.term(d, i);
                int bits = forward.bits(d, i);
                documents.set(next[t], d - first);
                weights.set(next[t]++, bits);
                if (bits > heaviest.get(part(range, t))) {
                    heaviest.set(part(range, t), bits);
                }
            }
        }
    }

    /** Writes the lists, without the forward index of which they are, to be mapped by {@link #open}. */
    public void write(Path file) {
        Safetensors.write(file, List.of(tensor("start", DType.I32, start.segment()), tensor("heaviest", DType.F16, heaviest.segment()),
                tensor("documents", DType.U16, documents.segment()), tensor("weights", DType.F16, weights.segment())), Map.of("kind", "postings"));
    }

    private static StoredTensor tensor(String name, DType type, MemorySegment data) {
        return new StoredTensor(name, type, new long[] {data.byteSize() / type.bytes()}, data);
    }

    /**
     * Maps what {@link #write} wrote, as long as {@code arena} lives; every place that is read later is checked here.
     *
     * @param forward of which the lists are
     * @throws UserError naming the file, when it is no such file, damaged, or of another collection
     */
    public static Inverted open(ForwardIndex forward, Path file, Arena arena) {
        Checkpoint stored = Safetensors.read(file, arena);
        try {
            MemorySegment start = ForwardIndex.tensor(stored, "start", DType.I32).data();
            Inverted lists = new Inverted(forward, new Ints(start, Math.toIntExact(start.byteSize() / Integer.BYTES)), shorts(stored, "heaviest", DType.F16),
                    shorts(stored, "documents", DType.U16), shorts(stored, "weights", DType.F16));
            lists.check();
            return lists;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new UserError(file + ": holds no sound postings of this collection: " + e.getMessage() + "; index the collection again", e);
        }
    }

    private static Shorts shorts(Checkpoint stored, String name, DType type) {
        MemorySegment data = ForwardIndex.tensor(stored, name, type).data();
        return new Shorts(data, Math.toIntExact(data.byteSize() / Character.BYTES));
    }

    private void check() {
        int parts = Math.multiplyExact(ranges(), vocabulary);
        int entries = forward.entries();
        if (start.length() != parts + 1 || heaviest.length() != parts || documents.length() != entries || weights.length() != entries
                || start.get(0) != 0 || start.get(parts) != entries) {
            throw new IllegalArgumentException("it has " + documents.length() + " postings in " + heaviest.length() + " lists, expected " + entries + " in " + parts);
        }
        for (int part = 0; part < parts; part++) {
            if (start.get(part + 1) < start.get(part) || start.get(part + 1) > entries) {
                throw new IllegalArgumentException("list " + part + " ends before it starts or after the last");
            }
            int size = size(part / vocabulary);
            int before = -1;
            int most = 0;
            for (int i = start.get(part); i < start.get(part + 1); i++) {
                if (documents.get(i) <= before || documents.get(i) >= size || weights.get(i) < 1 || weights.get(i) > ForwardIndex.LARGEST_BITS) {
                    throw new IllegalArgumentException("list " + part + " holds document " + documents.get(i) + ", expected rising numbers below " + size
                            + " with finite weights above zero");
                }
                before = documents.get(i);
                most = Math.max(most, weights.get(i));
            }
            if (heaviest.get(part) != most) {
                throw new IllegalArgumentException("list " + part + " has another heaviest weight than it says");
            }
        }
    }

    int ranges() {
        return ranges(forward);
    }

    private static int ranges(ForwardIndex forward) {
        return Math.ceilDiv(forward.documents(), RANGE);
    }

    /** Parts of lists, one for each range and term: range after range. */
    int parts() {
        return ranges() * vocabulary;
    }

    /** The number of such a part. */
    int part(int range, int term) {
        return range * vocabulary + term;
    }

    /** Documents of a range. */
    int size(int range) {
        return Math.min(RANGE, forward.documents() - range * RANGE);
    }

    /** Where a list's postings in a range begin. */
    int from(int range, int term) {
        return start.get(part(range, term));
    }

    /** Where they end. */
    int to(int range, int term) {
        return start.get(part(range, term) + 1);
    }

    /** The largest weight that a term has in a range; zero where it has none. */
    float heaviest(int range, int term) {
        return Float.float16ToFloat((short) heaviest.get(part(range, term)));
    }

    float weight(int posting) {
        return Float.float16ToFloat((short) weights.get(posting));
    }

    /** Bytes that the lists take, the forward index not counted. */
    public long bytes() {
        return documents.bytes() + weights.bytes() + start.bytes() + heaviest.bytes();
    }
}
