package dev.filigree.tensor;

import dev.filigree.base.Floats;

/** Native memory for each thread, kept between the tasks of kernels: an arena for each task cost more than what it held. */
final class Room {

    private static final ThreadLocal<Room> MINE = ThreadLocal.withInitial(Room::new);

    private Floats memory = Floats.allocate(1 << 12);

    private Room() {
    }

    /** At least {@code floats} of anything, the calling thread's until it asks again. */
    static Floats of(int floats) {
        Room r = MINE.get();
        if (r.memory.length() < floats) {
            r.memory = Floats.allocate(Math.max(floats, 2 * r.memory.length()));
        }
        return r.memory;
    }
}
