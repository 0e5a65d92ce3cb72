package dev.filigree.tensor;

import dev.filigree.base.Floats;

/**
 * A change of live positions: some die, others are born.
 *
 * @param after the new positions
 * @param from  for each of them its index before, in canonical order, or -1 for a newborn
 */
public record Rewiring(Topology after, int[] from) {

    /**
     * @param dies indices in the canonical order of {@code before}, ascending
     * @param born positions {@code row * cols + col}, ascending; none may be live and stay so
     */
    public static Rewiring of(Topology before, int[] dies, long[] born) {
        int count = before.count() - dies.length + born.length;
        Topology.Builder after = new Topology.Builder(before.rows(), before.cols(), count);
        int[] from = new int[count];
        int cols = before.cols();
        int at = 0;
        int dead = 0;
        int next = 0;
        for (int r = 0; r < before.rows(); r++) {
            for (int j = before.start().get(r); j < before.start().get(r + 1); j++) {
                if (dead < dies.length && dies[dead] == j) {
                    dead++;
                    continue;
                }
                long position = (long) r * cols + before.column().get(j);
                for (; next < born.length && born[next] < position; next++) {
                    from[at++] = -1;
                    after.add((int) (born[next] / cols), (int) (born[next] % cols));
                }
                from[at++] = j;
                after.add(r, before.column().get(j));
            }
        }
        for (; next < born.length; next++) {
            from[at++] = -1;
            after.add((int) (born[next] / cols), (int) (born[next] % cols));
        }
        return new Rewiring(after.build(), from);
    }

    /** Values of the new positions: those that stayed keep theirs, newborns start at zero. */
    public Floats values(Floats before) {
        Floats out = Floats.allocate(from.length);
        for (int i = 0; i < from.length; i++) {
            out.set(i, from[i] < 0 ? 0 : before.get(from[i]));
        }
        return out;
    }
}
