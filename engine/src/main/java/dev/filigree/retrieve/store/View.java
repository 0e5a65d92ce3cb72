package dev.filigree.retrieve.store;

import dev.filigree.base.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A committed state of an index, opened: its segments and what was deleted of each. It never changes. */
final class View extends Shared {

    private final Manifest manifest;
    private final List<OpenSegment> segments;
    private final List<Bits> deleted;
    private final int[] first;

    private View(Manifest manifest, List<OpenSegment> segments, List<Bits> deleted) {
        this.manifest = manifest;
        this.segments = List.copyOf(segments);
        this.deleted = List.copyOf(deleted);
        this.first = new int[segments.size() + 1];
        for (int i = 0; i < segments.size(); i++) {
            first[i + 1] = Math.addExact(first[i], segments.get(i).vectors().documents());
        }
    }

    /**
     * Opens the state that was committed last. A writer may remove files of that state while they are opened: then there is a newer one.
     *
     * @param before whose segments are used again, or null
     */
    static View open(Path folder, View before) {
        Manifest manifest = Manifest.read(folder);
        while (true) {
            try {
                return open(folder, manifest, before);
            } catch (UserError e) {
                Manifest newer = Manifest.read(folder);
                if (newer.commit() == manifest.commit()) {
                    throw e;
                }
                manifest = newer;
            }
        }
    }

    private static View open(Path folder, Manifest manifest, View before) {
        Map<String, OpenSegment> known = before == null ? Map.of() : before.segments.stream().collect(Collectors.toMap(OpenSegment::name, Function.identity()));
        List<OpenSegment> segments = new ArrayList<>();
        List<Bits> deleted = new ArrayList<>();
        boolean done = false;
        try {
            for (Manifest.Segment s : manifest.segments()) {
                OpenSegment opened = known.get(s.name());
                if (opened == null || !opened.hold()) {
                    opened = OpenSegment.open(folder, s);
                }
                segments.add(opened);
                deleted.add(OpenSegment.deletions(folder, s));
            }
            View view = new View(manifest, segments, deleted);
            done = true;
            return view;
        } catch (ArithmeticException e) {
            throw new UserError(folder + ": holds more than " + Integer.MAX_VALUE + " documents, expected fewer; divide the collection", e);
        } finally {
            if (!done) {
                segments.forEach(OpenSegment::release);
            }
        }
    }

    Manifest manifest() {
        return manifest;
    }

    List<OpenSegment> segments() {
        return segments;
    }

    Bits deleted(int segment) {
        return deleted.get(segment);
    }

    /** Number of a segment's first document in the state. */
    int first(int segment) {
        return first[segment];
    }

    /** The segment of a document. */
    int segmentOf(int document) {
        if (document < 0 || document >= first[segments.size()]) {
            throw new IndexOutOfBoundsException("document " + document + " of " + first[segments.size()]);
        }
        int s = 0;
        while (document >= first[s + 1]) {
            s++;
        }
        return s;
    }

    @Override
    void free() {
        segments.forEach(OpenSegment::release);
    }
}
