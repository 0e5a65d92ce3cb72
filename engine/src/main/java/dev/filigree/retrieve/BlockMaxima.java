package dev.filigree.retrieve;

import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;

/**
 * What each block of 64 postings of a list can add at most, and where it ends. Blocks begin anew in each range.
 *
 * @param start    blocks before each part of a list {@code [parts + 1]}
 * @param last     the last document of each block, counted in its range
 * @param heaviest bits of its heaviest weight
 */
record BlockMaxima(Ints start, Shorts last, Shorts heaviest) {

    static final int BLOCK = 64;

    static BlockMaxima of(Inverted lists, int vocabulary) {
        Ints start = Ints.allocate(lists.parts() + 1);
        for (int r = 0; r < lists.ranges(); r++) {
            for (int t = 0; t < vocabulary; t++) {
                int part = lists.part(r, t);
                start.set(part + 1, start.get(part) + Math.ceilDiv(lists.to(r, t) - lists.from(r, t), BLOCK));
            }
        }
        Shorts last = Shorts.allocate(start.get(lists.parts()));
        Shorts heaviest = Shorts.allocate(last.length());
        for (int r = 0; r < lists.ranges(); r++) {
            for (int t = 0; t < vocabulary; t++) {
                for (int b = start.get(lists.part(r, t)), p = lists.from(r, t); b < start.get(lists.part(r, t) + 1); b++) {
                    int most = 0;
                    for (int end = Math.min(p + BLOCK, lists.to(r, t)); p < end; p++) {
                        most = Math.max(most, lists.weights.get(p));
                    }
                    last.set(b, lists.documents.get(p - 1));
                    heaviest.set(b, most);
                }
            }
        }
        return new BlockMaxima(start, last, heaviest);
    }

    float heaviest(int block) {
        return Float.float16ToFloat((short) heaviest.get(block));
    }

    long bytes() {
        return start.bytes() + last.bytes() + heaviest.bytes();
    }
}
