package dev.filigree.retrieve.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MergePolicyTest {

    private static final MergePolicy POLICY = new MergePolicy(3, 100, 0.5, 1000);

    /** Segments of so many terms, with ten documents each; negative: half of them deleted. */
    private static List<Manifest.Segment> segments(int... entries) {
        List<Manifest.Segment> all = new ArrayList<>();
        for (int e : entries) {
            all.add(new Manifest.Segment("segment-" + all.size(), 10, Math.abs(e), e < 0 ? 5 : 0, List.of(), e < 0 ? new StoredFile("deleted-1", 8, 0) : null));
        }
        return all;
    }

    @Test
    void segmentsOfOneSizeBecomeOne() {
        assertEquals(List.of(), POLICY.pick(segments(10, 20)));
        assertEquals(List.of("segment-0", "segment-2", "segment-3"), POLICY.pick(segments(10, 500, 20, 99)));
        assertEquals(List.of("segment-1", "segment-2", "segment-3"), POLICY.pick(segments(99, 100, 150, 299)), "each size is three times the one before");
        assertEquals(List.of("segment-1"), POLICY.pick(segments(10, -20)), "half of it was deleted");
        assertEquals(List.of(), POLICY.pick(segments(900, 950, 990)), "two of them are more than a segment may hold");
    }

    @Test
    void allBecomeAsFewAsCanHoldThem() {
        assertEquals(List.of("segment-0", "segment-1"), POLICY.all(segments(400, 500, 600), Set.of()));
        assertEquals(List.of(), POLICY.all(segments(600, 900), Set.of()));
        assertEquals(List.of("segment-1"), POLICY.all(segments(600, -900), Set.of()));
        assertEquals(List.of("segment-2", "segment-3"), POLICY.all(segments(600, 900, 300, 300), Set.of()));
        assertEquals(List.of(), POLICY.all(segments(600, 300), Set.of("segment-0")));
    }
}
