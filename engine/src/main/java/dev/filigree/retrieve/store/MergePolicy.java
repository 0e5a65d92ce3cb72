package dev.filigree.retrieve.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which segments are written into one: those of about the same size, once there are so many of them, and one of which much was deleted.
 * So a document is written anew about {@code log_width(documents)} times, and there are at most {@code width - 1} segments of each size.
 *
 * @param width   segments of a size that become one
 * @param least   live terms below which segments count as of the same size
 * @param deleted share of deleted documents at which a segment is written anew by itself
 * @param most    terms of a segment at most
 */
record MergePolicy(int width, long least, double deleted, long most) {

    static final MergePolicy STANDARD = new MergePolicy(8, 1 << 17, 0.4, Integer.MAX_VALUE);

    /** Names of segments that are to become one; empty where all may stay as it is. */
    List<String> pick(List<Manifest.Segment> segments) {
        Map<Integer, List<Manifest.Segment>> tiers = new TreeMap<>();
        for (Manifest.Segment s : segments) {
            if (s.deleted() >= deleted * s.documents()) {
                return List.of(s.name());
            }
            tiers.computeIfAbsent(tier(live(s)), _ -> new ArrayList<>()).add(s);
        }
        for (List<Manifest.Segment> tier : tiers.values()) {
            List<String> fitting = fitting(tier);
            if (tier.size() >= width && fitting.size() > 1) {
                return fitting;
            }
        }
        return List.of();
    }

    /** Names of the next segments to be written into one where all that are not {@code done} are to be; empty at the end. */
    List<String> all(List<Manifest.Segment> segments, Set<String> done) {
        List<Manifest.Segment> left = segments.stream().filter(s -> !done.contains(s.name())).toList();
        while (!left.isEmpty()) {
            List<String> names = fitting(left);
            if (names.size() > 1 || left.getFirst().deleted() > 0) {
                return names;
            }
            left = left.subList(1, left.size());
        }
        return List.of();
    }

    /** The first of these segments that fit into one; at least one. */
    private List<String> fitting(List<Manifest.Segment> segments) {
        List<String> names = new ArrayList<>();
        long together = 0;
        for (Manifest.Segment s : segments) {
            together += s.entries(); // with those of deleted documents: never too few
            if (together > most && !names.isEmpty()) {
                break;
            }
            names.add(s.name());
        }
        return names;
    }

    private int tier(long live) {
        int tier = 0;
        for (long size = least; live >= size; size *= width) {
            tier++;
        }
        return tier;
    }

    /** Terms of the documents that were not deleted, about: deletions are taken to be as long as the others. */
    private static long live(Manifest.Segment s) {
        return s.entries() * (long) s.live() / s.documents();
    }
}
